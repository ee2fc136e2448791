/**
 * Resize and Upsample: every axis by itself, as ONNX's reference implementation has it (onnx/reference/ops/op_resize.py): each new position
 * lies somewhere between old ones, and takes a few of them.
 */
import { resample, tapsOf } from "../../ops/taps.ts";
import { where } from "../../ops/pointwise.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { like, storedAxis } from "../movement.ts";
import { coordinatesOf } from "../strides.ts";
import { toLast, Value } from "../value.ts";

const COORDINATES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_crop_and_resize",
] as const;
const ROUNDING = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

interface Rules {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: (typeof COORDINATES)[number];
  readonly rounding: (typeof ROUNDING)[number];
  readonly a: number;
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
  /** What lies outside of a cropped region. */
  readonly extrapolation: number;
}

interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly roi: readonly [number, number];
}

/**
 * Where new position o lies among the old ones, in single precision as ONNX has it: a third that is a float is not quite one, and
 * rounding down would find the pixel before.
 */
const originOf = (...place: Parameters<typeof exactOrigin>): number => Math.fround(exactOrigin(...place));

function exactOrigin(o: number, { from, to, scale, roi }: Axis, coordinates: Rules["coordinates"]): number {
  const width = scale * from;
  switch (coordinates) {
    case "align_corners":
      return width === 1 ? 0 : (o * (from - 1)) / (width - 1);
    case "asymmetric":
      return o / scale;
    case "tf_crop_and_resize": {
      const length = (roi[1] - roi[0]) * (from - 1);
      return roi[0] * (from - 1) + (width === 1 ? length / 2 : (o * length) / (width - 1));
    }
    case "pytorch_half_pixel":
      return width === 1 ? -0.5 : centreOf(o, scale);
    case "half_pixel_symmetric":
      return (from / 2) * (1 - to / width) + centreOf(o, scale);
    default:
      return centreOf(o, scale);
  }
}

const centreOf = (o: number, scale: number): number => Math.fround((o + 0.5) / scale) - 0.5;

const cubic = (x: number, a: number): number =>
  x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;

