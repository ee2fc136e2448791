/**
 * Interpolation weights of MATLAB's `imresize` along one dimension (MODELS 8.1; MATLAB's `contributions`).
 */
import { ShapeError } from "../errors.ts";

/**
 * "bicubic": Keys 1981 with a = -1/2; "bilinear": a triangle of width 2; "nearest": a box of width 1 (for an integer factor: every
 * pixel repeated), which widened where it shrinks is the mean over areas.
 */
export type ResampleKernel = "bicubic" | "bilinear" | "nearest";

/** What lies beyond the border: the image mirrored ("symmetric": ... 2 1 | 1 2 ...) or its last pixel repeated. */
export type ResampleBorder = "symmetric" | "replicate";

/** Which inputs make each output: output o is the sum over t of weight[o*count + t] * input[index[o*count + t]]. */
export interface Taps {
  /** Taps per output. */
  readonly count: number;
  /** Input positions, in increasing order before they are folded back at the border. */
  readonly index: Int32Array;
  /** Weights; those of one output sum to 1. */
  readonly weight: Float64Array;
}

/** Everything the taps of one dimension depend on. */
export interface TapsSpec {
  readonly inputLength: number;
  readonly outputLength: number;
  /** Output over input resolution; below 1 the kernel is widened by its inverse where `antialias` is set. */
  readonly scale: number;
  readonly kernel: ResampleKernel;
  readonly border: ResampleBorder;
  readonly antialias: boolean;
}

interface KernelShape {
  readonly width: number;
  readonly value: (x: number) => number;
}

const KERNELS: Record<ResampleKernel, KernelShape> = {
  bicubic: { width: 4, value: cubic },
  bilinear: { width: 2, value: (x) => Math.max(1 - Math.abs(x), 0) },
  nearest: { width: 1, value: (x) => (-0.5 <= x && x < 0.5 ? 1 : 0) },
};

function cubic(x: number): number {
  const d = Math.abs(x);
  const d2 = d * d;
  const d3 = d2 * d;
  if (d <= 1) return 1.5 * d3 - 2.5 * d2 + 1;
  return d <= 2 ? -0.5 * d3 + 2.5 * d2 - 4 * d + 2 : 0;
}

/** Folds an index from outside [0, n) back into it. */
function fold(index: number, n: number, border: ResampleBorder): number {
  if (border === "replicate") return Math.min(Math.max(index, 0), n - 1);
  const period = 2 * n;
  const place = ((index % period) + period) % period;
  return place < n ? place : period - 1 - place;
}

function buildTaps(spec: TapsSpec): Taps {
  const { inputLength, outputLength, scale, border } = spec;
  const { width, value } = KERNELS[spec.kernel];
  const shrink = spec.antialias && scale < 1 ? scale : 1;
  const support = width / shrink;
  const reach = Math.ceil(support) + 2;
  const raw = new Float64Array(outputLength * reach);
  const lefts = new Int32Array(outputLength);
  // Outer taps that are zero for every output are left out, as they are in MATLAB.
  let first = reach;
  let last = 0;
  for (let o = 0; o < outputLength; o++) {
    // MATLAB counts from 1: the centre of output j = o + 1 in input coordinates.
    const centre = (o + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(centre - support / 2);
    lefts[o] = left - 1;
    let sum = 0;
    for (let t = 0; t < reach; t++) {
      const weight = shrink * value(shrink * (centre - (left + t)));
      raw[o * reach + t] = weight;
      sum += weight;
      if (weight !== 0) {
        first = Math.min(first, t);
        last = Math.max(last, t);
      }
    }
    for (let t = 0; t < reach; t++) raw[o * reach + t] = (raw[o * reach + t] as number) / sum;
  }
  const count = last - first + 1;
  const index = new Int32Array(outputLength * count);
  const weight = new Float64Array(outputLength * count);
  for (let o = 0; o < outputLength; o++) {
    for (let t = 0; t < count; t++) {
      weight[o * count + t] = raw[o * reach + first + t] as number;
      index[o * count + t] = fold((lefts[o] as number) + first + t, inputLength, border);
    }
  }
  return { count, index, weight };
}

const CACHE_LIMIT = 32;
const cache = new Map<string, Taps>();

/**
 * The taps of one dimension, kept for the last few lengths asked for (training asks for the same two again and again).
 *
 * @throws ShapeError if a length is not a positive integer or the scale is not a positive number
 */
export function resampleTaps(spec: TapsSpec): Taps {
  for (const length of [spec.inputLength, spec.outputLength]) {
    if (!Number.isInteger(length) || length < 1) {
      throw new ShapeError(`imresize: lengths must be integers of at least 1, got ${length}`);
    }
  }
  if (!(spec.scale > 0 && Number.isFinite(spec.scale))) {
    throw new ShapeError(`imresize: the scale must be a positive number, got ${spec.scale}`);
  }
  const key = [
    spec.inputLength,
    spec.outputLength,
    spec.scale,
    spec.kernel,
    spec.border,
    spec.antialias,
  ].join();
  const known = cache.get(key);
  if (known) {
    // A Map keeps the order of insertion: what was just used goes to the young end.
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const taps = buildTaps(spec);
  cache.set(key, taps);
  if (cache.size > CACHE_LIMIT) cache.delete(cache.keys().next().value as string);
  return taps;
}
