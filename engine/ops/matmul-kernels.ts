/** Which files in `shaders/` compute a batch of matrix products for its sizes and an adapter, and with which tiles. */
import { foldGrid, type Launch, MAX_WORKGROUPS } from "../gpu/kernel.ts";
import type { Target, Tunable } from "../graph/node.ts";
import flatSource from "../../shaders/matmul.flat.wgsl";
import naiveSource from "../../shaders/matmul.naive.wgsl";
import subgroupSource from "../../shaders/matmul.subgroup.wgsl";
import tileSource from "../../shaders/matmul.tile.wgsl";
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

/** [batch, m, k] × [batch, k, n]; a batch of 1 on either side is repeated. */
export interface MatmulSizes {
  readonly BATCH: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** Elements from one matrix of the batch to the next; 0 repeats one matrix. */
  readonly BATCH_STRIDE_A: number;
  readonly BATCH_STRIDE_B: number;
}

/** The fast forms take a batch along z, whose end the naive form does not have. */
const formFor = ({ BATCH }: MatmulSizes, target: Target): Form =>
  BATCH > MAX_WORKGROUPS ? "naive" : fastForm(target);

function productOf({ BATCH: batch, M: rows, N, K: depth }: MatmulSizes): Product {
  const flat = N % 4 === 0 && depth % 4 === 0 ? 8 : undefined;
  return { family: "matmul", columns: N / vectorOf(N).width, rows, depth, batch, flat };
}

export function matmulTunable(sizes: MatmulSizes, target: Target): Tunable | undefined {
  const form = formFor(sizes, target);
  return form === "naive" ? undefined : tunableProduct(productOf(sizes), form, target);
}

export function matmulLaunch(sizes: MatmulSizes, target: Target): Launch {
  const { BATCH, M, N, K } = sizes;
  const form = formFor(sizes, target);
  const bindings = [{ input: 0 }, { input: 1 }, { output: true, write: true }] as const;
  const flops = 2 * BATCH * M * N * K;
  if (form === "naive")
    return {
      name: "matmul.naive",
      source: naiveSource,
      constants: { ...sizes },
      bindings,
      grid: foldGrid(ceilDiv(BATCH * M * N, 64)),
      epilogue: { hook: "epilogue1", width: 1 },
      flops,
    };
  const input = vectorOf(K);
  const output = vectorOf(N);
  const product = productOf(sizes);
  const tile = tileFor(product, form, target);
  const layout =
    tile.form === "subgroup"
      ? { LANES: target.subgroupSize, COLUMN_LANES: tile.columns }
      : { COLUMN_THREADS: tile.columns, ROW_THREADS: rowThreads(tile, target) };
  const [x, y] = foldGrid(tilesOf(product, tile, target));
  return {
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
  };
}
