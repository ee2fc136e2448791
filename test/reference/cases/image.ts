/** Pooling, pixel shuffle, resizing and borders of images. */

import type { PadOptions, ResizeOptions } from "../ops.ts";
import { given, type OpCase, opCase, real } from "./case.ts";

const POOLS = [
  { x: [2, 6, 6, 3], options: { kernel: 2 } },
  { x: [1, 7, 9, 2], options: { kernel: 3, stride: 2, padding: 1 } },
  { x: [1, 5, 5, 3], options: { kernel: 3, stride: 1 } },
  { x: [1, 7, 7, 1], options: { kernel: 2, stride: 2 } },
] as const;

const pools: OpCase[] = [
  ...POOLS.flatMap(({ x, options }) => {
    const name = `[${x}] ${Object.entries(options).flat().join(" ")}`;
    return [
      opCase(`maxPool2d ${name}`, [real(x)], (k, image) => k.maxPool2d(image, options)),
      opCase(`avgPool2d ${name}`, [real(x)], (k, image) => k.avgPool2d(image, options)),
    ];
  }),
  opCase("avgPool2d without the border", [real([1, 7, 9, 2])], (k, x) =>
    k.avgPool2d(x, { kernel: 3, stride: 2, padding: 1, countIncludePad: false }),
  ),
  opCase(
    "maxPool2d of equals",
    [given([1, 4, 4, 1], [1, 1, 2, 2])],
    (k, x) => k.maxPool2d(x, { kernel: 2 }),
    {
      kink: true,
    },
  ),
];

const shuffles: OpCase[] = [
  opCase("pixelShuffle 2", [real([2, 3, 4, 8])], (k, x) => k.pixelShuffle(x, 2)),
  opCase("pixelShuffle 3", [real([1, 2, 3, 9])], (k, x) => k.pixelShuffle(x, 3)),
  opCase("pixelUnshuffle 2", [real([1, 6, 8, 3])], (k, x) => k.pixelUnshuffle(x, 2)),
  opCase("pixelUnshuffle 3", [real([2, 6, 3, 1])], (k, x) => k.pixelUnshuffle(x, 3)),
];

const METHODS: readonly ResizeOptions[] = [
  { method: "nearest" },
  { method: "area" },
  { method: "bilinear" },
  { method: "bilinear", alignCorners: true },
  { method: "bicubic" },
  { method: "bicubic", alignCorners: true },
];

const SIZES = [
  { x: [2, 4, 5, 3], to: [8, 13] },
  { x: [1, 7, 6, 1], to: [3, 2] },
  { x: [1, 1, 1, 3], to: [3, 4] },
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
];

export const imageCases: readonly OpCase[] = [...pools, ...shuffles, ...resizes, ...pads];