/** Weights of the neighbours, half of them to each side; `ratio` in (0, 1] is how far the place is from the one on its left. */
function weightsOf(ratio: number, scale: number, { mode, rounding, a, antialias }: Rules): number[] {
  if (mode === "nearest") {
    const right =
      ratio === 1 ||
      rounding === "ceil" ||
      (rounding === "round_prefer_floor" && ratio > 0.5) ||
      (rounding === "round_prefer_ceil" && ratio >= 0.5);
    return right ? [0, 1] : [1, 0];
  }
  const shrink = antialias ? Math.min(scale, 1) : 1;
  const radius = mode === "linear" ? 1 : 2;
  const start = Math.floor(-radius / shrink) + 1;
  const weights = Array.from({ length: 2 - 2 * start }, (_, k) => {
    const distance = Math.abs((start + k - ratio) * shrink);
    return mode === "linear" ? Math.max(1 - distance, 0) : cubic(distance, a);
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  return antialias ? weights.map((w) => w / total) : weights;
}

/** Positions, maybe beyond the ends, and weights of what new position o is made of; nothing where it lies outside of the region. */
function neighbours(o: number, axis: Axis, rules: Rules): readonly (readonly [number, number])[] {
  const { from, scale } = axis;
  const origin = originOf(o, axis, rules.coordinates);
  if (rules.coordinates === "tf_crop_and_resize" && (origin < 0 || origin > from - 1)) return [];
  const left = Math.ceil(origin) - 1;
  const weights = weightsOf(origin - left, scale, rules);
  const half = weights.length / 2;
  const start = Math.min(Math.max(left - half + 1, -half), from - half);
  const all = weights.map((weight, k) => [start + k, weight] as const);
  if (!rules.excludeOutside) return all;
  const inside = all.filter(([at]) => at >= 0 && at < from);
  const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
  return inside.map(([at, weight]) => [at, weight / total]);
}

function resizeAxis(x: Tensor, place: number, axis: Axis, rules: Rules): Tensor {
  return resample(
    x,
    place,
    tapsOf(axis.from, axis.to, (o, put) => {
      for (const [at, weight] of neighbours(o, axis, rules))
        put(Math.min(Math.max(at, 0), axis.from - 1), weight);
    }),
  );
}

export function resizeBy(x: Value, axes: readonly Axis[], rules: Rules): Value {
  const crops = rules.coordinates === "tf_crop_and_resize";
  const changed = axes.filter(({ from, to, scale }) => crops || from !== to || scale !== 1);
  if (changed.length === 0) return x;
  const image = x.rank >= 3 && !x.prefersLast ? Value.channelsLast(x.type, x.channelsLast) : x;
  // The axis that shrinks most comes first: less is left for the others.
  const order = changed.toSorted((p, q) => p.to / p.from - q.to / q.from);
  const resized = order.reduce(
    (y, axis) => resizeAxis(y, storedAxis(image, axis.axis), axis, rules),
    image.stored,
  );
  if (!crops || rules.extrapolation === 0) return like(image, resized);
  const places = image.prefersLast ? toLast(x.rank) : x.shape.map((_, k) => k);
  const shape = resized.shape;
  const isInside = changed.map((axis) => ({
    at: places.indexOf(axis.axis),
    known: Array.from({ length: axis.to }, (_, o) => neighbours(o, axis, rules).length > 0),
  }));
  const small = shape.map((n, k) => (isInside.some(({ at }) => at === k) ? n : 1));
  const mask = Float32Array.from(coordinatesOf(small), (c) =>
    Number(isInside.every(({ at, known }) => known[c[at] as number])),
  );
  return like(image, where(tensor(mask, small), resized, rules.extrapolation));
}

function resize(call: Call): Value {
  const x = call.input(0);
  const isOld = call.version < 11;
  const axes = (call.list("axes") ?? x.shape.map((_, k) => k)).map((axis) => call.axis(axis, x.rank));
  const numbers = (k: number) => {
    const list = call.wholes(k);
    return list && list.length > 0 ? list : undefined;
  };
  const scales = isOld ? numbers(1) : numbers(2);
  const sizes = isOld ? undefined : numbers(3);
  const roi = isOld ? undefined : numbers(1);
  const given = sizes ?? scales ?? call.refuse("has neither scales nor sizes");
  if (given.length !== axes.length)
    call.refuse(`needs ${axes.length} ${sizes ? "sizes" : "scales"}, got ${given.length}`);
  const from = axes.map((axis) => x.shape[axis] as number);
  const policy = call.string("keep_aspect_ratio_policy", "stretch", ["stretch", "not_larger", "not_smaller"]);
  const factors = sizes ? sizes.map((size, k) => size / (from[k] as number)) : (scales as number[]);
  const common = policy === "not_larger" ? Math.min(...factors) : Math.max(...factors);
  const keeps = sizes !== undefined && policy !== "stretch";
  const list = axes.map((axis, k): Axis => {
    const n = from[k] as number;
    const scale = keeps ? common : (factors[k] as number);
    const to = keeps ? Math.floor(common * n + 0.5) : (sizes?.[k] ?? Math.floor(scale * n + 1e-6));
    if (!(scale > 0) || to < 1)
      call.refuse(`axis ${axis} of [${x.shape.join(", ")}] cannot be resized by ${scale}`);
    return { axis, from: n, to, scale, roi: [roi?.[k] ?? 0, roi?.[k + axes.length] ?? 1] };
  });
  return resizeBy(x, list, {
    mode: call.string("mode", "nearest", ["nearest", "linear", "cubic"]),
    coordinates: call.string(
      "coordinate_transformation_mode",
      isOld ? "asymmetric" : "half_pixel",
      COORDINATES,
    ),
    rounding: call.string("nearest_mode", isOld ? "floor" : "round_prefer_floor", ROUNDING),
    a: call.float("cubic_coeff_a", -0.75),
    antialias: call.int("antialias", 0) === 1,
    excludeOutside: call.int("exclude_outside", 0) === 1,
    extrapolation: call.float("extrapolation_value", 0),
  });
}

/** What Resize was before version 10. */
function upsample(call: Call): Value {
  const x = call.input(0);
  const old =
    call.version < 7 ? [1, 1, call.float("height_scale", 1), call.float("width_scale", 1)] : undefined;
  const scales = old ?? call.list("scales") ?? call.wholes(1) ?? call.refuse("the scales are missing");
  const axes = scales.map(
    (scale, axis): Axis => ({
      axis,
      from: x.shape[axis] as number,
      to: Math.floor((x.shape[axis] as number) * scale + 1e-6),
      scale,
      roi: [0, 1],
    }),
  );
  const mode = call.string<"nearest" | "linear" | "bilinear">("mode", "nearest", [
    "nearest",
    "linear",
    "bilinear",
  ]);
  return resizeBy(x, axes, {
    mode: mode === "nearest" ? mode : "linear",
    coordinates: "asymmetric",
    rounding: "floor",
    a: -0.75,
    antialias: false,
    excludeOutside: false,
    extrapolation: 0,
  });
}

export const RESIZING: Family = {
  Resize: reading([1, 2, 3], resize),
  Upsample: reading([1], upsample),
};
