/** Compares an engine with the float64 reference: results, gradients and Hessian-vector products. Runs on any host. */

import { reference } from "../reference.ts";
import { type Numbers, sizeOf, variables } from "./array.ts";
import { type Backend, NotSupported } from "./backend.ts";
import { inputsOf, type OpCase, uniform } from "./cases/case.ts";
import { type Derivatives, differentiate, evaluate } from "./differentiate.ts";
import type { Ops } from "./ops.ts";
import { type Precision, toHalf } from "./tape.ts";

/** Worst error of a case over the allowed one, at most 1 where it passes; derivatives where there are any. */
export interface OpCheck {
  readonly forward: number;
  readonly gradient?: number;
  readonly second?: number;
}

/** Types of tensors that are checked. */
export type Checked = "f32" | "f16";

export interface CheckOptions {
  /** Of all tensors of floats; f32 by default. */
  readonly type?: Checked;
  /** Whether to check Hessian-vector products, too: by default in f32, never in f16. */
  readonly second?: boolean;
}

/** Samples of the rounding error, and shares of the largest value and of each value, that a result may be off. */
const TOLERANCE = {
  f32: { samples: 16, largest: 2e-6, own: 1e-5 },
  // Sums are f32, so that few samples of rounding in f16 throughout are plenty. Stored values are rounded by up to 2^-11 of
  // themselves: a result, what its derivative makes of it (1 - y²), the derivative, and a sum of two of those.
  f16: { samples: 2, largest: 2 ** -9, own: 2 ** -10 },
} as const;

/**
 * How far results may lie from the float64 ones. `sample` holds the same results with every operation of the
 * reference rounded to the type: one honest sample of the rounding error, whatever the length of the sums and the
 * cancellation in them. For f32 it is taken 16 times, since another order of summation gives another sample; below it
 * lies a floor in units of the largest value, since a small result may by chance have none.
 * @returns the allowed error of entry i
 */
export function allowance(
  want: ArrayLike<number>,
  sample: ArrayLike<number>,
  type: Checked = "f32",
): (i: number) => number {
  const { samples, largest: share, own } = TOLERANCE[type];
  let largest = 0;
  let rounding = 0;
  for (let i = 0; i < want.length; i++) {
    const w = want[i] as number;
    largest = Math.max(largest, Math.abs(w));
    const off = Math.abs((sample[i] as number) - w);
    // A sample that overflowed on its way (half precision does at 65520) says nothing about rounding.
    if (Number.isFinite(off)) rounding = Math.max(rounding, off);
  }
  const absolute = Math.max(samples * rounding, share * largest, 1e-12);
  return (i) => absolute + own * Math.abs(want[i] as number);
}

/** Random weights and directions, the same on every host; exact in float32. */
function randomNumbers(shape: readonly number[], seed: string): Numbers {
  const next = uniform(seed);
  return { shape, data: Array.from({ length: sizeOf(shape) }, () => Math.fround(2 * next() - 1)) };
}

/** L = Σ cot·y + ½ Σ y²: the square gives linear ops a second derivative, too. */
function quadraticLoss<T>(k: Ops<T>, y: T, cot: T): T {
  return k.add(k.sum(k.mul(y, cot)), k.mul(k.sum(k.square(y)), 0.5));
}

/** A case with its cotangents and directions, and what the reference says of it. */
interface Expectation {
  readonly inputs: ReturnType<typeof inputsOf>;
  readonly cotangent: Numbers;
  readonly directions: readonly Numbers[];
  /** Result and gradient of Σ cot·y. */
  readonly first: Derivatives;
  /** Gradient and Hessian-vector product of L. */
  readonly second: Derivatives;
}

/** Runs a case on the reference, with numbers that the type holds. */
export function expectation(of: OpCase, precision: Precision = "f64", type: Checked = "f32"): Expectation {
  const held = <N extends Numbers>(x: N): N =>
    type === "f16" ? { ...x, data: Array.from(x.data, toHalf) } : x;
  const inputs = inputsOf(of).map((input) => (input.dtype === "f32" ? held(input) : input));
  const shape = evaluate((...xs) => of.run(reference, ...xs), inputs)[0]?.shape ?? [];
  const cotangent = held(randomNumbers(shape, `${of.name} cotangent`));
  const directions = inputs.map((input, i) =>
    input.dtype === "f32"
      ? randomNumbers(input.shape, `${of.name} direction ${i}`)
      : { shape: input.shape, data: new Float32Array(sizeOf(input.shape)) },
  );
  const first = differentiate((...xs) => of.run(reference, ...xs), inputs, {
    cotangents: [cotangent.data],
    precision,
  });
  const second = differentiate(
    (...xs) => quadraticLoss(reference, of.run(reference, ...xs), variables(cotangent)),
    inputs,
    { tangents: directions.map((direction) => direction.data), precision },
  );
  return { inputs, cotangent, directions, first, second };
}

