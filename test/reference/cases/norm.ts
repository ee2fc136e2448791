/** Normalisations, in training and evaluation, and far from mean 0. */

import { type OpCase, opCase, positive, real } from "./case.ts";

const SHAPES = [
  [4, 3],
  [2, 4, 5, 3],
  [3, 1, 1, 4],
  [1, 7, 9, 5],
  [2, 3, 3, 17],
] as const;

const batchNorms: OpCase[] = [
  ...SHAPES.flatMap((shape) => {
    const channels = [shape[shape.length - 1] as number];
    const inputs = [real(shape), real(channels), real(channels)];
    return [
      opCase(`batchNorm [${shape}]`, inputs, (k, x, gamma, beta) => k.batchNorm(x, gamma, beta)),
      opCase(
        `batchNorm [${shape}] with given statistics`,
        [...inputs, real(channels), positive(channels)],
        (k, x, gamma, beta, mean, variance) => k.batchNorm(x, gamma, beta, { mean, variance }),
      ),
    ];
  }),
  opCase("batchNorm eps 0.1", [real([5, 4]), real([4]), real([4])], (k, x, gamma, beta) =>
    k.batchNorm(x, gamma, beta, { eps: 0.1 }),
  ),
  opCase("batchNorm far from 0", [real([4, 5, 2], 30, 33), real([2]), real([2])], (k, x, gamma, beta) =>
    k.batchNorm(x, gamma, beta),
  ),
  opCase("batchNorm and relu", [real([2, 3, 5, 4]), real([4]), real([4])], (k, x, gamma, beta) =>
    k.relu(k.batchNorm(x, gamma, beta)),
  ),
  opCase("batchNorm, residual", [real([2, 3, 5, 4]), real([4]), real([4])], (k, x, gamma, beta) =>
    k.add(x, k.batchNorm(k.tanh(x), gamma, beta)),
  ),
];

const others: OpCase[] = [
  opCase("instanceNorm", [real([2, 4, 5, 3]), real([3]), real([3])], (k, x, gamma, beta) =>
    k.instanceNorm(x, gamma, beta),
  ),
  opCase("layerNorm last axis", [real([2, 3, 4, 5]), real([5]), real([5])], (k, x, gamma, beta) =>
    k.layerNorm(x, gamma, beta),
  ),
  opCase("layerNorm two axes", [real([3, 4, 5]), real([4, 5]), real([4, 5])], (k, x, gamma, beta) =>
    k.layerNorm(x, gamma, beta),
  ),
  opCase("groupNorm 2", [real([2, 3, 5, 4]), real([4]), real([4])], (k, x, gamma, beta) =>
    k.groupNorm(x, 2, gamma, beta),
  ),
  opCase("instanceNorm of one pixel", [real([2, 1, 1, 3]), real([3]), real([3])], (k, x, gamma, beta) =>
    k.instanceNorm(x, gamma, beta),
  ),
  opCase(
    "instanceNorm of sequences, far from 0",
    [real([2, 7, 3], 40, 42), real([3]), real([3])],
    (k, x, gamma, beta) => k.instanceNorm(x, gamma, beta),
  ),
  opCase("layerNorm eps 0.1 and gelu", [real([3, 17]), real([17]), real([17])], (k, x, gamma, beta) =>
    k.gelu(k.layerNorm(x, gamma, beta, { eps: 0.1 })),
  ),
  opCase("layerNorm of one number", [real([3, 1]), real([1]), real([1])], (k, x, gamma, beta) =>
    k.layerNorm(x, gamma, beta),
  ),
  opCase("groupNorm of vectors", [real([3, 8]), real([8]), real([8])], (k, x, gamma, beta) =>
    k.groupNorm(x, 2, gamma, beta),
  ),
  opCase("groupNorm in one group", [real([2, 3, 1, 5]), real([5]), real([5])], (k, x, gamma, beta) =>
    k.groupNorm(x, 1, gamma, beta),
  ),
  opCase("groupNorm, a group a channel", [real([2, 4, 3, 3]), real([3]), real([3])], (k, x, gamma, beta) =>
    k.groupNorm(x, 3, gamma, beta, { eps: 1e-3 }),
  ),
  opCase("groupNorm 3", [real([1, 2, 2, 6]), real([6]), real([6])], (k, x, gamma, beta) =>
    k.groupNorm(x, 3, gamma, beta),
  ),
];

export const normCases: readonly OpCase[] = [...batchNorms, ...others];
