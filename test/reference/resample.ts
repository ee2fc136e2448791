/** Pooling, pixel shuffle and resizing of NHWC images, with PyTorch's conventions. */

import { at, build, type RefTensor } from "./array.ts";
import { forms } from "./form.ts";
import type { Ops, Pair, PoolOptions, ResizeOptions } from "./ops.ts";
import { pairOf, sizes4 } from "./product.ts";
import { firstLargest, total } from "./scalars.ts";
import { constant, div, mul, type Scalar } from "./tape.ts";

/** Makes one scalar of every window; the border holds nothing. */
function pool(x: RefTensor, options: PoolOptions, combine: (window: Scalar[]) => Scalar): RefTensor {
  const [kh, kw] = pairOf(options.kernel, 1);
  const [sy, sx] = pairOf(options.stride ?? options.kernel, 1);
  const [py, px] = pairOf(options.padding, 0);
  const [n, h, w, c] = sizes4(x);
  const height = Math.floor((h + 2 * py - kh) / sy) + 1;
  const width = Math.floor((w + 2 * px - kw) / sx) + 1;
  return build([n, height, width, c], (index) => {
    const [b, y, column, channel] = index as [number, number, number, number];
    const window: Scalar[] = [];
    for (let row = y * sy - py; row < y * sy - py + kh; row++) {
      for (let col = column * sx - px; col < column * sx - px + kw; col++) {
        if (row >= 0 && row < h && col >= 0 && col < w) window.push(at(x, [b, row, col, channel]));
      }
    }
    return combine(window);
  });
}

/** One input position and its weight in an output value. */
interface Tap {
  readonly from: number;
  readonly weight: number;
}

/** Keys' cubic kernel with a = -0.75 (Keys 1981, eq. 15, and PyTorch's choice of a). */
function cubic(t: number): number {
  const a = -0.75;
  const x = Math.abs(t);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** What output position i of `n` takes from an axis of `m`. */
function tapsOf(i: number, m: number, n: number, { method, alignCorners = false }: ResizeOptions): Tap[] {
  if (method === "nearest") return [{ from: Math.min(Math.floor((i * m) / n), m - 1), weight: 1 }];
  if (method === "area") {
    const begin = Math.floor((i * m) / n);
    const count = Math.ceil(((i + 1) * m) / n) - begin;
    return Array.from({ length: count }, (_, k) => ({ from: begin + k, weight: 1 / count }));
  }
  if (method === "coverage") {
    // In units of 1/n of a pixel all borders are whole numbers: pixel k spans [k n, (k + 1) n), output i [i m, (i + 1) m).
    const overlap = (k: number): number => Math.min((k + 1) * n, (i + 1) * m) - Math.max(k * n, i * m);
    return Array.from({ length: m }, (_, k) => ({ from: k, weight: overlap(k) / m })).filter(
      ({ weight }) => weight > 0,
    );
  }
  const corner = n > 1 ? (i * (m - 1)) / (n - 1) : 0;
  const centre = alignCorners ? corner : ((i + 0.5) * m) / n - 0.5;
  const inside = (k: number): number => Math.min(Math.max(k, 0), m - 1);
  if (method === "bilinear") {
    const place = Math.max(centre, 0);
    const first = Math.min(Math.floor(place), m - 1);
    const fraction = place - first;
    return [
      { from: first, weight: 1 - fraction },
      { from: inside(first + 1), weight: fraction },
    ];
  }
  const first = Math.floor(centre);
  return [-1, 0, 1, 2].map((k) => ({ from: inside(first + k), weight: cubic(centre - first - k) }));
}

/** Resizes one axis. */
function resizeAxis(x: RefTensor, axis: number, size: number, options: ResizeOptions): RefTensor {
  const m = x.shape[axis] as number;
  const taps = Array.from({ length: size }, (_, i) => tapsOf(i, m, size, options));
  const shape = x.shape.map((n, k) => (k === axis ? size : n));
  return build(shape, (index) => {
    const terms = (taps[index[axis] as number] as Tap[]).map(({ from, weight }) =>
      mul(
        constant(weight),
        at(
          x,
          index.map((j, k) => (k === axis ? from : j)),
        ),
      ),
    );
    return total(terms);
  });
}

/** Means over size[0] × size[1] windows that begin at ⌊i·m/n⌋ and end before ⌈(i + 1)·m/n⌉. */
function adaptiveAverage(x: RefTensor, size: Pair): RefTensor {
  const [n, h, w, c] = sizes4(x);
  const [height, width] = pairOf(size, 1);
  return build([n, height, width, c], (index) => {
    const [b, y, column, channel] = index as [number, number, number, number];
    const window: Scalar[] = [];
    for (let row = Math.floor((y * h) / height); row * height < (y + 1) * h; row++) {
      for (let col = Math.floor((column * w) / width); col * width < (column + 1) * w; col++)
        window.push(at(x, [b, row, col, channel]));
    }
    return div(total(window), constant(window.length));
  });
}

export const resampling = {
  maxPool1d(x, { kernel, stride = kernel, padding = 0 }) {
    const image = forms.unsqueeze(x, 1);
    const options: PoolOptions = { kernel: [1, kernel], stride: [1, stride], padding: [0, padding] };
    return forms.squeeze(pool(image, options, firstLargest), 1);
  },
  maxPool2d: (x, options) => pool(x, options, firstLargest),
  adaptiveAvgPool2d: adaptiveAverage,
  avgPool2d(x, options) {
    const [kh, kw] = pairOf(options.kernel, 1);
    const whole = options.countIncludePad ?? true;
    return pool(x, options, (window) => div(total(window), constant(whole ? kh * kw : window.length)));
  },
  /** Channel c·r² + i·r + j goes to row i, column j of channel c. */
  pixelShuffle(x, r) {
    const [n, h, w, c] = sizes4(x);
    return build([n, h * r, w * r, c / (r * r)], (index) => {
      const [b, y, column, channel] = index as [number, number, number, number];
      const from = channel * r * r + (y % r) * r + (column % r);
      return at(x, [b, Math.floor(y / r), Math.floor(column / r), from]);
    });
  },
  pixelUnshuffle(x, r) {
    const [n, h, w, c] = sizes4(x);
    return build([n, h / r, w / r, c * r * r], (index) => {
      const [b, y, column, channel] = index as [number, number, number, number];
      const i = Math.floor(channel / r) % r;
      return at(x, [b, y * r + i, column * r + (channel % r), Math.floor(channel / (r * r))]);
    });
  },
  resize: (x, [height, width], options) => resizeAxis(resizeAxis(x, 1, height, options), 2, width, options),
} satisfies Partial<Ops<RefTensor>>;
