/** The engine as the checks see it. */

import * as engine from "../../engine/index.ts";
import type { Numbers } from "./array.ts";
import { type Backend, NotSupported, opsOf } from "./backend.ts";
import type { Ops } from "./ops.ts";

type Tensor = engine.Tensor;

const { variance, ...others } = engine;

/** Ops whose options are those of the checks. */
const same: Partial<Ops<Tensor>> = others;

/** Ops whose options have another form. */
const adapted: Partial<Ops<Tensor>> = {
  named(name, ...args) {
    const op = Reflect.get(engine, name);
    if (typeof op !== "function") throw new NotSupported(name);
    return op(...args);
  },
  variance: (x, axes, { unbiased = false, keepDims = false } = {}) =>
    variance(x, axes, { correction: unbiased ? 1 : 0, keepDims }),
};

/** The engine on the default device. */
export const engineBackend: Backend<Tensor> = {
  ops: opsOf({ ...same, ...adapted }),
  tensor: (x: Numbers, dtype) =>
    engine.tensor(dtype === "i32" ? Int32Array.from(x.data) : Float32Array.from(x.data), x.shape, dtype),
  async read(xs) {
    // Kept tensors are computed by one program; read one by one, each would be a program of its own.
    for (const x of xs) x.keep();
    const data = await Promise.all(xs.map((x) => x.data()));
    for (const x of xs) x.dispose();
    return xs.map(({ shape }, i) => ({ shape, data: data[i] as (typeof data)[number] }));
  },
  grad: engine.grad,
  penalties: engine,
};
