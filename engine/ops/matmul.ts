/** Matrix products, with batches. */
import { ShapeError } from "../errors.ts";
import type { KernelOp, Node } from "../graph/node.ts";
import { factors } from "../precision.ts";
import { broadcastShapes, showShape, sizeOf } from "../shape.ts";
import { expectFloats, expectTensors, record, Tensor } from "../tensor.ts";
import { expand, reshape, sumTo } from "./broadcast.ts";
import { matmulLaunch, type MatmulSizes, matmulTunable } from "./matmul-kernels.ts";
import { transpose } from "./movement.ts";

/** [batch, m, k] × [batch, k, n]; a batch of 1 is repeated. */
const MATMUL: KernelOp = {
  kind: "kernel",
  name: "matmul",
  fusable: true,
  acceptsF16: true,
  launches: (node, target) => [matmulLaunch(sizesOf(node), target)],
  tunable: (node, target) => matmulTunable(sizesOf(node), target),
  gradient: (dy, node) => {
    const [a, b] = node.inputs.map((input) => new Tensor(input)) as [Tensor, Tensor];
    const d = new Tensor(dy);
    return [sumTo(batched(d, transpose(b)), a.shape).node, sumTo(batched(transpose(a), d), b.shape).node];
  },
};

function sizesOf({ inputs, shape }: Node): MatmulSizes {
  const [a, b] = inputs as readonly [Node, Node];
  const [BATCH, M, N] = shape as [number, number, number];
  const K = a.shape[2] as number;
  const BATCH_STRIDE_A = a.shape[0] === 1 ? 0 : M * K;
  return { BATCH, M, N, K, BATCH_STRIDE_A, BATCH_STRIDE_B: b.shape[0] === 1 ? 0 : K * N };
}

/** [p, m, k] × [q, k, n] with p = q, or one of them 1. */
function batched(a: Tensor, b: Tensor): Tensor {
  const [p, m] = a.shape as [number, number, number];
  const [q, , n] = b.shape as [number, number, number];
  return record(MATMUL, [a, b], [p === 1 ? q : p, m, n]);
}

/**
 * Matrix product with NumPy's rules: vectors are rows (left) or columns (right), axes before the last two are batches
 * and are broadcast.
 *
 * @param a [..., m, k] or [k]
 * @param b [..., k, n] or [k]
 * @returns [..., m, n], without the axes that a vector stood for
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  expectTensors("matmul", { a, b });
  if (a.rank === 0 || b.rank === 0)
    throw new ShapeError(
      `matmul: needs vectors or matrices, got ${showShape(a.shape)} and ${showShape(b.shape)}`,
    );
  expectFloats("matmul", { a, b });
  const [x, y] = factors(a, b);
  const left = x.rank === 1 ? reshape(x, [1, x.size]) : x;
  const right = y.rank === 1 ? reshape(y, [y.size, 1]) : y;
  const [m, k] = left.shape.slice(-2) as [number, number];
  const [k2, n] = right.shape.slice(-2) as [number, number];
  if (k !== k2)
    throw new ShapeError(`matmul: inner sizes differ: ${showShape(a.shape)} and ${showShape(b.shape)}`);
  const batch = broadcastShapes("matmul", left.shape.slice(0, -2), right.shape.slice(0, -2));
  const out = [...batch, ...(a.rank === 1 ? [] : [m]), ...(b.rank === 1 ? [] : [n])];
  // One matrix for the whole batch is one tall product, and its gradient one long sum instead of one for each of the batch.
  if (sizeOf(right.shape.slice(0, -2)) === 1)
    return reshape(batched(reshape(left, [1, sizeOf(batch) * m, k]), reshape(right, [1, k, n])), out);
  const flat = (matrix: Tensor, rows: number, columns: number) => {
    const own = matrix.shape.slice(0, -2);
    if (sizeOf(own) === 1) return reshape(matrix, [1, rows, columns]);
    return reshape(expand(matrix, [...batch, rows, columns]), [sizeOf(batch), rows, columns]);
  };
  return reshape(batched(flat(left, m, k), flat(right, k, n)), out);
}
