/**
 * Matrix products and convolutions, as their sums.
 * n batch, h w input, y x output, i o channels in and out, u v kernel, g group.
 */

import { at, broadcastShape, build, type RefTensor } from "./array.ts";
import { forms } from "./form.ts";
import type { ConvOptions, ConvTransposeOptions, Ops, Pair } from "./ops.ts";
import { total } from "./scalars.ts";
import { constant, mul, type Scalar } from "./tape.ts";

const pairOf = (p: Pair | undefined, otherwise: number): readonly [number, number] =>
  p === undefined ? [otherwise, otherwise] : typeof p === "number" ? [p, p] : p;

/** The four sizes of an image or a weight. */
export function sizes4(x: RefTensor): [number, number, number, number] {
  const [a, b, c, d] = x.shape;
  if (x.shape.length !== 4) throw new RangeError(`reference: expected four axes, got [${x.shape}]`);
  return [a as number, b as number, c as number, d as number];
}

/** Matrices of rank 2 and more; batches broadcast. */
function batchedMatmul(a: RefTensor, b: RefTensor): RefTensor {
  const inner = a.shape.at(-1) as number;
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return build([...batch, a.shape.at(-2) as number, b.shape.at(-1) as number], (index) => {
    const lead = index.slice(0, -2);
    const [row, column] = index.slice(-2) as [number, number];
    const terms: Scalar[] = [];
    for (let k = 0; k < inner; k++) terms.push(mul(at(a, [...lead, row, k]), at(b, [...lead, k, column])));
    return total(terms);
  });
}

/** out[n,y,x,o] = Σ in[n, y·s - p + u·d, x·s - p + v·d, i] · w[u,v,i,o], i over the channels of o's group. */
function conv2d(image: RefTensor, weight: RefTensor, options: ConvOptions = {}): RefTensor {
  const [sy, sx] = pairOf(options.stride, 1);
  const [py, px] = pairOf(options.padding, 0);
  const [dy, dx] = pairOf(options.dilation, 1);
  const groups = options.groups ?? 1;
  const [n, h, w, channels] = sizes4(image);
  const [kh, kw, ins, outs] = sizes4(weight);
  const height = Math.floor((h + 2 * py - dy * (kh - 1) - 1) / sy) + 1;
  const width = Math.floor((w + 2 * px - dx * (kw - 1) - 1) / sx) + 1;
  return build([n, height, width, outs], (index) => {
    const [b, y, x, o] = index as [number, number, number, number];
    const firstChannel = Math.floor(o / (outs / groups)) * ins;
    const terms: Scalar[] = [];
    for (let u = 0; u < kh; u++) {
      const row = y * sy - py + u * dy;
      if (row < 0 || row >= h) continue;
      for (let v = 0; v < kw; v++) {
        const column = x * sx - px + v * dx;
        if (column < 0 || column >= w) continue;
        const pixel = ((b * h + row) * w + column) * channels + firstChannel;
        const tap = (u * kw + v) * ins * outs + o;
        for (let i = 0; i < ins; i++) {
          terms.push(mul(image.data[pixel + i] as Scalar, weight.data[tap + i * outs] as Scalar));
        }
      }
    }
    return total(terms);
  });
}

/** Every input pixel adds its weighted kernel to the output: out[n, h·s - p + u·d, …, o] += in[n,h,w,i] · w[u,v,i,o]. */
function convTranspose2d(image: RefTensor, weight: RefTensor, options: ConvTransposeOptions = {}): RefTensor {
  const [sy, sx] = pairOf(options.stride, 1);
  const [py, px] = pairOf(options.padding, 0);
  const [dy, dx] = pairOf(options.dilation, 1);
  const [ey, ex] = pairOf(options.outputPadding, 0);
  const groups = options.groups ?? 1;
  const [n, h, w, channels] = sizes4(image);
  const [kh, kw, , outs] = sizes4(weight);
  const ins = channels / groups;
  const height = (h - 1) * sy - 2 * py + dy * (kh - 1) + ey + 1;
  const width = (w - 1) * sx - 2 * px + dx * (kw - 1) + ex + 1;
  return build([n, height, width, outs * groups], (index) => {
    const [b, y, x, o] = index as [number, number, number, number];
    const group = Math.floor(o / outs);
    const terms: Scalar[] = [];
    for (let u = 0; u < kh; u++) {
      for (let v = 0; v < kw; v++) {
        const row = (y + py - u * dy) / sy;
        const column = (x + px - v * dx) / sx;
        if (!Number.isInteger(row) || !Number.isInteger(column)) continue;
        if (row < 0 || row >= h || column < 0 || column >= w) continue;
        for (let i = group * ins; i < (group + 1) * ins; i++) {
          terms.push(mul(at(image, [b, row, column, i]), at(weight, [u, v, i, o - group * outs])));
        }
      }
    }
    return terms.length > 0 ? total(terms) : constant(0);
  });
}

export const products = {
  /** Vectors count as a row on the left and a column on the right, and lose that axis again. */
  matmul(a, b) {
    const row = a.shape.length === 1;
    const column = b.shape.length === 1;
    const y = batchedMatmul(row ? forms.unsqueeze(a, 0) : a, column ? forms.unsqueeze(b, 1) : b);
    const shape = y.shape.filter(
      (_, i) => !(row && i === y.shape.length - 2) && !(column && i === y.shape.length - 1),
    );
    return { shape, data: y.data };
  },
  conv2d,
  /** x [n, w, c], weight [k, in, out]: an image of height 1. */
  conv1d(x, weight, { stride = 1, padding = 0, dilation = 1, groups = 1 } = {}) {
    const y = conv2d(forms.unsqueeze(x, 1), forms.unsqueeze(weight, 0), {
      stride: [1, stride],
      padding: [0, padding],
      dilation: [1, dilation],
      groups,
    });
    return forms.squeeze(y, 1);
  },
  convTranspose2d,
} satisfies Partial<Ops<RefTensor>>;

export { pairOf };
