/** Matrix products and convolutions: tile sizes ±1, primes and 1 in every role. */

import type { ConvOptions, ConvTransposeOptions } from "../ops.ts";
import { type OpCase, opCase, real } from "./case.ts";

const MATMULS = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [3, 4],
    [4, 5],
  ],
  [
    [7, 1],
    [1, 9],
  ],
  [
    [1, 17],
    [17, 1],
  ],
  [
    [16, 16],
    [16, 16],
  ],
  [
    [17, 15],
    [15, 33],
  ],
  [
    [31, 33],
    [33, 9],
  ],
  [
    [5, 65],
    [65, 3],
  ],
  [[4], [4]],
  [[3, 4], [4]],
  [[4], [4, 3]],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [2, 1, 3, 4],
    [5, 4, 2],
  ],
  [
    [2, 3, 5, 3],
    [1, 1, 3, 4],
  ],
  [
    [0, 2, 3, 4],
    [1, 4, 5],
  ],
  [
    [2, 3, 0],
    [0, 4],
  ],
] as const;

const matmuls: OpCase[] = [
  ...MATMULS.map(([a, b]) => opCase(`matmul [${a}] [${b}]`, [real(a), real(b)], (k, x, y) => k.matmul(x, y))),
  opCase("matmul aᵀ b", [real([5, 7]), real([5, 3])], (k, a, b) => k.matmul(k.transpose(a), b)),
  opCase("matmul a bᵀ", [real([7, 5]), real([3, 5])], (k, a, b) => k.matmul(a, k.transpose(b))),
  opCase("matmul aᵀ bᵀ", [real([5, 7]), real([3, 5])], (k, a, b) => k.matmul(k.transpose(a), k.transpose(b))),
  opCase("linear with bias and relu", [real([4, 9]), real([9, 5]), real([5])], (k, x, w, b) =>
    k.relu(k.add(k.matmul(x, w), b)),
  ),
];

/** image [n, h, w, i], kernel [kh, kw, i / groups, o]. */
const CONVS: readonly [image: readonly number[], kernel: readonly number[], options: ConvOptions][] = [
  [[1, 5, 5, 1], [1, 1, 1, 1], {}],
  [[2, 9, 7, 5], [3, 3, 5, 6], { padding: 1 }],
  [[3, 7, 6, 3], [3, 3, 3, 4], {}],
  [[1, 8, 8, 3], [3, 3, 3, 5], { stride: 2, padding: 1 }],
  [[1, 7, 9, 3], [3, 3, 3, 4], { stride: 2, padding: 1 }],
  [[1, 9, 7, 4], [2, 2, 4, 3], { stride: 2 }],
  [[2, 8, 8, 3], [4, 4, 3, 4], { stride: 2, padding: 1 }],
  [[1, 9, 9, 4], [5, 5, 4, 3], { padding: 2 }],
  [[1, 8, 9, 2], [7, 7, 2, 3], { padding: 3 }],
  [[1, 9, 10, 3], [9, 9, 3, 2], { padding: 4 }],
  [[1, 3, 3, 3], [9, 9, 3, 1], { padding: 4 }],
  [[1, 9, 9, 3], [3, 3, 3, 4], { padding: 2, dilation: 2 }],
  [[1, 7, 7, 4], [3, 3, 2, 6], { padding: 1, groups: 2 }],
  [[2, 6, 7, 5], [3, 3, 1, 5], { padding: 1, groups: 5 }],
  [[1, 7, 9, 3], [3, 3, 1, 6], { stride: 2, padding: 1, groups: 3 }],
  [[1, 1, 1, 4], [1, 1, 4, 3], {}],
  [[1, 1, 1, 3], [3, 3, 3, 4], { padding: 1 }],
  [[1, 4, 4, 17], [3, 3, 17, 4], { padding: 1 }],
  [[1, 5, 5, 4], [3, 3, 4, 17], { padding: 1 }],
  [[1, 4, 4, 16], [3, 3, 16, 16], { padding: 1 }],
  [[1, 10, 11, 3], [3, 3, 3, 9], { stride: 3, padding: 1 }],
  // One window that is the whole image.
  [[1, 4, 4, 8], [4, 4, 8, 1], {}],
  [[3, 4, 3, 5], [4, 3, 5, 2], { stride: 2 }],
  [[1, 8, 9, 3], [3, 1, 3, 4], { stride: [1, 2], padding: [1, 0] }],
  [[1, 8, 8, 2], [1, 1, 2, 2], { stride: 2 }],
  [[1, 15, 17, 1], [3, 3, 1, 3], { padding: 1 }],
  // Steps beyond the kernel, pixels left over, pads beyond the kernel's reach, one pixel of output.
  [[1, 9, 8, 3], [2, 3, 3, 4], { stride: [4, 3] }],
  [[1, 6, 7, 2], [3, 2, 2, 3], { stride: [2, 3], padding: [3, 4] }],
  [[1, 8, 7, 4], [3, 2, 4, 2], { stride: [2, 1], padding: [1, 3], dilation: [2, 3] }],
  [[1, 5, 5, 3], [3, 3, 3, 2], { dilation: 2 }],
  [[2, 1, 9, 3], [1, 4, 3, 2], { stride: [1, 3], padding: [0, 2] }],
  // Groups: with several channels each, with a stride and dilation, as many as there are channels, and a multiplier.
  [[2, 7, 5, 6], [3, 2, 2, 9], { stride: 2, padding: [1, 0], groups: 3 }],
  [[1, 8, 9, 8], [3, 3, 1, 8], { padding: 2, dilation: 2, groups: 8 }],
  [[2, 7, 6, 4], [3, 3, 1, 8], { stride: [2, 1], padding: 1, groups: 4 }],
  [[1, 9, 7, 4], [2, 2, 1, 4], { stride: 3, padding: 2, groups: 4 }],
  [[1, 1, 1, 4], [3, 3, 1, 4], { padding: 1, groups: 4 }],
  [[1, 5, 4, 16], [1, 1, 8, 8], { groups: 2 }],
];

