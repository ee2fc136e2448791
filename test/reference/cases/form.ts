/** Ops that move and select: every axis, steps, empty sides, repeated indices. */

import { type OpCase, opCase, real, whole } from "./case.ts";

const moves: OpCase[] = [
  opCase("reshape", [real([2, 3, 4])], (k, x) => k.reshape(x, [6, 4])),
  opCase("reshape after permute", [real([2, 7, 5])], (k, x) => k.reshape(k.permute(x, [2, 0, 1]), [5, 14])),
  opCase("reshape to a scalar", [real([1, 1])], (k, x) => k.reshape(x, [])),
  opCase("permute [2,0,1]", [real([2, 3, 5])], (k, x) => k.permute(x, [2, 0, 1])),
  opCase("permute [0,3,1,2]", [real([2, 3, 4, 5])], (k, x) => k.permute(x, [0, 3, 1, 2])),
  opCase("permute [3,1,4,0,2]", [real([2, 3, 1, 4, 5])], (k, x) => k.permute(x, [3, 1, 4, 0, 2])),
  opCase("transpose", [real([17, 9])], (k, x) => k.transpose(x)),
  opCase("transpose of a batch", [real([2, 3, 5])], (k, x) => k.transpose(x)),
  opCase("expand", [real([2, 1])], (k, x) => k.expand(x, [3, 2, 4])),
  opCase("expand a scalar", [real([])], (k, x) => k.expand(x, [3, 3])),
  opCase("slice", [real([4, 5, 6])], (k, x) => k.slice(x, [1, 0, 2], [3, 5, 6])),
  opCase("slice with steps", [real([7, 5])], (k, x) => k.slice(x, [0, 1], [7, 5], [2, 3])),
  opCase("flip 1", [real([2, 3, 4])], (k, x) => k.flip(x, [1])),
  opCase("flip 0 and 2", [real([2, 3, 4])], (k, x) => k.flip(x, [0, 2])),
  opCase("roll 1", [real([2, 3, 4])], (k, x) => k.roll(x, 1, -1)),
  opCase("roll -2", [real([2, 3, 4])], (k, x) => k.roll(x, -2, 1)),
  opCase("squeeze", [real([1, 3, 1])], (k, x) => k.squeeze(x, 0)),
  opCase("unsqueeze", [real([3, 2])], (k, x) => k.unsqueeze(x, -1)),
  opCase("concat 0", [real([2, 3]), real([1, 3])], (k, a, b) => k.concat([a, b], 0)),
  opCase("concat 1", [real([2, 1, 4]), real([2, 3, 4]), real([2, 2, 4])], (k, a, b, c) =>
    k.concat([a, b, c], 1),
  ),
  opCase("concat -1", [real([3, 2, 5]), real([3, 2, 3])], (k, a, b) => k.concat([a, b], -1)),
  opCase("concat with itself", [real([3, 2])], (k, x) => k.concat([x, k.tanh(x), x], 1)),
  opCase("stack 0", [real([2, 3]), real([2, 3])], (k, a, b) => k.stack([a, b], 0)),
  opCase("stack 1", [real([2, 3]), real([2, 3]), real([2, 3])], (k, a, b, c) => k.stack([a, b, c], 1)),
  opCase("permute by negative axes", [real([2, 3, 5])], (k, x) => k.permute(x, [-1, 0, -2])),
  opCase("expand, sizes that stay", [real([3, 1])], (k, x) => k.expand(x, [2, -1, 4])),
  opCase("slice from the end", [real([5, 4, 6])], (k, x) => k.slice(x, [-3, 0, -5], [-1, 4, 99])),
  opCase("slice by every step", [real([7, 9, 8])], (k, x) => k.slice(x, [1, 0, 3], [7, 9, 8], [4, 2, 5])),
  opCase("slice of nothing", [real([4, 3])], (k, x) => k.concat([k.slice(x, [2, 0], [1, 3]), x], 0)),
  opCase("roll by more than there is", [real([3, 5])], (k, x) => k.roll(k.roll(x, 12, 1), -7, -2)),
  opCase("roll by nothing", [real([3, 4])], (k, x) => k.roll(x, 8, -1)),
  opCase("flip of a permutation", [real([4, 3, 2])], (k, x) => k.flip(k.permute(x, [2, 0, 1]), [-1, 0])),
  opCase("squeeze and unsqueeze", [real([1, 3, 1, 2])], (k, x) => k.unsqueeze(k.squeeze(x), -1)),
  opCase("concat with nothing", [real([2, 0, 3]), real([2, 4, 3]), real([2, 0, 3])], (k, a, b, c) =>
    k.concat([a, b, c], -2),
  ),
  opCase(
    "concat of nine",
    [1, 2, 3, 4, 5, 1, 2, 3, 4].map((n) => real([2, n])),
    (k, ...xs) => k.concat(xs, -1),
  ),
  opCase("stack of scalars", [real([]), real([]), real([])], (k, ...xs) => k.stack(xs, 0)),
  opCase(
    "stack -1 of seven",
    Array.from({ length: 7 }, () => real([2, 3])),
    (k, ...xs) => k.stack(xs, -1),
  ),
  opCase("split, a part empty", [real([5, 4])], (k, x) =>
    k.concat(k.split(x, [0, 2, 0, 2], -1).reverse(), -1),
  ),
  opCase("sums of nothing", [real([3, 0, 2])], (k, x) => k.sum(x, 1)),
  opCase("split, parts swapped", [real([2, 5, 3])], (k, x) => k.concat(k.split(x, [2, 3], 1).reverse(), 1)),
];

