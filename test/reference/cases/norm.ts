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
  opCase("groupNorm 3", [real([1, 2, 2, 6]), real([6]), real([6])], (k, x, gamma, beta) =>
    k.groupNorm(x, 3, gamma, beta),
  ),
];

export const normCases: readonly OpCase[] = [...batchNorms, ...others];
