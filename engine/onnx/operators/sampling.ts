/** Reading images at places between their pixels: grids, deformed convolutions, regions. */
import * as ops from "../../ops/index.ts";
import { showShape, sizeOf, stridesOf } from "../../shape.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { coordinatesOf } from "../strides.ts";
import { Value } from "../value.ts";
import { convolve } from "./convolution.ts";

const { add, clamp, div, floor, ge, le, mul, sub, where } = ops;

type Padding = "zeros" | "border" | "reflection";

/** A neighbour of each place along one axis: how many pixels it lies from the lower one, and its weight. */
interface Tap {
  readonly offset: number;
  readonly weight: Tensor | undefined;
}

/** Places mirrored at both ends until they are within. */
function reflected(x: Tensor, low: number, high: number): Tensor {
  const range = high - low;
  if (range <= 0) return mul(x, 0).add(low);
  const from = ops.abs(sub(x, low));
  const flips = floor(div(from, range));
  const rest = sub(from, mul(flips, range));
  const isOdd = sub(flips, mul(floor(mul(flips, 0.5)), 2));
  return add(where(isOdd, sub(range, rest), rest), low);
}

/** Keys' kernel with a = -0.75, at the four places around one that lies t behind the second. */
function cubicTaps(t: Tensor): Tap[] {
  const a = -0.75;
  const near = (x: Tensor) => add(mul(mul(sub(mul(x, a + 2), a + 3), x), x), 1);
  const far = (x: Tensor) => sub(mul(add(mul(sub(mul(x, a), 5 * a), x), 8 * a), x), 4 * a);
  const rest = sub(1, t);
  return [
    { offset: -1, weight: far(add(t, 1)) },
    { offset: 0, weight: near(t) },
    { offset: 1, weight: near(rest) },
    { offset: 2, weight: far(add(rest, 1)) },
  ];
}

interface Sampling {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly padding: Padding;
  readonly alignCorners: boolean;
}

/**
 * @param x [n, ...axes, c]
 * @param places of each axis [n, points], in pixels
 * @returns [n, points, c]
 */
function sampled(x: Tensor, places: readonly Tensor[], { mode, padding, alignCorners }: Sampling): Tensor {
  const sizes = x.shape.slice(1, -1);
  const [n, c] = [x.shape[0] as number, x.shape.at(-1) as number];
  const points = places[0]?.shape[1] as number;
  const table = ops.reshape(x, [n * sizeOf(sizes), c]);
  const strides = stridesOf(sizes);
  const limits = (size: number): readonly [number, number] =>
    alignCorners ? [0, size - 1] : [-0.5, size - 0.5];
  /** A pixel's number along an axis, within it, and whether it was. */
  const held = (at: Tensor, size: number) => {
    const isInside = padding === "zeros" ? mul(ge(at, 0), le(at, size - 1)) : undefined;
    const within = padding === "reflection" ? reflected(at, ...limits(size)) : at;
    return { index: clamp(within, 0, size - 1), isInside };
  };
  /** A place as ONNX moves it before it is looked at: what lies outside of the image comes back. */
  const bent = (at: Tensor, size: number) => {
    // Beside a border the cubic still has a slope, as in PyTorch: its pixels are held one by one.
    if (padding === "zeros" || (padding === "border" && mode === "cubic")) return at;
    const [low, high] = limits(size);
    if (padding === "reflection") return reflected(at, low, high);
    return where(mul(ge(at, low), le(at, high)), at, clamp(at, 0, size - 1));
  };
  const axes = places.map((given, k) => {
    const size = sizes[k] as number;
    const place = bent(mode === "nearest" ? ops.round(given) : given, size);
    if (mode === "nearest") {
      return [{ ...held(place, size), weight: undefined }];
    }
    const lower = floor(place);
    const t = sub(place, lower);
    const taps: Tap[] =
      mode === "cubic"
        ? cubicTaps(t)
        : [
            { offset: 0, weight: sub(1, t) },
            { offset: 1, weight: t },
          ];
    return taps.map(({ offset, weight }) => ({ ...held(add(lower, offset), size), weight }));
  });
  const images = tensor(
    Int32Array.from({ length: n }, (_, k) => k * sizeOf(sizes)),
    [n, 1],
  );
  let total: Tensor | undefined;
  for (const choice of coordinatesOf(axes.map((taps) => taps.length))) {
    let index = ops.expand(images, [n, points]);
    let weight: Tensor | undefined;
    choice.forEach((tap, k) => {
      const {
        index: own,
        isInside,
        weight: share,
      } = (axes[k] as (typeof axes)[number])[tap] as (typeof axes)[number][number];
      index = add(index, mul(own.cast("i32"), strides[k] as number));
      for (const factor of [isInside, share]) if (factor) weight = weight ? mul(weight, factor) : factor;
    });
    const picked = ops.reshape(ops.indexSelect(table, ops.reshape(index, [n * points])), [n, points, c]);
    const part = weight ? mul(picked, ops.reshape(weight, [n, points, 1])) : picked;
    total = total ? add(total, part) : part;
  }
  return total as Tensor;
}

