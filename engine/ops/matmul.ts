/** Matrix products, with batches. */
import { ShapeError } from "../errors.ts";
import { foldGrid, type Launch, MAX_WORKGROUPS } from "../gpu/kernel.ts";
import type { KernelOp, Node, Target, Tunable } from "../graph/node.ts";
import flatSource from "../../shaders/matmul.flat.wgsl";
import naiveSource from "../../shaders/matmul.naive.wgsl";
import subgroupSource from "../../shaders/matmul.subgroup.wgsl";
import tileSource from "../../shaders/matmul.tile.wgsl";
import { factors } from "../precision.ts";
import { broadcastShapes, showShape, sizeOf } from "../shape.ts";
import { expectFloats, record, Tensor } from "../tensor.ts";
import { expand, reshape, sumTo } from "./broadcast.ts";
import {
  ceilDiv,
  fastForm,
  type Form,
  type Product,
  rowThreads,
  tileFor,
  tilesOf,
  tunableProduct,
  vectorOf,
} from "./kernels.ts";
import { transpose } from "./movement.ts";

/** [batch, m, k] × [batch, k, n]; a batch of 1 is repeated. */
const MATMUL: KernelOp = {
  kind: "kernel",
  name: "matmul",
  fusable: true,
  acceptsF16: true,
  launches,
  tunable,
  gradient: (dy, node) => {
    const [a, b] = node.inputs.map((input) => new Tensor(input)) as [Tensor, Tensor];
    const d = new Tensor(dy);
    return [sumTo(batched(d, transpose(b)), a.shape).node, sumTo(batched(transpose(a), d), b.shape).node];
  },
};

/** The fast forms take a batch along z, whose end the naive form does not have. */
const formFor = ({ shape }: Node, target: Target): Form =>
  (shape[0] as number) > MAX_WORKGROUPS ? "naive" : fastForm(target);

function productOf({ inputs, shape }: Node): Product {
  const [batch, rows, n] = shape as [number, number, number];
  const depth = inputs[0]?.shape[2] as number;
  const flat = n % 4 === 0 && depth % 4 === 0 ? 8 : undefined;
  return { family: "matmul", columns: n / vectorOf(n).width, rows, depth, batch, flat };
}

function tunable(node: Node, target: Target): Tunable | undefined {
  const form = formFor(node, target);
  return form === "naive" ? undefined : tunableProduct(productOf(node), form, target);
}

function launches(node: Node, target: Target): readonly Launch[] {
  const [a, b] = node.inputs as [Node, Node];
  const [BATCH, M, N] = node.shape as [number, number, number];
  const K = a.shape[2] as number;
  const form = formFor(node, target);
  const strideA = a.shape[0] === 1 ? 0 : M * K;
  const strideB = b.shape[0] === 1 ? 0 : K * N;
  const sizes = { BATCH, M, N, K, BATCH_STRIDE_A: strideA, BATCH_STRIDE_B: strideB };
  const bindings = [{ input: 0 }, { input: 1 }, { output: true, write: true }] as const;
  const flops = 2 * BATCH * M * N * K;
  if (form === "naive")
    return [
      {
        name: "matmul.naive",
        source: naiveSource,
        constants: sizes,
        bindings,
        grid: foldGrid(ceilDiv(BATCH * M * N, 64)),
        epilogue: { hook: "epilogue1", width: 1 },
        flops,
      },
    ];
  const input = vectorOf(K);
  const output = vectorOf(N);
  const product = productOf(node);
  const tile = tileFor(product, form, target);
  const layout =
    tile.form === "subgroup"
      ? { LANES: target.subgroupSize, COLUMN_LANES: tile.columns }
      : { COLUMN_THREADS: tile.columns, ROW_THREADS: rowThreads(tile, target) };
  const [x, y] = foldGrid(tilesOf(product, tile, target));
  return [
    {
      name: `matmul.${tile.form}`,
      source: { flat: flatSource, tile: tileSource, subgroup: subgroupSource }[tile.form],
      constants: {
        ...sizes,
        ...layout,
        ...(tile.form !== "flat" && {
          In: input.type,
          IN_WIDTH: input.width,
          Out: output.type,
          OUT_WIDTH: output.width,
          ROWS: tile.block,
        }),
      },
      bindings,
      grid: [x, y, BATCH],
      epilogue: { hook: "epilogue", width: output.width },
      flops,
    },
  ];
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
