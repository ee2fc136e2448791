/** What detectors of objects do with their boxes. */
import * as ops from "../../ops/index.ts";
import { tensor } from "../../tensor.ts";
import { type Call, type Family, reading, readingAll } from "../call.ts";
import { coordinatesOf } from "../strides.ts";
import { Value } from "../value.ts";

type Box = readonly [y1: number, x1: number, y2: number, x2: number];

const areaOf = ([y1, x1, y2, x2]: Box): number => Math.max(y2 - y1, 0) * Math.max(x2 - x1, 0);

/** The part of both boxes that they share. */
function overlap(a: Box, b: Box): number {
  const shared = areaOf([
    Math.max(a[0], b[0]),
    Math.max(a[1], b[1]),
    Math.min(a[2], b[2]),
    Math.min(a[3], b[3]),
  ]);
  const all = areaOf(a) + areaOf(b) - shared;
  return all > 0 ? shared / all : 0;
}

/** Of boxes that overlap, the one with the best score: [count, (image, class, box)]. */
function suppression(call: Call): Value {
  const [boxes, scores] = [call.numbers(0), call.numbers(1)];
  const [images, classes, count] = call.input(1).shape as [number, number, number];
  const most = call.scalar(2, 0);
  const [limit, least] = [call.scalar(3, 0), call.scalar(4, Number.NEGATIVE_INFINITY)];
  const isCentred = call.int("center_point_box", 0) === 1;
  const boxOf = (image: number, k: number): Box => {
    const [a, b, c, d] = boxes.subarray((image * count + k) * 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    if (isCentred) return [b - d / 2, a - c / 2, b + d / 2, a + c / 2];
    return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
  };
  const chosen: number[] = [];
  for (const [image = 0, kind = 0] of coordinatesOf([images, classes])) {
    const scoreOf = (k: number) => scores[(image * classes + kind) * count + k] as number;
    const order = Array.from({ length: count }, (_, k) => k)
      .filter((k) => scoreOf(k) > least)
      .sort((a, b) => scoreOf(b) - scoreOf(a) || a - b);
    const kept: Box[] = [];
    for (const k of order) {
      if (kept.length >= most) break;
      const box = boxOf(image, k);
      if (kept.some((other) => overlap(box, other) > limit)) continue;
      kept.push(box);
      chosen.push(image, kind, k);
    }
  }
  return Value.wholes(chosen, [chosen.length / 3, 3]);
}

/** Maxima over the cells of regions, [count, (image, x1, y1, x2, y2)] (Girshick 2015). */
function roiPool(call: Call): Value {
  const x = call.input(0);
  const rois = call.numbers(1);
  const [, c, h, w] = x.shape as [number, number, number, number];
  const [oh = 1, ow = 1] = call.list("pooled_shape") ?? [];
  const scale = call.float("spatial_scale", 1);
  const count = rois.length / 5;
  const cells: number[][] = [];
  for (let r = 0; r < count; r++) {
    const [image, ...corners] = rois.subarray(5 * r, 5 * r + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [x1, y1, x2, y2] = corners.map((v) => Math.round(v * scale)) as [number, number, number, number];
    const [height, width] = [Math.max(y2 - y1 + 1, 1), Math.max(x2 - x1 + 1, 1)];
    for (const [py = 0, px = 0] of coordinatesOf([oh, ow])) {
      const range = (p: number, size: number, cells: number, start: number, n: number) => {
        const from = Math.min(Math.max(Math.floor((p * size) / cells) + start, 0), n);
        const to = Math.min(Math.max(Math.ceil(((p + 1) * size) / cells) + start, 0), n);
        return Array.from({ length: Math.max(to - from, 0) }, (_, k) => from + k);
      };
      const columns = range(px, width, ow, x1, w);
      cells.push(range(py, height, oh, y1, h).flatMap((y) => columns.map((q) => (image * h + y) * w + q)));
    }
  }
  const most = Math.max(...cells.map((cell) => cell.length), 1);
  // A cell without pixels is 0; one with fewer has its first again.
  const index = Int32Array.from(
    cells.flatMap((cell) => Array.from({ length: most }, (_, k) => cell[k] ?? cell[0] ?? 0)),
  );
  const filled = tensor(
    Float32Array.from(cells, (cell) => Number(cell.length > 0)),
    [cells.length, 1],
  );
  const table = ops.reshape(x.channelsLast, [x.size / c, c]);
  const picked = ops.reshape(ops.indexSelect(table, tensor(index)), [cells.length, most, c]);
  const y = ops.where(filled, ops.max(picked, 1), 0);
  return Value.channelsLast(x.type, ops.reshape(y, [count, oh, ow, c]));
}

export const DETECTION: Family = {
  NonMaxSuppression: readingAll(suppression),
  MaxRoiPool: reading([1], roiPool),
};