/** Worst error over allowed error of arrays of the same length; any shape or finiteness mismatch is infinite. */
function worst(
  got: Numbers | undefined,
  want: Numbers | undefined,
  sample: ArrayLike<number>,
  type: Checked,
): number {
  if (got === undefined || got.shape.join() !== want?.shape.join()) return Number.POSITIVE_INFINITY;
  const allowed = allowance(want.data, sample, type);
  let ratio = 0;
  for (let i = 0; i < want.data.length; i++) {
    const error = Math.abs((got.data[i] as number) - (want.data[i] as number)) / allowed(i);
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
    ratio = Math.max(ratio, error);
  }
  return ratio;
}

/**
 * Checks one case on an engine.
 * @throws NotSupported when the engine lacks an op of the case
 */
export async function checkOp<T extends { readonly shape: readonly number[] }>(
  of: OpCase,
  backend: Backend<T>,
  { type = "f32", second = true }: CheckOptions = {},
): Promise<OpCheck> {
  const want = expectation(of, "f64", type);
  const sample = expectation(of, type, type);
  const k = backend.ops;
  const xs = want.inputs.map((input) => backend.tensor(input, input.dtype === "f32" ? type : input.dtype));
  const y = of.run(k, ...xs);
  // Alone, as an inference would compute it; the derivatives come with a program of their own.
  const [value] = await backend.read([y]);
  const forward = worst(value, want.first.outputs[0], sample.first.outputs[0]?.data ?? [], type);
  if (of.discrete) return { forward };

  const real = want.inputs.flatMap((input, i) => (input.dtype === "f32" ? [i] : []));
  const chosen = real.map((i) => xs[i] as T);
  const cotangent = backend.tensor(want.cotangent, type);
  const gradients = backend.grad(y, chosen, cotangent);
  const compare = (
    got: readonly Numbers[],
    wants: readonly number[][],
    samples: readonly number[][],
  ): number =>
    Math.max(
      ...real.map((i, j) => {
        const { shape } = want.inputs[i] as Numbers;
        return worst(got[j], { shape, data: wants[i] as number[] }, samples[i] as number[], type);
      }),
    );
  if (type === "f16" || !second) {
    return {
      forward,
      gradient: compare(await backend.read(gradients), want.first.gradients, sample.first.gradients),
    };
  }
  const slopes = backend.grad(quadraticLoss(k, y, cotangent), chosen);
  const along = slopes
    .map((g, j) => k.sum(k.mul(g, backend.tensor(want.directions[real[j] as number] as Numbers, "f32"))))
    .reduce((a, b) => k.add(a, b));
  const got = await backend.read([...gradients, ...backend.grad(along, chosen)]);
  return {
    forward,
    gradient: compare(got, want.first.gradients, sample.first.gradients),
    second: compare(got.slice(real.length), want.second.hessianVectors, sample.second.hessianVectors),
  };
}

/** What became of one case. */
export interface CaseReport {
  readonly family: string;
  readonly name: string;
  readonly status: "passed" | "failed" | "not supported";
  /** Worst errors over the allowed ones. */
  readonly check?: OpCheck;
  /** Why it could not be run. */
  readonly error?: string;
}

/** Checks all cases one after the other. @param filter keeps the cases whose family or name it matches */
export async function* checkOps<T extends { readonly shape: readonly number[] }>(
  families: Readonly<Record<string, readonly OpCase[]>>,
  backend: Backend<T>,
  filter: RegExp = /(?:)/,
): AsyncGenerator<CaseReport> {
  for (const [family, cases] of Object.entries(families)) {
    for (const of of cases) {
      if (!filter.test(`${family} ${of.name}`)) continue;
      yield { family, name: of.name, ...(await reportOf(of, backend)) };
    }
  }
}

async function reportOf<T extends { readonly shape: readonly number[] }>(
  of: OpCase,
  backend: Backend<T>,
): Promise<Pick<CaseReport, "status" | "check" | "error">> {
  try {
    const check = await checkOp(of, backend);
    const ratio = Math.max(check.forward, check.gradient ?? 0, check.second ?? 0);
    return { status: ratio <= 1 ? "passed" : "failed", check };
  } catch (error) {
    if (error instanceof NotSupported) return { status: "not supported", error: error.message };
    return { status: "failed", error: error instanceof Error ? error.message : String(error) };
  }
}
