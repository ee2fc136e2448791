/**
 * Linear maps along one axis that take few positions each: resizing, pooling averages, borders of padding. The gradient
 * of such a map is the map with its table transposed, so any order comes for free.
 */
import { foldGrid } from "../gpu/kernel.ts";
import type { KernelOp, Node } from "../graph/node.ts";
import resampleSource from "../../shaders/resample.wgsl";
import { sizeOf } from "../shape.ts";
import { record, Tensor, tensor } from "../tensor.ts";
import { ceilDiv, vectorOf } from "./kernels.ts";

/** Weights by the positions they belong to. */
export type Row = ReadonlyMap<number, number>;

/** What every output position takes from an axis of `from` positions. */
export interface Taps {
  readonly from: number;
  readonly rows: readonly Row[];
}

/** The taps of `to` output positions; `fill` puts those of position `o`. Weights at one position add up. */
export function tapsOf(
  from: number,
  to: number,
  fill: (o: number, put: (position: number, weight: number) => void) => void,
): Taps {
  const rows = Array.from({ length: to }, (_, o) => {
    const row = new Map<number, number>();
    fill(o, (position, weight) => row.set(position, (row.get(position) ?? 0) + weight));
    return row;
  });
  return { from, rows };
}

function transposed({ from, rows }: Taps): Taps {
  const columns = Array.from({ length: from }, () => new Map<number, number>());
  rows.forEach((row, o) => {
    for (const [position, weight] of row) columns[position]?.set(o, weight);
  });
  return { from: rows.length, rows: columns };
}

/** Where each row's taps begin and end, then the taps; see `shaders/resample.wgsl`. */
function tableOf({ rows }: Taps): Tensor {
  const kept = rows.map((row) => [...row].filter(([, weight]) => weight !== 0).sort(([p], [q]) => p - q));
  const length = kept.reduce((sum, row) => sum + row.length, rows.length);
  const table = new Int32Array(2 * length);
  const weights = new Float32Array(table.buffer);
  let next = rows.length;
  kept.forEach((row, o) => {
    table.set([next, next + row.length], 2 * o);
    for (const [position, weight] of row) {
      table[2 * next] = position;
      weights[2 * next + 1] = weight;
      next++;
    }
  });
  return tensor(table, [length, 2]);
}

/** The taps behind each table, for the gradient. */
const tapsBehind = new WeakMap<Node, Taps>();

const RESAMPLE: KernelOp = {
  kind: "kernel",
  name: "resample",
  fusable: true,
  acceptsF16: true,
  launches: ({ inputs, shape, size, attributes }) => {
    const axis = attributes.axis as number;
    const inner = sizeOf(shape.slice(axis + 1));
    const { width, type } = vectorOf(inner);
    const COUNT = size / width;
    return [
      {
        name: "resample",
        source: resampleSource,
        constants: {
          T: type,
          WIDTH: width,
          FROM: inputs[0]?.shape[axis] as number,
          TO: shape[axis] as number,
          INNER: inner / width,
          COUNT,
        },
        bindings: [{ input: 0 }, { input: 1 }, { output: true, write: true }],
        grid: foldGrid(ceilDiv(COUNT, 64)),
        epilogue: { hook: "epilogue", width },
        flops: 2 * size,
      },
    ];
  },
  gradient: (dy, { inputs, attributes }) => {
    const taps = tapsBehind.get(inputs[1] as Node) as Taps;
    return [resample(new Tensor(dy), attributes.axis as number, transposed(taps)).node, undefined];
  },
};

/** Every position of `axis` becomes a weighted sum of old ones; x holds floats and its axis has size `taps.from`. */
export function resample(x: Tensor, axis: number, taps: Taps): Tensor {
  const shape = x.shape.map((n, k) => (k === axis ? taps.rows.length : n));
  const table = tableOf(taps);
  tapsBehind.set(table.node, taps);
  return record(RESAMPLE, [x, table], shape, { attributes: { axis } });
}
