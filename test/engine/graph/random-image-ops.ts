/** What a random graph does with images [n, h, w, c]: convolutions, pooling, resizing, shuffles, norms. */
import type { ResizeOptions } from "../../reference/ops.ts";
import type { Maker, Value } from "./graph-builder.ts";
import { one, three, two } from "./random-ops.ts";

type Image = readonly [n: number, h: number, w: number, c: number];
const sizes = (x: Value): Image => x.shape as Image;

const GROUPS = (c: number): number[] => [1, 1, 2, 3, c].filter((g) => c % g === 0);

const convolution: Maker = (b, x) => {
  const [n, h, w, c] = sizes(x);
  const groups = b.pick(GROUPS(c));
  const o = groups * (1 + b.roll(3));
  const options = {
    stride: [1 + b.roll(3), 1 + b.roll(2)] as const,
    padding: [b.roll(3), b.roll(2)] as const,
    dilation: [1 + b.roll(2), 1] as const,
    groups,
  };
  const [kh, kw] = [1 + b.roll(3), 1 + b.roll(4)];
  const along = (size: number, k: number, axis: 0 | 1) =>
    Math.floor(
      (size + 2 * options.padding[axis] - options.dilation[axis] * (k - 1) - 1) / options.stride[axis],
    ) + 1;
  const shape = [n, along(h, kh, 0), along(w, kw, 1), o];
  if (shape.some((size) => size < 1)) return undefined;
  const fan = (kh * kw * c) / groups;
  const weight = b.fresh([kh, kw, c / groups, o]);
  return two(`conv2d ${JSON.stringify(options)}`, [x, weight], shape, x.bound, (k, a, u) =>
    k.mul(k.conv2d(a, u, options), 1 / fan),
  );
};

const transposed: Maker = (b, x) => {
  const [n, h, w, c] = sizes(x);
  const groups = b.pick(GROUPS(c));
  const outs = 1 + b.roll(3);
  const stride = [1 + b.roll(3), 1 + b.roll(2)] as const;
  const options = {
    stride,
    padding: [b.roll(2), b.roll(2)] as const,
    dilation: [1, 1 + b.roll(2)] as const,
    outputPadding: [b.roll(stride[0]), b.roll(stride[1])] as const,
    groups,
  };
  const [kh, kw] = [1 + b.roll(4), 1 + b.roll(3)];
  const along = (size: number, k: number, axis: 0 | 1) =>
    (size - 1) * stride[axis] -
    2 * options.padding[axis] +
    options.dilation[axis] * (k - 1) +
    options.outputPadding[axis] +
    1;
  const shape = [n, along(h, kh, 0), along(w, kw, 1), outs * groups];
  if (shape.some((size) => size < 1)) return undefined;
  const weight = b.fresh([kh, kw, c, outs]);
  const fan = (kh * kw * c) / groups;
  return two(`convTranspose2d ${JSON.stringify(options)}`, [x, weight], shape, x.bound, (k, a, u) =>
    k.mul(k.convTranspose2d(a, u, options), 1 / fan),
  );
};

const pooling: Maker = (b, x) => {
  const [n, h, w, c] = sizes(x);
  const kernel = [1 + b.roll(3), 1 + b.roll(3)] as const;
  const stride = [1 + b.roll(3), 1 + b.roll(2)] as const;
  const padding = [b.roll(1 + Math.floor(kernel[0] / 2)), b.roll(1 + Math.floor(kernel[1] / 2))] as const;
  const along = (size: number, axis: 0 | 1) =>
    Math.floor((size + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
  const shape = [n, along(h, 0), along(w, 1), c];
  if (shape.some((size) => size < 1)) return undefined;
  const options = { kernel, stride, padding };
  if (b.roll(2) === 1)
    return one(`avgPool2d ${JSON.stringify(options)}`, x, shape, x.bound, (k, a) => k.avgPool2d(a, options));
  const own = b.fresh(x.shape);
  return two(`maxPool2d of the sum ${JSON.stringify(options)}`, [x, own], shape, x.bound + 2, (k, a, v) =>
    k.maxPool2d(k.add(a, v), options),
  );
};

const METHODS: readonly ResizeOptions[] = [
  { method: "nearest" },
  { method: "bilinear" },
  { method: "bilinear", alignCorners: true },
  { method: "bicubic" },
  { method: "area" },
];

const resizing: Maker = (b, x) => {
  const [n, h, w, c] = sizes(x);
  const size = [1 + b.roll(2 * h), 1 + b.roll(2 * w)] as const;
  const options = b.pick(METHODS);
  return one(`resize ${options.method} to ${size}`, x, [n, ...size, c], 2 * x.bound, (k, a) =>
    k.resize(a, size, options),
  );
};

const shuffling: Maker = (b, x) => {
  const [n, h, w, c] = sizes(x);
  if (c % 4 === 0 && b.roll(2) === 1)
    return one("pixelShuffle 2", x, [n, 2 * h, 2 * w, c / 4], x.bound, (k, a) => k.pixelShuffle(a, 2));
  if (h % 2 || w % 2) return undefined;
  return one("pixelUnshuffle 2", x, [n, h / 2, w / 2, 4 * c], x.bound, (k, a) => k.pixelUnshuffle(a, 2));
};

const normalising: Maker = (b, x) => {
  const c = sizes(x)[3];
  const gamma = b.fresh([c]);
  const beta = b.fresh([c]);
  if (b.roll(2) === 1)
    return three("instanceNorm", [x, gamma, beta], x.shape, 6, (k, a, g, o) =>
      k.instanceNorm(a, g, o, { eps: 0.05 }),
    );
  const groups = b.pick(GROUPS(c));
  return three(`groupNorm ${groups}`, [x, gamma, beta], x.shape, 6, (k, a, g, o) =>
    k.groupNorm(a, groups, g, o, { eps: 0.05 }),
  );
};

export const imageMakers: readonly Maker[] = [
  convolution,
  convolution,
  convolution,
  transposed,
  pooling,
  resizing,
  shuffling,
  normalising,
];
