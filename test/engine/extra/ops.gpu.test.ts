/** The ops of the door `extra` against float64 loops: value, gradient and second derivative; and what PyTorch gives where loops would say little. */
import { describe, expect, test } from "vitest";
import * as extra from "../../../engine/extra/index.ts";
import { grad, tensor } from "../../../engine/index.ts";
import { at, build, forEachIndex, type RefTensor, type Shape } from "../../reference/array.ts";
import { opCase, type OpCase, real } from "../../reference/cases/case.ts";
import { checkOp } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";
import { defineReference } from "../../reference/named.ts";
import { constant, mul, primal, type Scalar, sub } from "../../reference/tape.ts";
import { average, sqrt, square, total } from "../../reference/scalars.ts";

/** The engine, in which what has a name is one of the ops of this door, with what only it takes. */
const backend = (make: (x: never, ...others: never[]) => unknown): typeof engineBackend => ({
  ...engineBackend,
  ops: { ...engineBackend.ops, named: (_, ...args) => make(...(args as [never])) as never },
});

let cases = 0;

/** Compares an op of one or two tensors with its float64 form. */
async function compare(
  shapes: readonly Shape[],
  op: (...xs: never[]) => unknown,
  reference: (...xs: RefTensor[]) => RefTensor,
): Promise<void> {
  const name = `extra ${cases++}`;
  defineReference(name, (...xs) => reference(...(xs as RefTensor[])));
  const of: OpCase = opCase(
    name,
    shapes.map((shape) => real(shape)),
    (k, ...xs) => k.named(name, ...xs),
  );
  for (const ratio of Object.values(await checkOp(of, backend(op as never))))
    expect(ratio).toBeLessThanOrEqual(1);
}

const product = (xs: readonly Scalar[]): Scalar => xs.reduce((a, b) => mul(a, b), constant(1));
const column = (x: RefTensor, j: number) =>
  Array.from({ length: x.shape[0] as number }, (_, i) => at(x, [i, j]));
const all = (x: RefTensor): Scalar[] => {
  const found: Scalar[] = [];
  forEachIndex(x.shape, (index) => found.push(at(x, index)));
  return found;
};

describe("reductions", () => {
  test("prod along an axis and over all", async () => {
    await compare(
      [[5, 3]],
      (x) => extra.prod(x, 0),
      (x) => build([3], ([j = 0]) => product(column(x, j))),
    );
    await compare(
      [[2, 3]],
      (x) => extra.prod(x),
      (x) => build([], () => product(all(x))),
    );
  });

  test("prod with zeros has the derivative that the others give", async () => {
    const x = tensor([2, 0, 3]);
    expect([...(await grad(extra.prod(x), [x])[0].data())]).toEqual([0, 6, 0]);
    expect(await extra.prod(tensor([], [0])).item()).toBe(1);
  });

  test("std is unbiased unless asked otherwise, and still where nothing varies", async () => {
    await compare(
      [[5, 3]],
      (x) => extra.std(x, 0),
      (x) =>
        build([3], ([j = 0]) => {
          const xs = column(x, j);
          const mean = average(xs);
          return sqrt(mul(total(xs.map((v) => square(sub(v, mean)))), constant(1 / 4)));
        }),
    );
    const same = tensor([2, 2, 2]);
    expect([...(await grad(extra.std(same), [same])[0].data())]).toEqual([0, 0, 0]);
    expect(await extra.std(tensor([1, 3]), undefined, { correction: 0 }).item()).toBe(1);
  });

  test("the largest and the smallest with their places: the first of equal ones, which alone has a derivative", async () => {
    const x = tensor([
      [1, 5, 5],
      [-2, -7, -2],
    ]);
    const largest = extra.maxWithIndices(x, 1);
    expect([largest.values.shape, largest.indices.dtype]).toEqual([[2], "i32"]);
    expect([...(await largest.values.data())]).toEqual([5, -2]);
    expect([...(await largest.indices.data())]).toEqual([1, 0]);
    expect([...(await grad(largest.values.mul(tensor([2, 3])).sum(), [x])[0].data())]).toEqual([
      0, 2, 0, 3, 0, 0,
    ]);
    const smallest = extra.minWithIndices(x, -2, { keepDims: true });
    expect([smallest.values.shape, smallest.indices.shape]).toEqual([
      [1, 3],
      [1, 3],
    ]);
    expect([...(await smallest.values.data())]).toEqual([-2, -7, -2]);
    expect([...(await smallest.indices.data())]).toEqual([1, 1, 1]);
  });
});

describe("arranging", () => {
  test.each([-1, 0, 1])("tril and triu at %i", async (k) => {
    const kept = (x: RefTensor, keep: (i: number, j: number) => boolean) =>
      build(x.shape, ([i = 0, j = 0]) => (keep(i, j) ? at(x, [i, j]) : constant(0)));
    await compare(
      [[3, 4]],
      (x) => extra.tril(x, k),
      (x) => kept(x, (i, j) => j - i <= k),
    );
    await compare(
      [[3, 4]],
      (x) => extra.triu(x, k),
      (x) => kept(x, (i, j) => j - i >= k),
    );
  });

  test("tile, with more axes than x has and with fewer", async () => {
    await compare(
      [[2, 3]],
      (x) => extra.tile(x, [2, 1, 2]),
      (x) => build([2, 2, 6], ([, i = 0, j = 0]) => at(x, [i, j % 3])),
    );
    await compare(
      [[2, 3]],
      (x) => extra.tile(x, [2]),
      (x) => build([2, 6], ([i = 0, j = 0]) => at(x, [i, j % 3])),
    );
  });

  test("scatter: places that are named get the source, the others keep what they have", async () => {
    const index = [
      [2, 0],
      [1, 3],
    ];
    await compare(
      [
        [3, 4],
        [2, 2],
      ],
      (x, source) => extra.scatter(x, tensor(index, undefined, "i32"), 1, source),
      (x, source) =>
        build(x.shape, ([i = 0, j = 0]) => {
          const from = index[i]?.indexOf(j) ?? -1;
          return from < 0 ? at(x, [i, j]) : at(source, [i, from]);
        }),
    );
    const filled = extra.scatter(tensor([1, 2, 3]), tensor(Int32Array.of(1)), 0, 9);
    expect([...(await filled.data())]).toEqual([1, 9, 3]);
  });
});

