/**
 * Random tensors, made on the GPU. A number is a function of (seed, step, call, place), so a tensor that is computed again
 * has the same values, and a resumed run goes on exactly. The seed and the counters are data: steps that differ in nothing
 * else share one compiled program.
 */
import { GanvasError, shown } from "../errors.ts";
import { foldGrid } from "../gpu/kernel.ts";
import type { KernelOp } from "../graph/node.ts";
import { ownStream, seedKey } from "../random.ts";
import randomSource from "../../shaders/random.wgsl";
import { checkShape, type Shape } from "../shape.ts";
import { expectTensors, record, type Tensor, tensor } from "../tensor.ts";
import { ceilDiv } from "./kernels.ts";
import { add, lt, mul, where } from "./pointwise.ts";

const sampler = (name: string, NORMAL: "true" | "false"): KernelOp => ({
  kind: "kernel",
  name,
  launches: ({ size }) => [
    {
      name: "random",
      source: randomSource,
      constants: { SIZE: size, NORMAL },
      bindings: [{ input: 0 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(ceilDiv(size, 4), 64)),
    },
  ],
});

const UNIFORM = sampler("uniform", "false");
const NORMAL = sampler("normal", "true");

const isWord = (n: number): boolean => typeof n === "number" && n >>> 0 === n;

/**
 * Where random tensors come from: every tensor drawn takes the next counter of the current step. Two of one seed and purpose draw the
 * same numbers: give those of noise and of dropout different purposes, or no seed.
 */
export class Rng {
  private readonly seed: readonly [number, number];
  private readonly purpose: number;
  private step = 0;
  private call = 0;

  /**
   * @param seed integer from 0 to 2^53 - 1; without one, numbers of its own under that of `manualSeed`
   * @param purpose integer from 0 to 2^32 - 1: what the numbers are for. Different purposes under one seed share no number.
   * @throws GanvasError for other numbers
   */
  constructor(seed?: number, purpose = 0) {
    if (!isWord(purpose))
      throw new GanvasError(`Rng: the purpose must be an integer from 0 to 2^32 - 1, got ${shown(purpose)}`);
    const [own, word] = seed === undefined ? ownStream() : [seed, purpose];
    this.seed = seedKey(own);
    this.purpose = word;
  }

  /**
   * From now on draws what belongs to this step, from its first tensor on. A training loop that calls it at the head of
   * each step draws the same numbers however often it is interrupted and resumed.
   * @param step integer from 0 to 2^32 - 1
   */
  at(step: number): this {
    if (!isWord(step))
      throw new GanvasError(`Rng: the step must be an integer from 0 to 2^32 - 1, got ${shown(step)}`);
    this.step = step;
    this.call = 0;
    return this;
  }

  /** The next key, for shaders/random.wgsl. */
  next(): Tensor {
    return tensor(Uint32Array.of(...this.seed, this.step, this.call++, this.purpose));
  }
}

/** Checks that random numbers come from somewhere. */
export function expectRng(op: string, rng: unknown): void {
  if (!(rng instanceof Rng))
    throw new GanvasError(`${op}: rng should be an Rng, such as new Rng(seed), got ${shown(rng)}`);
}

export function expectProbability(op: string, p: number): void {
  if (!(typeof p === "number" && p >= 0 && p <= 1))
    throw new GanvasError(`${op}: p must be a probability, got ${shown(p)}`);
}

/** Numbers uniform in [low, high); 24 random bits each, the same on every adapter. */
export function rand(shape: Shape, rng: Rng = new Rng(), low = 0, high = 1): Tensor {
  checkShape("rand", shape);
  expectRng("rand", rng);
  const unit = record(UNIFORM, [rng.next()], shape, { dtype: "f32" });
  return low === 0 && high === 1 ? unit : add(mul(unit, high - low), low);
}

/** Normal numbers; none is farther than 6.7 standard deviations from the mean. */
export function randn(shape: Shape, rng: Rng = new Rng(), mean = 0, std = 1): Tensor {
  checkShape("randn", shape);
  expectRng("randn", rng);
  const standard = record(NORMAL, [rng.next()], shape, { dtype: "f32" });
  return mean === 0 && std === 1 ? standard : add(mul(standard, std), mean);
}

/**
 * Each element is 0 with probability p, else x / (1 - p), so that the expected value stays (Srivastava et al. 2014). For
 * training only: the layer `Dropout` does nothing in evaluation.
 * @throws GanvasError when p is no probability
 */
export function dropout(x: Tensor, p: number, rng: Rng = new Rng()): Tensor {
  expectTensors("dropout", { x });
  expectProbability("dropout", p);
  expectRng("dropout", rng);
  if (p === 0) return x;
  return where(lt(rand(x.shape, rng), 1 - p), mul(x, p < 1 ? 1 / (1 - p) : 0), 0);
}
