/** Pixel shuffle, resizing and borders of images. */

import type { PadOptions, ResizeOptions } from "../ops.ts";
import { type OpCase, opCase, real } from "./case.ts";

const shuffles: OpCase[] = [
  opCase("pixelShuffle 2", [real([2, 3, 4, 8])], (k, x) => k.pixelShuffle(x, 2)),
  opCase("pixelShuffle 3", [real([1, 2, 3, 9])], (k, x) => k.pixelShuffle(x, 3)),
  opCase("pixelUnshuffle 2", [real([1, 6, 8, 3])], (k, x) => k.pixelUnshuffle(x, 2)),
  opCase("pixelUnshuffle 3", [real([2, 6, 3, 1])], (k, x) => k.pixelUnshuffle(x, 3)),
];

const METHODS: readonly ResizeOptions[] = [
  { method: "nearest" },
  { method: "area" },
  { method: "coverage" },
  { method: "bilinear" },
  { method: "bilinear", alignCorners: true },
  { method: "bicubic" },
  { method: "bicubic", alignCorners: true },
];

const SIZES = [
  { x: [2, 4, 5, 3], to: [8, 13] },
  { x: [1, 7, 6, 1], to: [3, 2] },
  { x: [1, 1, 1, 3], to: [3, 4] },
  { x: [1, 5, 7, 4], to: [1, 1] },
  { x: [1, 5, 8, 2], to: [7, 1] },
  { x: [2, 2, 9, 1], to: [1, 4] },
  { x: [1, 3, 4, 5], to: [11, 4] },
  { x: [1, 6, 4, 3], to: [2, 8] },
] as const;

const resizes: OpCase[] = METHODS.flatMap((options) =>
  SIZES.map(({ x, to }) =>
    opCase(
      `resize ${options.method}${options.alignCorners ? " aligned" : ""} [${x}] to [${to}]`,
      [real(x)],
      (k, image) => k.resize(image, to, options),
    ),
  ),
);

const pad = (name: string, options?: PadOptions): OpCase =>
  opCase(name, [real([2, 4, 5, 3])], (k, x) => k.pad(x, [0, 3, 1, 0], [0, 1, 2, 0], options));

const pads: OpCase[] = [
  pad("pad"),
  pad("pad with 1.5", { value: 1.5 }),
  pad("pad reflect", { mode: "reflect" }),
  pad("pad replicate", { mode: "replicate" }),
  opCase("pad of a vector", [real([5])], (k, x) => k.pad(x, [2], [1])),
  opCase("pad reflect of a vector, as far as it goes", [real([4])], (k, x) =>
    k.pad(x, [3], [3], { mode: "reflect" }),
  ),
  opCase("pad replicate of one pixel", [real([1, 1, 1, 3])], (k, x) =>
    k.pad(x, [0, 4, 1, 0], [0, 0, 3, 0], { mode: "replicate" }),
  ),
  opCase("pad replicate of every axis", [real([2, 3, 2, 3])], (k, x) =>
    k.pad(x, [1, 2, 0, 1], [0, 1, 5, 2], { mode: "replicate" }),
  ),
  opCase("pad reflect, then a convolution", [real([1, 5, 4, 4]), real([3, 3, 4, 5], -1, 1)], (k, x, w) =>
    k.conv2d(k.pad(x, [0, 1, 1, 0], [0, 1, 1, 0], { mode: "reflect" }), w),
  ),
  opCase("pad with a large value", [real([1, 3, 3, 1])], (k, x) =>
    k.mul(k.pad(x, [0, 1, 1, 0], [0, 1, 1, 0], { value: 1e6 }), 1e-3),
  ),
];

export const imageCases: readonly OpCase[] = [...shuffles, ...resizes, ...pads];