const MODES = {
  nearest: "nearest",
  linear: "linear",
  bilinear: "linear",
  cubic: "cubic",
  bicubic: "cubic",
} as const;

function gridSample(call: Call): Value {
  const [x, grid] = [call.input(0), call.input(1)];
  const rank = x.rank - 2;
  if (grid.shape.at(-1) !== rank)
    call.refuse(`the grid ${showShape(grid.shape)} does not fit ${showShape(x.shape)}`);
  const mode =
    MODES[call.string<keyof typeof MODES>("mode", "linear", Object.keys(MODES) as (keyof typeof MODES)[])];
  const padding = call.string<Padding>("padding_mode", "zeros", ["zeros", "border", "reflection"]);
  const alignCorners = call.int("align_corners", 0) === 1;
  const outer = grid.shape.slice(1, -1);
  const [n, c] = [x.shape[0] as number, x.shape[1] as number];
  const flat = ops.reshape(grid.tensor, [n, sizeOf(outer), rank]);
  const places = Array.from({ length: rank }, (_, k) => {
    const size = x.shape[k + 2] as number;
    // The last axis of the image comes first in the grid.
    const at = ops.reshape(ops.slice(flat, [0, 0, rank - 1 - k], [n, sizeOf(outer), rank - k]), [
      n,
      sizeOf(outer),
    ]);
    return alignCorners ? mul(add(at, 1), (size - 1) / 2) : mul(sub(mul(add(at, 1), size), 1), 0.5);
  });
  const y = sampled(x.channelsLast, places, { mode, padding, alignCorners });
  return Value.channelsLast(x.type, ops.reshape(y, [n, ...outer, c]));
}

/** Where a linear map sends the places of an image, between -1 and 1. */
function affineGrid(call: Call): Value {
  const theta = call.input(0);
  const [n = 0, , ...sizes] = call.wholes(1) ?? [];
  const alignCorners = call.int("align_corners", 0) === 1;
  const rank = sizes.length;
  const along = (size: number, k: number) =>
    alignCorners ? (size > 1 ? -1 + (2 * k) / (size - 1) : 0) : (2 * k + 1) / size - 1;
  const rows = sizeOf(sizes);
  const base = new Float32Array(rows * (rank + 1));
  let row = 0;
  for (const at of coordinatesOf(sizes)) {
    at.forEach((c, k) => {
      base[row * (rank + 1) + rank - 1 - k] = along(sizes[k] as number, c);
    });
    base[row++ * (rank + 1) + rank] = 1;
  }
  const grid = ops.matmul(tensor(base, [1, rows, rank + 1]), ops.transpose(theta.tensor)); // [n, rows, rank]
  return Value.computed(theta.type, ops.reshape(grid, [n, ...sizes, rank]));
}

