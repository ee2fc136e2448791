/** Reductions: over inner, outer, middle and all axes, axes of size 1, and sizes around powers of two. */

import { given, type OpCase, opCase, real } from "./case.ts";

const REDUCTIONS = ["sum", "mean", "max", "min", "logsumexp"] as const;

const SETTINGS = [
  { shape: [3, 5, 7], axes: undefined },
  { shape: [3, 5, 7], axes: 0 },
  { shape: [3, 5, 7], axes: 1 },
  { shape: [3, 5, 7], axes: -1 },
  { shape: [3, 5, 7], axes: [0, 2] },
  { shape: [2, 3, 4, 5], axes: [0, 1, 2] },
  { shape: [2, 3, 4, 5], axes: [1, 2] },
  { shape: [1, 9, 1], axes: [0, 2] },
  { shape: [33, 17], axes: 0 },
  { shape: [17, 33], axes: 1 },
  { shape: [1], axes: 0 },
  { shape: [], axes: undefined },
] as const;

const nameOf = (shape: readonly number[], axes: number | readonly number[] | undefined): string =>
  `[${shape}] over ${axes === undefined ? "all" : `[${axes}]`}`;

/** One sum and one extremum over everything; what is made of them over an outer, an inner and a middle axis. */
const reductions: OpCase[] = [
  ...SETTINGS.flatMap(({ shape, axes }) => [
    opCase(`sum ${nameOf(shape, axes)}`, [real(shape)], (k, x) => k.sum(x, axes)),
    opCase(`max ${nameOf(shape, axes)}`, [real(shape)], (k, x) => k.max(x, axes)),
  ]),
  ...[0, 1, [1, 2]].flatMap((axes) => [
    ...(["mean", "min", "logsumexp", "variance"] as const).map((op) =>
      opCase(`${op} ${nameOf([3, 5, 7], axes)}`, [real([3, 5, 7])], (k, x) => k[op](x, axes)),
    ),
  ]),
];

const kept: OpCase[] = REDUCTIONS.map((op) =>
  opCase(`${op} keepDims`, [real([3, 5, 7])], (k, x) => k[op](x, [0, 2], { keepDims: true })),
);

const others: OpCase[] = [
  opCase("variance unbiased", [real([3, 5, 7])], (k, x) => k.variance(x, [0, 2], { unbiased: true })),
  opCase("variance unbiased keepDims", [real([9, 4])], (k, x) =>
    k.variance(x, 0, { unbiased: true, keepDims: true }),
  ),
  opCase("variance far from 0", [real([31], 100, 101)], (k, x) => k.variance(x)),
  ...[undefined, 0, [1, 2]].map((axes) =>
    opCase(`norm ${nameOf([3, 5, 7], axes)}`, [real([3, 5, 7])], (k, x) => k.norm(x, axes)),
  ),
  opCase("norm keepDims, divided by", [real([4, 3])], (k, x) => k.div(x, k.norm(x, -1, { keepDims: true }))),
  opCase("norm of zeros", [given([3, 2], [0, 0, 3, 4, 0, 0])], (k, x) => k.norm(x, 1), { kink: true }),
  opCase(
    "logsumexp of ±10000",
    [given([3, 4], [1e4, 9999, 1e4, -1e4, -1e4, -9999.5, -1e4, -1e4, 0, 100, -100, 1e4])],
    (k, x) => k.logsumexp(x, 1),
  ),
  opCase("logSoftmax of ±10000", [given([2, 3], [1e4, 9999, 9998.5, -1e4, 0, 1])], (k, x) =>
    k.logSoftmax(x, -1),
  ),
  opCase("softmax of ±10000", [given([2, 3], [1e4, 9999, 9998.5, -1e4, 0, 1])], (k, x) => k.softmax(x, -1)),
  opCase("sum of 5003", [real([5003])], (k, x) => k.sum(x)),
  opCase("mean of 64x65", [real([64, 65])], (k, x) => k.mean(x)),
  ...[0, 1, -1].flatMap((axis) => [
    opCase(`softmax over ${axis}`, [real([3, 5, 7])], (k, x) => k.softmax(x, axis)),
    opCase(`logSoftmax over ${axis}`, [real([3, 5, 7])], (k, x) => k.logSoftmax(x, axis)),
    opCase(`argmax over ${axis}`, [real([3, 5, 7])], (k, x) => k.argmax(x, axis), { discrete: true }),
    opCase(`argmin over ${axis}`, [real([3, 5, 7])], (k, x) => k.argmin(x, axis), { discrete: true }),
  ]),
  opCase("softmax of 33", [real([2, 33])], (k, x) => k.softmax(x, -1)),
  opCase("softmax of 1", [real([3, 1])], (k, x) => k.softmax(x, -1)),
  opCase("softmax of large numbers", [given([2, 3], [1000, 1001, 999, -1000, -1000, -999])], (k, x) =>
    k.softmax(x, -1),
  ),
  opCase("argmax keepDims", [real([4, 3])], (k, x) => k.argmax(x, 1, { keepDims: true }), { discrete: true }),
  opCase("argmax of equals", [given([2, 4], [1, 3, 3, 2, 5, 5, 5, 5])], (k, x) => k.argmax(x, 1), {
    discrete: true,
  }),
  opCase("argmin of equals", [given([2, 5], [3, 1, 1, 2, 1, 5, 5, 5, 5, 5])], (k, x) => k.argmin(x, -1), {
    discrete: true,
  }),
  opCase("argmax of 300 in the middle", [real([3, 300, 2])], (k, x) => k.argmax(x, 1), { discrete: true }),
  opCase("argmin of 4", [real([4, 8, 4])], (k, x) => k.argmin(x, 0, { keepDims: true }), { discrete: true }),
  opCase("argmax of one", [real([3, 1])], (k, x) => k.argmax(x, 1), { discrete: true }),
  opCase(
    "argmax of huge numbers",
    [given([1, 4], [-3e38, -3.1e38, 3e38, 3.1e38])],
    (k, x) => k.argmax(x, 1),
    {
      discrete: true,
    },
  ),
  opCase("the largest, picked by its place", [real([4, 7])], (k, x) =>
    k.gather(k.tanh(x), k.argmax(x, 1, { keepDims: true }), 1),
  ),
  opCase("max of equals", [given([2, 3], [1, 3, 3, 2, 2, 2])], (k, x) => k.max(x, 1), { kink: true }),
  opCase("min of equals", [given([2, 3], [1, 1, 3, 2, 2, 2])], (k, x) => k.min(x, 1), { kink: true }),
];

export const reduceCases: readonly OpCase[] = [...reductions, ...kept, ...others];