/** image [n, h, w, i], kernel [kh, kw, i, o / groups]. */
const TRANSPOSED: readonly [
  image: readonly number[],
  kernel: readonly number[],
  options: ConvTransposeOptions,
][] = [
  [[1, 1, 1, 6], [4, 4, 6, 5], {}],
  [[3, 1, 1, 6], [4, 3, 6, 5], { stride: 2 }],
  [[2, 4, 4, 4], [4, 4, 4, 3], { stride: 2, padding: 1 }],
  [[1, 5, 4, 3], [3, 3, 3, 4], { stride: 2, padding: 1, outputPadding: 1 }],
  [[1, 5, 5, 3], [3, 3, 3, 2], { padding: 1 }],
  [[1, 4, 3, 4], [3, 3, 4, 3], { stride: 2, groups: 2 }],
  [[1, 4, 4, 2], [2, 2, 2, 3], { stride: 2 }],
  [[1, 4, 4, 3], [5, 5, 3, 3], { stride: 3, padding: 2, outputPadding: 2 }],
  [[1, 4, 4, 3], [3, 3, 3, 3], { dilation: 2 }],
  [[1, 3, 3, 4], [1, 1, 4, 4], {}],
  [[1, 1, 1, 2], [3, 2, 2, 3], { stride: 3, padding: [1, 0], outputPadding: [2, 1] }],
  [[1, 4, 3, 3], [3, 3, 3, 2], { dilation: 2, outputPadding: 1 }],
  [[1, 3, 4, 2], [2, 3, 2, 5], { stride: [3, 2], padding: [0, 3], dilation: [1, 2], outputPadding: [2, 1] }],
  [[2, 3, 2, 4], [3, 3, 4, 1], { stride: 2, padding: 1, outputPadding: 1, groups: 4 }],
  [[1, 3, 5, 6], [2, 3, 6, 4], { stride: [1, 2], padding: [0, 1], dilation: [2, 1], groups: 2 }],
  [[1, 2, 2, 3], [1, 1, 3, 2], { stride: 3, outputPadding: [2, 0] }],
];

const describe = (options: ConvTransposeOptions): string =>
  Object.entries(options)
    .map(([name, value]) => ` ${name} ${value}`)
    .join("");

const convolutions: OpCase[] = [
  ...CONVS.map(([x, w, options]) =>
    opCase(`conv2d [${x}] [${w}]${describe(options)}`, [real(x), real(w, -1, 1)], (k, image, kernel) =>
      k.conv2d(image, kernel, options),
    ),
  ),
  ...TRANSPOSED.map(([x, w, options]) =>
    opCase(
      `convTranspose2d [${x}] [${w}]${describe(options)}`,
      [real(x), real(w, -1, 1)],
      (k, image, kernel) => k.convTranspose2d(image, kernel, options),
    ),
  ),
  opCase(
    "conv2d with bias and leakyRelu",
    [real([2, 5, 7, 3]), real([3, 3, 3, 5], -1, 1), real([5])],
    (k, x, w, b) => k.leakyRelu(k.add(k.conv2d(x, w, { padding: 1 }), b), 0.2),
  ),
  opCase(
    "conv2d, pixelShuffle, prelu",
    [real([1, 4, 5, 3]), real([3, 3, 3, 8], -1, 1), real([2])],
    (k, x, w, a) => k.prelu(k.pixelShuffle(k.conv2d(x, w, { padding: 1 }), 2), a),
  ),
  opCase("conv1d", [real([2, 10, 3]), real([3, 3, 4], -1, 1)], (k, x, w) => k.conv1d(x, w, { padding: 1 })),
  opCase("conv1d stride 2 dilation 2 groups 2", [real([1, 9, 4]), real([3, 2, 4], -1, 1)], (k, x, w) =>
    k.conv1d(x, w, { stride: 2, padding: 1, dilation: 2, groups: 2 }),
  ),
  opCase("conv1d of one element", [real([3, 1, 2]), real([3, 2, 4], -1, 1)], (k, x, w) =>
    k.conv1d(x, w, { padding: 2 }),
  ),
  opCase("conv1d depthwise", [real([2, 13, 5]), real([4, 1, 5], -1, 1)], (k, x, w) =>
    k.conv1d(x, w, { stride: 3, padding: 5, groups: 5 }),
  ),
];

export const productCases: readonly OpCase[] = [...matmuls, ...convolutions];
