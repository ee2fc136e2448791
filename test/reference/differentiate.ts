/** Exact derivatives of functions of arrays, and central differences to check them by. */

import { type Numbers, numbersOf, type RefTensor, variables } from "./array.ts";
import { type Precision, startTape, sweep } from "./tape.ts";

/** A function of arrays with one or several results. */
export type RefFunction = (...inputs: RefTensor[]) => RefTensor | readonly RefTensor[];

/** Values and derivatives of a function, each as plain numbers in the order of its results or inputs. */
export interface Derivatives {
  readonly outputs: readonly Numbers[];
  /** dL/dinput of L = Σ cotangent·output. */
  readonly gradients: readonly number[][];
  /** Σ over inputs j of d²L/(dinput dinput_j)·tangent_j. */
  readonly hessianVectors: readonly number[][];
}

export interface DifferentiateOptions {
  /** Weights of the results in L; ones by default. `null` leaves a result out. */
  readonly cotangents?: readonly (ArrayLike<number> | null)[];
  /** The direction of the Hessian-vector product, one array for each input; zeros by default. */
  readonly tangents?: readonly (ArrayLike<number> | undefined)[];
  /** The arithmetic; "f32" rounds every operation once. */
  readonly precision?: Precision;
}

/** Runs f. */
export function evaluate(f: RefFunction, inputs: readonly Numbers[]): Numbers[] {
  startTape();
  const result = f(...inputs.map((input) => variables(input)));
  return ("shape" in result ? [result] : result).map((y) => ({ shape: y.shape, data: numbersOf(y) }));
}

/** Runs f and differentiates L = Σ cotangent·output once and, along the tangents, twice. */
export function differentiate(
  f: RefFunction,
  inputs: readonly Numbers[],
  options: DifferentiateOptions = {},
): Derivatives {
  startTape(options.precision);
  const xs = inputs.map((input, i) => variables(input, options.tangents?.[i]));
  const result = f(...xs);
  const ys = "shape" in result ? [result] : result;
  const seeded = ys.filter((_, i) => options.cotangents?.[i] !== null);
  const seeds = ys.flatMap((y, i) => {
    const cotangent = options.cotangents?.[i];
    return cotangent === null ? [] : cotangent ? Array.from(cotangent) : y.data.map(() => 1);
  });
  const { gradient, hessianVector } = sweep(
    seeded.flatMap((y) => y.data),
    seeds,
  );
  return {
    outputs: ys.map((y) => ({ shape: y.shape, data: numbersOf(y) })),
    gradients: xs.map((x) => x.data.map(gradient)),
    hessianVectors: xs.map((x) => x.data.map(hessianVector)),
  };
}

/** The derivative of f at 0 from four values around it, exact up to the fourth power of the step. */
export function centralDifference(f: (t: number) => number, step = 1e-4): number {
  return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);
}
