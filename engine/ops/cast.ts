/** Changing the element type. */
import type { DType } from "../dtype.ts";
import { castNode } from "../graph/cast.ts";
import { expectDtype, expectTensors, Tensor } from "../tensor.ts";

/**
 * The same numbers as elements of another type. f16 rounds to the nearest (beyond 65504 infinity) where the value is
 * stored; a value that is used within the same kernel keeps its precision. Integer types cut off the fraction.
 * Gradients flow between float types; whole numbers have none.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  expectTensors("cast", { x });
  expectDtype("cast", dtype);
  return x.dtype === dtype ? x : new Tensor(castNode(x.node, dtype));
}