/** A convolution each of whose taps is moved, by as much as another network says (Zhu et al. 2018). */
function deformConv(call: Call): Value {
  const [x, w, offset] = [call.input(0), call.input(1), call.input(2)];
  if (x.rank !== 4) call.refuse(`is known of images alone, got ${showShape(x.shape)}`);
  const [n, c, h, width] = x.shape as [number, number, number, number];
  const [o, , kh, kw] = w.shape as [number, number, number, number];
  const [sh, sw] = (call.list("strides") ?? [1, 1]) as [number, number];
  const [dh, dw] = (call.list("dilations") ?? [1, 1]) as [number, number];
  const [top, left] = (call.list("pads") ?? [0, 0, 0, 0]) as [number, number];
  const groups = call.int("offset_group", 1);
  const [oh, ow] = offset.shape.slice(2) as [number, number];
  const taps = kh * kw;
  const points = taps * oh * ow;
  const moved = ops.reshape(offset.tensor, [n * groups, taps, 2, oh, ow]);
  const mask = call.inputs[4] ? ops.reshape(call.input(4).tensor, [n * groups, points, 1]) : undefined;
  const shape = [1, taps, oh, ow];
  const resting = (of: (i: number, j: number, y: number, x: number) => number) =>
    tensor(
      Float32Array.from(coordinatesOf([kh, kw, oh, ow]), ([i = 0, j = 0, y = 0, z = 0]) => of(i, j, y, z)),
      shape,
    );
  const movement = (axis: number) =>
    ops.reshape(ops.slice(moved, [0, 0, axis], [n * groups, taps, axis + 1]), [n * groups, taps, oh, ow]);
  const rows = add(
    movement(0),
    resting((i, _, y) => y * sh - top + i * dh),
  );
  const columns = add(
    movement(1),
    resting((_, j, __, z) => z * sw - left + j * dw),
  );
  const flat = (t: Tensor) => ops.reshape(t, [n * groups, points]);
  const split = ops.reshape(x.tensor, [n * groups, c / groups, h, width]);
  const picked = sampled(ops.permute(split, [0, 2, 3, 1]), [flat(rows), flat(columns)], {
    mode: "linear",
    padding: "zeros",
    alignCorners: true,
  }); // [n groups, points, c / groups]
  const weighted = mask ? mul(picked, mask) : picked;
  const apart = ops.reshape(weighted, [n, groups, kh, kw, oh, ow, c / groups]);
  // Each window lies by itself, side by side: a convolution without overlaps.
  const windows = ops.reshape(ops.permute(apart, [0, 4, 2, 5, 3, 1, 6]), [n, oh * kh, ow * kw, c]);
  const plain = { dilation: 1, before: 0, after: 0 };
  const y = convolve(
    windows,
    ops.permute(w.tensor, [2, 3, 1, 0]),
    [
      { ...plain, kernel: kh, stride: kh },
      { ...plain, kernel: kw, stride: kw },
    ],
    call.int("group", 1),
  );
  const bias = call.inputs[3];
  const biased = bias ? add(y, ops.reshape(bias.tensor, [o])) : y;
  return Value.channelsLast(x.type, biased);
}

/** Averages, or maxima, of places within regions (He et al. 2017). */
function roiAlign(call: Call): Value {
  const x = call.input(0);
  const [rois, batch] = [call.numbers(1), call.numbers(2)];
  const [, c, h, w] = x.shape as [number, number, number, number];
  const [oh, ow] = [call.int("output_height", 1), call.int("output_width", 1)];
  const ratio = call.int("sampling_ratio", 0);
  const scale = call.float("spatial_scale", 1);
  const mode = call.string("mode", "avg", ["avg", "max"]);
  const isHalf =
    call.version >= 16 &&
    call.string("coordinate_transformation_mode", "half_pixel", ["half_pixel", "output_half_pixel"]) ===
      "half_pixel";
  const shift = isHalf ? 0.5 : 0;
  const count = batch.length;
  const cells: { places: number[]; weights: number[]; samples: number }[] = [];
  for (let r = 0; r < count; r++) {
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map((k) => (rois[4 * r + k] as number) * scale - shift) as [
      number,
      number,
      number,
      number,
    ];
    const least = isHalf ? Number.NEGATIVE_INFINITY : 1;
    const [height, width] = [Math.max(y2 - y1, least), Math.max(x2 - x1, least)];
    const [binH, binW] = [height / oh, width / ow];
    const gridH = ratio > 0 ? ratio : Math.ceil(binH);
    const gridW = ratio > 0 ? ratio : Math.ceil(binW);
    for (const [py = 0, px = 0] of coordinatesOf([oh, ow])) {
      const cell = { places: [] as number[], weights: [] as number[], samples: Math.max(gridH * gridW, 1) };
      for (const [iy = 0, ix = 0] of coordinatesOf([gridH, gridW])) {
        const at = corners(
          y1 + py * binH + ((iy + 0.5) * binH) / gridH,
          x1 + px * binW + ((ix + 0.5) * binW) / gridW,
          h,
          w,
        );
        for (const [place, weight] of at) {
          cell.places.push((batch[r] as number) * h * w + place);
          cell.weights.push(weight);
        }
      }
      cells.push(cell);
    }
  }
  const most = Math.max(...cells.map(({ places }) => places.length), 1);
  const index = Int32Array.from(
    cells.flatMap(({ places }) => Array.from({ length: most }, (_, k) => places[k] ?? 0)),
  );
  const weights = Float32Array.from(
    cells.flatMap((cell) =>
      Array.from({ length: most }, (_, k) => (cell.weights[k] ?? 0) / (mode === "avg" ? cell.samples : 1)),
    ),
  );
  const table = ops.reshape(x.channelsLast, [sizeOf(x.shape) / c, c]);
  const picked = ops.reshape(ops.indexSelect(table, tensor(index)), [cells.length, most, c]);
  const parts = mul(picked, tensor(weights, [cells.length, most, 1]));
  // ONNX takes the largest of the weighted corners.
  const y = mode === "avg" ? ops.sum(parts, 1) : ops.max(parts, 1);
  return Value.channelsLast(x.type, ops.reshape(y, [count, oh, ow, c]));
}

