/** What the checks need of a tensor engine, so that they name no engine themselves. */

import type { Numbers } from "./array.ts";
import type { Ops } from "./ops.ts";

/** A tensor engine with the ops of the reference, some of which may be missing. */
export interface Backend<T> {
  /** Calling an op that the engine does not have throws `NotSupported`. */
  readonly ops: Ops<T>;
  tensor(x: Numbers, dtype: "f32" | "f16" | "i32"): T;
  /** The values of several tensors, computed together. */
  read(xs: readonly T[]): Promise<Numbers[]>;
  /** Gradients of y by xs, weighted by dy (1 for a scalar), themselves differentiable. */
  grad(y: T, xs: readonly T[], dy?: T): T[];
  /** Penalties on the gradient of a discriminator, where the engine has them. */
  readonly penalties?: Penalties<T>;
}

/** Penalties on the gradient of a discriminator by its input, of the engine's own making. */
export interface Penalties<T> {
  /** weight · mean (‖∂D/∂x‖ - 1)² between `real` and `fake`, nearer to `real` by alpha, one number a sample. */
  gradientPenalty(
    discriminator: (x: T) => T,
    real: T,
    fake: T,
    alpha: T,
    options: { readonly weight: number },
  ): T;
  /** gamma / 2 · mean ‖∂D/∂x‖². */
  r1Penalty(discriminator: (x: T) => T, real: T, options: { readonly gamma: number }): T;
}

/** The engine has no op of this name. */
export class NotSupported extends Error {
  override name = "NotSupported";
  readonly op: string;

  constructor(op: string) {
    super(`the engine has no op "${op}"`);
    this.op = op;
  }
}

/** The ops a module offers; any other throws `NotSupported` when called. */
export function opsOf<T>(available: Partial<Ops<T>>): Ops<T> {
  const missing = (op: string) => () => {
    throw new NotSupported(op);
  };
  return new Proxy(available, {
    get: (ops, op) => Reflect.get(ops, op) ?? missing(String(op)),
  }) as Ops<T>;
}
