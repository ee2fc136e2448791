/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011).
 *
 * There is no state. A number is a pure function of (seed, counter), so sample 1000 of a data set can be drawn without
 * the 999 before it, a resumed run goes on exactly, and a shader with the same ten rounds gives the same bits.
 * The four words of a counter are free for the caller; by custom the first is an index (sample, element block, step)
 * and the last says what the number is for, so that two purposes under one seed never share a number.
 */
import { GanvasError, shown } from "./errors.ts";

/** Four words of 32 bits, as unsigned numbers. */
export type Words = [number, number, number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 4294967296;

/** The high 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Each partial sum stays below 2^33, so float64 holds it exactly.
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/**
 * One block of Philox4x32-10.
 *
 * @param counter four 32-bit words
 * @param key two 32-bit words
 * @returns four words, uniform over all 32-bit values
 */
export function philox4x32(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The two key words of a seed: any integer from 0 to 2^53 - 1. @throws GanvasError for anything else. */
export function seedKey(seed: number): [number, number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new GanvasError(`random: the seed must be an integer from 0 to 2^53 - 1, got ${shown(seed)}`);
  }
  return [seed >>> 0, Math.floor(seed / TWO_32)];
}

/**
 * Four random words for one counter.
 *
 * @param seed integer from 0 to 2^53 - 1
 * @param c0 to c3: counter words, integers from 0 to 2^32 - 1
 * @throws GanvasError if the seed or a counter word is not such an integer
 */
export function randomBits(seed: number, c0: number, c1 = 0, c2 = 0, c3 = 0): Words {
  const counter: Words = [c0, c1, c2, c3];
  for (const word of counter) {
    if (typeof word !== "number" || word >>> 0 !== word) {
      throw new GanvasError(
        `random: counter words must be integers from 0 to 2^32 - 1, got ${counter.map(String).join(", ")}`,
      );
    }
  }
  return philox4x32(counter, seedKey(seed));
}

let base = 0;
let owners = 0;

/**
 * What `new Rng()` and `new Initializer()` without a seed draw from, so that a program gives the same numbers again: those made one
 * after the other draw different ones. 0 at first.
 * @throws GanvasError for anything but an integer from 0 to 2^53 - 1
 */
export function manualSeed(seed: number): void {
  seedKey(seed);
  base = seed;
  owners = 0;
}

/** The seed of what was given none, and a word that nobody else has, beyond those that are chosen by hand. */
export const ownStream = (): readonly [seed: number, word: number] => [base, 2 ** 31 + owners++];

/** A 32-bit word as a number in [0, 1), multiple of 2^-32. */
export function uniform(word: number): number {
  return word / TWO_32;
}

/**
 * A 32-bit word as an integer in [0, n).
 * Some values come up more often than others by at most one part in 2^32 / n, far below what any use here can notice.
 */
export function integer(word: number, n: number): number {
  return Math.floor((word / TWO_32) * n);
}

/**
 * Two words as two independent standard normal numbers (Box and Muller 1958).
 * The first word is moved to (0, 1], so the logarithm is finite; no value exceeds 6.7.
 */
export function normalPair(word0: number, word1: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log((word0 + 1) / TWO_32));
  const angle = 2 * Math.PI * uniform(word1);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Fills `out` with uniform numbers in [low, high), drawn from (seed, stream, owner). @returns out */
export function fillUniform(
  out: Float32Array,
  seed: number,
  stream: number,
  low = 0,
  high = 1,
  owner = 0,
): Float32Array {
  for (let i = 0; i < out.length; i += 4) {
    const words = randomBits(seed, i / 4, owner, 0, stream);
    for (let j = 0; j < 4 && i + j < out.length; j++)
      out[i + j] = low + (high - low) * uniform(words[j] as number);
  }
  return out;
}

/** Fills `out` with normal numbers, drawn from (seed, stream, owner). @returns out */
export function fillNormal(
  out: Float32Array,
  seed: number,
  stream: number,
  mean = 0,
  std = 1,
  owner = 0,
): Float32Array {
  for (let i = 0; i < out.length; i += 4) {
    const words = randomBits(seed, i / 4, owner, 0, stream);
    const values = [...normalPair(words[0], words[1]), ...normalPair(words[2], words[3])];
    for (let j = 0; j < 4 && i + j < out.length; j++) out[i + j] = mean + std * (values[j] as number);
  }
  return out;
}

/**
 * A random order of 0 .. n - 1 (Fisher and Yates), drawn from (seed, stream, index).
 *
 * @param take only the first `take` places are shuffled and returned
 */
export function permutation(n: number, seed: number, stream: number, index = 0, take = n): Uint32Array {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31)
    throw new GanvasError(`permutation: n should be a whole number from 0 on, got ${shown(n)}`);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < take; i++) {
    const j = i + integer(randomBits(seed, i, index, 0, stream)[0], n - i);
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order.subarray(0, take);
}
