/** What the checks need of a tensor engine, so that they name no engine themselves. */

import type { Numbers } from "./array.ts";
import type { Ops } from "./ops.ts";

/** A tensor engine with the ops of the reference, some of which may be missing. */
export interface Backend<T> {
  /** Calling an op that the engine does not have throws `NotSupported`. */
  readonly ops: Ops<T>;
  tensor(x: Numbers, dtype: "f32" | "i32"): T;
  /** The values of several tensors, computed together. */
  read(xs: readonly T[]): Promise<Numbers[]>;
  /** Gradients of y by xs, weighted by dy (1 for a scalar), themselves differentiable. */
  grad(y: T, xs: readonly T[], dy?: T): T[];
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