/** The four pixels around a place, with their shares; none where it lies more than a pixel outside. */
function corners(y: number, x: number, h: number, w: number): readonly (readonly [number, number])[] {
  if (y < -1 || y > h || x < -1 || x > w) return [0, 1, 2, 3].map(() => [0, 0] as const);
  const line = (at: number, n: number) => {
    const place = Math.max(at, 0);
    const low = Math.min(Math.floor(place), n - 1);
    const high = Math.min(low + 1, n - 1);
    const t = low === n - 1 ? 0 : place - low;
    return [
      [low, 1 - t],
      [high, t],
    ] as const;
  };
  return line(y, h).flatMap(([r, a]) => line(x, w).map(([q, b]) => [r * w + q, a * b] as const));
}

/** Windows that lie in columns, added up where they belong in the image. */
function col2im(call: Call): Value {
  const x = call.input(0);
  const sizes = call.wholes(1) ?? [];
  const block = call.wholes(2) ?? [];
  const rank = sizes.length;
  const list = (name: string, n: number) => call.list(name) ?? sizes.map(() => n);
  const [strides, dilations] = [list("strides", 1), list("dilations", 1)];
  const pads = call.list("pads") ?? [...sizes, ...sizes].map(() => 0);
  const [n, rows, columns] = x.shape as [number, number, number];
  const c = rows / sizeOf(block);
  const counts = sizes.map(
    (size, k) =>
      Math.floor(
        (size +
          (pads[k] as number) +
          (pads[k + rank] as number) -
          (dilations[k] as number) * ((block[k] as number) - 1) -
          1) /
          (strides[k] as number),
      ) + 1,
  );
  if (sizeOf(counts) !== columns)
    call.refuse(`${columns} columns do not make up an image of ${sizes.join("×")}`);
  const places = Int32Array.from(coordinatesOf([...block, ...counts]), (at) => {
    const where = sizes.map(
      (_, k) =>
        (at[k + rank] as number) * (strides[k] as number) +
        (at[k] as number) * (dilations[k] as number) -
        (pads[k] as number),
    );
    const isInside = where.every((p, k) => p >= 0 && p < (sizes[k] as number));
    // One place more takes what falls outside.
    return isInside
      ? where.reduce((sum, p, k) => sum + p * (stridesOf(sizes)[k] as number), 0)
      : sizeOf(sizes);
  });
  const flat = ops.reshape(x.tensor, [n * c, places.length]);
  const index = ops.expand(tensor(places, [1, places.length]), flat.shape);
  const whole = ops.scatterAdd(flat, index, 1, sizeOf(sizes) + 1);
  return Value.computed(
    x.type,
    ops.reshape(ops.slice(whole, [0, 0], [n * c, sizeOf(sizes)]), [n, c, ...sizes]),
  );
}

export const SAMPLING: Family = {
  GridSample: gridSample,
  AffineGrid: reading([1], affineGrid),
  DeformConv: deformConv,
  RoiAlign: reading([1, 2], roiAlign),
  Col2Im: reading([1, 2], col2im),
};