describe("einsum", () => {
  const sums: readonly [
    string,
    readonly Shape[],
    Shape,
    (x: RefTensor, y: RefTensor, i: readonly number[]) => Scalar[],
  ][] = [
    [
      "ij,jk->ik",
      [
        [2, 3],
        [3, 4],
      ],
      [2, 4],
      (x, y, [i = 0, k = 0]) => [0, 1, 2].map((j) => mul(at(x, [i, j]), at(y, [j, k]))),
    ],
    [
      "bij,bkj->bki",
      [
        [2, 3, 2],
        [2, 4, 2],
      ],
      [2, 4, 3],
      (x, y, [b = 0, k = 0, i = 0]) => [0, 1].map((j) => mul(at(x, [b, i, j]), at(y, [b, k, j]))),
    ],
    ["i,j->ji", [[3], [2]], [2, 3], (x, y, [j = 0, i = 0]) => [mul(at(x, [i]), at(y, [j]))]],
    [
      "ij,ij->",
      [
        [2, 3],
        [2, 3],
      ],
      [],
      (x, y) => all(x).map((v, k) => mul(v, all(y)[k] as Scalar)),
    ],
    [
      "ik,kl",
      [
        [2, 3],
        [3, 2],
      ],
      [2, 2],
      (x, y, [i = 0, l = 0]) => [0, 1, 2].map((k) => mul(at(x, [i, k]), at(y, [k, l]))),
    ],
  ];
  test.each(sums)("%s", async (equation, shapes, shape, terms) => {
    await compare(
      shapes,
      (x, y) => extra.einsum(equation, x, y),
      (x, y) => build(shape, (index) => total(terms(x as RefTensor, y as RefTensor, index))),
    );
  });

  test("one operand, and three", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([...(await extra.einsum("ij->j", x).data())]).toEqual([5, 7, 9]);
    const three = extra.einsum("ij,j,i->i", x, tensor([1, 0, 2]), tensor([10, 1]));
    expect([...(await three.data())]).toEqual([70, 16]);
  });

  test("what does not fit is told", () => {
    const x = tensor([[1, 2]]);
    expect(() => extra.einsum("ij,jk->ik", x)).toThrow('einsum: "ij,jk->ik" has 2 operands, got 1');
    expect(() => extra.einsum("ij,jk->ik", x, x)).toThrow(
      'einsum: "j" is 2 long in one operand and 1 in operand 2',
    );
    expect(() => extra.einsum("ii", x)).toThrow(/operand 1 has shape \[1, 2\].*letter of its own/);
    expect(() => extra.einsum("ij->k", x)).toThrow(/"k" should hold letters of the operands/);
    expect(() => extra.einsum("...i", x)).toThrow(/letters, commas and an arrow/);
  });
});

describe("order", () => {
  test("values and indices, equal ones in their order, NaN last", async () => {
    const x = tensor([
      [3, 1, Number.NaN, 1, -2],
      [0, -1, 5, 5, Number.NEGATIVE_INFINITY],
    ]);
    const { values, indices } = extra.sort(x);
    expect([...(await indices.data())]).toEqual([4, 1, 3, 0, 2, 4, 1, 0, 2, 3]);
    expect([...(await values.data())]).toEqual([
      -2,
      1,
      1,
      3,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      -1,
      0,
      5,
      5,
    ]);
    const falling = extra.argsort(x, { descending: true });
    expect([...(await falling.data())]).toEqual([2, 0, 1, 3, 4, 2, 3, 0, 1, 4]);
    const ones = extra.argsort(
      tensor(
        [
          [2, 1],
          [1, 2],
        ],
        undefined,
        "i32",
      ),
      { axis: 0 },
    );
    expect([...(await ones.data())]).toEqual([1, 0, 0, 1]);
  });

  test("gradients of sorted values and of the largest go where they came from", async () => {
    const rank = (x: RefTensor, i: number) =>
      column(x, 0).filter((v) => primal(v) < primal(at(x, [i, 0]))).length;
    await compare(
      [[7, 1]],
      (x) => extra.sort(x, { axis: 0 }).values,
      (x) => {
        const order = Array.from({ length: 7 }, (_, i) => i).sort((i, j) => rank(x, i) - rank(x, j));
        return build([7, 1], ([i = 0]) => at(x, [order[i] as number, 0]));
      },
    );
    const x = tensor([1, 5, 2, 4]);
    const { values, indices } = extra.topk(x, 2);
    expect([...(await values.data()), ...(await indices.data())]).toEqual([5, 4, 1, 3]);
    expect([...(await grad(values.mul(tensor([1, 10])).sum(), [x])[0].data())]).toEqual([0, 1, 0, 10]);
    expect(() => extra.topk(x, 5)).toThrow("topk: k should be a whole number from 0 to 4");
  });
});
