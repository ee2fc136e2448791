/** Running sums along an axis. */
import { foldGrid } from "../gpu/kernel.ts";
import type { KernelOp } from "../graph/node.ts";
import cumsumSource from "../../shaders/cumsum.wgsl";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { expectFloats, record, Tensor } from "../tensor.ts";
import { ceilDiv } from "./kernels.ts";
import { flip } from "./movement.ts";

const CUMSUM: KernelOp = {
  kind: "kernel",
  name: "cumsum",
  launches: ({ shape, attributes }) => {
    const axis = attributes.axis as number;
    const LENGTH = shape[axis] as number;
    const OUTER = sizeOf(shape.slice(0, axis));
    const INNER = sizeOf(shape.slice(axis + 1));
    return [
      {
        name: "cumsum",
        source: cumsumSource,
        constants: { OUTER, LENGTH, INNER },
        bindings: [{ input: 0 }, { output: true, write: true }],
        grid: foldGrid(ceilDiv(OUTER * INNER, 64)),
        flops: OUTER * LENGTH * INNER,
      },
    ];
  },
  // x[s] is part of every sum from s on: the gradient is the running sum from the other end.
  gradient: (dy, { attributes }) => {
    const axis = attributes.axis as number;
    return [flip(cumsum(flip(new Tensor(dy), axis), axis), axis).node];
  },
};

/**
 * y[t] = x[0] + … + x[t] along `axis`.
 * @param x any shape of rank 1 or more, f32
 * @returns x's shape
 * @throws ShapeError when x has no such axis, or does not hold floats
 */
export function cumsum(x: Tensor, axis = -1): Tensor {
  expectFloats("cumsum", { x });
  return record(CUMSUM, [x], x.shape, { attributes: { axis: normalizeAxis("cumsum", axis, x.rank) } });
}
