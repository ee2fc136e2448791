/** Pooling: windows that overlap, leave pixels over, reach beyond the border, or hold equal values. */

import type { PoolOptions } from "../ops.ts";
import { given, type OpCase, opCase, real } from "./case.ts";

const POOLS: readonly { readonly x: readonly number[]; readonly options: PoolOptions }[] = [
  { x: [2, 6, 6, 3], options: { kernel: 2 } },
  { x: [1, 7, 9, 2], options: { kernel: 3, stride: 2, padding: 1 } },
  { x: [1, 5, 5, 3], options: { kernel: 3, stride: 1 } },
  { x: [1, 7, 7, 1], options: { kernel: 2, stride: 2 } },
  { x: [1, 1, 1, 5], options: { kernel: 1 } },
  { x: [1, 1, 1, 4], options: { kernel: 3, stride: 2, padding: 1 } },
  { x: [2, 5, 3, 4], options: { kernel: [5, 2], stride: [1, 3], padding: [2, 1] } },
  { x: [1, 6, 5, 8], options: { kernel: 4, stride: 1, padding: 2 } },
  { x: [1, 7, 8, 2], options: { kernel: 2, stride: 3 } },
  { x: [1, 3, 11, 3], options: { kernel: [1, 5], stride: [2, 1], padding: [0, 2] } },
  { x: [1, 4, 9, 1], options: { kernel: [4, 9] } },
];

const pools: OpCase[] = POOLS.flatMap(({ x, options }) => {
  const name = `[${x}] ${Object.entries(options).flat().join(" ")}`;
  return [
    opCase(`maxPool2d ${name}`, [real(x)], (k, image) => k.maxPool2d(image, options)),
    opCase(`avgPool2d ${name}`, [real(x)], (k, image) => k.avgPool2d(image, options)),
    opCase(`avgPool2d without the border ${name}`, [real(x)], (k, image) =>
      k.avgPool2d(image, { ...options, countIncludePad: false }),
    ),
  ];
});

const ADAPTIVE = [
  { x: [2, 5, 4, 3], size: [1, 1] },
  { x: [1, 1, 1, 4], size: [1, 1] },
  { x: [1, 7, 10, 4], size: [3, 4] },
  { x: [1, 6, 8, 3], size: [3, 2] },
  { x: [1, 2, 3, 2], size: [5, 6] },
  { x: [1, 4, 7, 1], size: [4, 2] },
] as const;

export const poolCases: readonly OpCase[] = [
  ...pools,
  ...ADAPTIVE.map(({ x, size }) =>
    opCase(`adaptiveAvgPool2d [${x}] to [${size}]`, [real(x)], (k, image) =>
      k.adaptiveAvgPool2d(image, size),
    ),
  ),
  opCase("maxPool1d", [real([2, 12, 3])], (k, x) => k.maxPool1d(x, { kernel: 3 })),
  opCase("maxPool1d with overlap and border", [real([1, 11, 4])], (k, x) =>
    k.maxPool1d(x, { kernel: 4, stride: 3, padding: 2 }),
  ),
  opCase("maxPool2d of negative numbers and a border", [real([1, 4, 5, 4], -3, -1)], (k, x) =>
    k.maxPool2d(x, { kernel: 3, stride: 1, padding: 1 }),
  ),
  opCase("relu, maxPool2d, convolution", [real([1, 6, 7, 4]), real([2, 2, 4, 3], -1, 1)], (k, x, w) =>
    k.conv2d(k.maxPool2d(k.relu(x), { kernel: 3, stride: 2 }), w),
  ),
  opCase("maxPool2d of maxPool2d", [real([1, 8, 8, 3])], (k, x) =>
    k.maxPool2d(k.tanh(k.maxPool2d(x, { kernel: 3, stride: 1 })), { kernel: 2 }),
  ),
  opCase(
    "maxPool2d of equals",
    [given([1, 4, 4, 1], [1, 1, 2, 2])],
    (k, x) => k.maxPool2d(x, { kernel: 2 }),
    { kink: true },
  ),
  opCase(
    "maxPool2d of equals in windows that overlap",
    [given([1, 5, 6, 4], [3, 1, 3, 3, 2, 1, 3])],
    (k, x) => k.maxPool2d(x, { kernel: 3, stride: 1, padding: 1 }),
    { kink: true },
  ),
];