const selections: OpCase[] = [
  opCase("embedding", [real([7, 4]), whole([3, 5], 7)], (k, table, index) => k.embedding(table, index)),
  opCase("embedding of odd rows", [real([5, 3]), whole([7], 5)], (k, table, index) =>
    k.embedding(table, index),
  ),
  opCase("embedding of matrices", [real([3, 2, 5]), whole([2, 1, 3], 3)], (k, table, index) =>
    k.embedding(table, index),
  ),
  opCase("embedding of numbers", [real([6]), whole([4], 6)], (k, table, index) => k.embedding(table, index)),
  opCase("embedding by one number", [real([3, 4]), whole([], 3)], (k, table, index) =>
    k.embedding(table, index),
  ),
  // Rows are then picked over and over: their gradients are sums of sums.
  opCase("embedding, rows picked often", [real([2, 4]), whole([301], 2)], (k, table, index) =>
    k.tanh(k.embedding(table, index)),
  ),
  opCase("gather 1", [real([3, 6]), whole([3, 4], 6)], (k, x, index) => k.gather(x, index, 1)),
  opCase("gather 0", [real([4, 3, 2]), whole([5, 3, 2], 4)], (k, x, index) => k.gather(x, index, 0)),
  opCase("gather -1 of a part", [real([4, 3, 5]), whole([2, 3, 7], 5)], (k, x, index) =>
    k.gather(x, index, -1),
  ),
  opCase("gather 1 of a part", [real([3, 4, 5]), whole([2, 6, 3], 4)], (k, x, index) =>
    k.gather(k.mul(x, x), index, 1),
  ),
  opCase("gather of a vector", [real([5]), whole([9], 5)], (k, x, index) => k.gather(x, index, 0)),
  opCase("scatterAdd 1", [real([3, 6]), whole([3, 6], 4)], (k, x, index) => k.scatterAdd(x, index, 1, 4)),
  opCase("scatterAdd 0", [real([5, 2, 3]), whole([5, 2, 3], 3)], (k, x, index) =>
    k.scatterAdd(x, index, 0, 7),
  ),
  opCase("scatterAdd of gather", [real([4, 3]), whole([5, 3], 4)], (k, x, index) =>
    k.scatterAdd(k.tanh(k.gather(x, index, 0)), index, 0, 4),
  ),
  opCase("indexSelect 1", [real([2, 5, 3]), whole([7], 5)], (k, x, index) => k.indexSelect(x, index, 1)),
  opCase("indexSelect 0", [real([5, 2, 4]), whole([3], 5)], (k, x, index) => k.indexSelect(x, index, 0)),
  opCase("indexSelect -1", [real([2, 3, 5]), whole([6], 5)], (k, x, index) => k.indexSelect(x, index, -1)),
  opCase("indexSelect of a transpose", [real([8, 5]), whole([6], 5)], (k, x, index) =>
    k.sigmoid(k.indexSelect(k.transpose(x), index, 0)),
  ),
  opCase("oneHot", [whole([6], 10)], (k, index) => k.oneHot(index, 10), { discrete: true }),
  opCase("oneHot of a matrix", [whole([3, 2], 4)], (k, index) => k.oneHot(index, 4), { discrete: true }),
  opCase("oneHot of one class", [whole([], 1)], (k, index) => k.oneHot(index, 1), { discrete: true }),
];

export const formCases: readonly OpCase[] = [...moves, ...selections];
