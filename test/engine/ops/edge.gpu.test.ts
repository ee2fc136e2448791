/** Numbers at the edge: infinities, NaN, zeros of both signs, nothing at all. What is right is IEEE's and PyTorch's answer. */
import { beforeAll, describe, expect, test } from "vitest";
import * as g from "../../../engine/index.ts";

type Tensor = g.Tensor;

beforeAll(async () => {
  await g.init();
});

const { NaN: none, POSITIVE_INFINITY: inf } = Number;
const LARGEST = 2 ** 128 - 2 ** 104;

/** Several lengths: kernels compute one element at a time, or four. */
const padded = (values: readonly number[], n: number): Float32Array =>
  Float32Array.from({ length: n }, (__, k) => values[k % values.length] as number);

async function expectElements(
  f: (x: Tensor) => Tensor,
  given: readonly number[],
  wanted: readonly number[],
): Promise<void> {
  for (const n of [given.length, given.length * 4])
    expect(await f(g.tensor(padded(given, n))).data()).toEqual(padded(wanted, n));
}

const slope = (f: (x: Tensor) => Tensor) => (x: Tensor) => g.grad(g.sum(f(x)), [x])[0] as Tensor;

describe("typed arrays", () => {
  const read = async (x: Tensor) => [x.dtype, ...(await x.data())];
  test("of floats become f32, also in a parameter", async () => {
    expect(await read(g.tensor(Float64Array.of(1.5, -2.25, 3e9)))).toEqual(["f32", 1.5, -2.25, 3e9]);
    const made = [Float64Array.of(1.5, -2.25), [1.5, -2.25], () => Float64Array.of(1.5, -2.25)];
    for (const value of made)
      expect(await read(new g.Parameter("p", [2], value))).toEqual(["f32", 1.5, -2.25]);
    expect(await read(new g.Parameter("p", [2], Int16Array.of(-3, 4)))).toEqual(["f32", -3, 4]);
  });
  test("of bytes are numbers to calculate with", async () => {
    expect(
      await g
        .tensor(Uint8Array.of(0, 51, 255))
        .div(255)
        .data(),
    ).toEqual(Float32Array.of(0, 0.2, 1));
    expect(await read(g.tensor(Uint8ClampedArray.of(7, 300)))).toEqual(["f32", 7, 255]);
    expect(await read(g.tensor(Uint8Array.of(7, 9), [2], "i32"))).toEqual(["i32", 7, 9]);
  });
  test("of other whole numbers become i32 or u32", async () => {
    expect(await read(g.tensor(Int8Array.of(-128, 127)))).toEqual(["i32", -128, 127]);
    expect(await read(g.tensor(Int16Array.of(-32768, 5)))).toEqual(["i32", -32768, 5]);
    expect(await read(g.tensor(Uint16Array.of(65535, 5)))).toEqual(["i32", 65535, 5]);
    expect(await read(g.tensor(Uint32Array.of(4294967295)))).toEqual(["u32", 4294967295]);
  });
  test("are copied", async () => {
    const given = Float32Array.of(1, 2);
    const x = g.tensor(given);
    given[0] = 9;
    expect(await x.data()).toEqual(Float32Array.of(1, 2));
  });
});

describe("powers", () => {
  // [base, exponent, power]: those of C's pow.
  const POWERS = [
    [0, -1, inf],
    [-0, -1, -inf],
    [0, -2, inf],
    [-0, -2, inf],
    [0, 0.5, 0],
    [-0, 3, -0],
    [0, 0, 1],
    [-2, 3, -8],
    [-2, 2, 4],
    [-2, -1, -0.5],
    [-2, 0.5, none],
    [-8, 1 / 3, none],
    [1, none, 1],
    [none, 0, 1],
    [none, 1, none],
    [2, none, none],
    [1, inf, 1],
    [-1, -inf, 1],
    [2, inf, inf],
    [2, -inf, 0],
    [0.5, inf, 0],
    [0.5, -inf, inf],
    [-2, inf, inf],
    [inf, 2, inf],
    [inf, -1, 0],
    [-inf, 3, -inf],
    [-inf, 2, inf],
    [-inf, -3, -0],
    [-inf, 0.5, inf],
    [-3, 1e10, inf],
  ] as const;
  test("of every kind, by a tensor and by a number", async () => {
    const [base, exponent, power] = [0, 1, 2].map((k) => POWERS.map((row) => row[k] as number));
    const b = g.tensor(exponent as number[]);
    await expectElements(
      (a) => g.pow(a, a.size === b.size ? b : g.concat([b, b, b, b])),
      base ?? [],
      power ?? [],
    );
    for (const [a, n, want] of POWERS) await expectElements((x) => x.pow(n), [a], [want]);
  });
  // [base, exponent, by the base, by the exponent].
  test.each([
    [0, 0.5, inf, 0],
    [0, -1, -inf, -inf],
    [0, 0, 0, 0],
    [0, 1, 1, 0],
    [0, 2, 0, 0],
    [-2, 3, 12, none],
    [-2, 0.5, none, none],
    [3, 0, 0, Math.fround(Math.log(3))],
  ])("the derivatives of %d^%d are %d and %d", async (a, b, byBase, byExponent) => {
    await expectElements(
      slope((x) => g.pow(x, b)),
      [a],
      [byBase],
    );
    await expectElements(
      slope((x) => g.pow(a, x)),
      [b],
      [byExponent],
    );
  });
  test("the second derivatives of x^0 and x^1 are 0, at 0 too", async () => {
    for (const n of [0, 1]) await expectElements(slope(slope((x) => g.pow(x, n))), [0, 2, -3], [0, 0, 0]);
  });
});

describe("sine and cosine", () => {
  test("of numbers of any size", async () => {
    const sizes = [1, 100, 32767, 32769, 1e5, 1e6, 1e7, 8388607, 8388609, 1e8, 1e10, 1e20, 1e30, LARGEST];
    // Multiples of π/2, of which hardly anything is left.
    const near = [1, 2, 3, 7, 101, 20861, 65537, 1e6, 1e9].map((k) => (k * Math.PI) / 2);
    const x = Float32Array.from([...sizes, ...near].flatMap((v) => [v, -v]));
    const [sin, cos] = await Promise.all([g.tensor(x).sin().data(), g.tensor(x).cos().data()]);
    x.forEach((v, k) => {
      expect(Math.abs((sin[k] as number) - Math.sin(v)), `sin ${v}`).toBeLessThan(2e-7);
      expect(Math.abs((cos[k] as number) - Math.cos(v)), `cos ${v}`).toBeLessThan(2e-7);
    });
  });
  test("fused with each other, and behind a sum", async () => {
    const x = g.tensor([1e7, 1, 2, 3]);
    const y = await x.sin().square().add(x.cos().square()).data();
    for (const v of y) expect(v).toBeCloseTo(1, 6);
    const total = await x.sin().sum().cos().item();
    expect(total).toBeCloseTo(Math.cos([1e7, 1, 2, 3].reduce((sum, v) => sum + Math.sin(v), 0)), 5);
  });
  test("of infinity are no numbers", async () => {
    await expectElements((x) => x.sin(), [inf, -inf, none], [none, none, none]);
    await expectElements((x) => x.cos(), [inf, -inf, none], [none, none, none]);
  });
});

describe("functions over the whole range", () => {
  const SIZES = [1e-30, 1e-6, 1e-3, 0.1, 0.3, 0.41, 0.42, 0.49, 0.51, 0.9, 1, 2.4, 2.5, 7, 30, 80, 1e4, 1e20];
  // [value, derivative], each by its own size; where the value rounds to 0 or overflows anything goes that does too.
  test.each<[string, (x: Tensor) => Tensor, (x: number) => number, (x: number) => number, number]>([
    ["atan", g.atan, Math.atan, (x) => 1 / (1 + x * x), 4e-7],
    ["log1p", g.log1p, Math.log1p, (x) => 1 / (1 + x), 2e-6],
    ["expm1", g.expm1, Math.expm1, Math.exp, 1e-5],
    ["exp2", g.exp2, (x) => 2 ** x, (x) => 2 ** x * Math.LN2, 1e-5],
    ["log2", g.log2, Math.log2, (x) => 1 / (x * Math.LN2), 1e-5],
  ])("%s", async (_, op, f, derivative, tolerance) => {
    const x = Float32Array.from(SIZES.flatMap((v) => [v, -v])).filter((v) => !Number.isNaN(f(v)));
    const t = g.tensor(x);
    const [y, dy] = await Promise.all([op(t).data(), slope(op)(t).data()]);
    x.forEach((v, k) => {
      for (const [got, want] of [
        [y[k] as number, f(v)],
        [dy[k] as number, derivative(v)],
      ] as const) {
        if (Math.abs(want) > 3e38) expect(Math.abs(got), `${v}`).toBeGreaterThan(1e38);
        else
          expect(Math.abs(got - want), `${v}: ${got}`).toBeLessThanOrEqual(
            tolerance * Math.abs(want) + (op === g.log2 ? 5e-7 : 2 ** -126),
          );
      }
    });
  });
  test("at their ends", async () => {
    await expectElements(
      g.atan,
      [inf, -inf, none],
      [Math.fround(Math.PI / 2), -Math.fround(Math.PI / 2), none],
    );
    await expectElements(g.log1p, [-1, inf, -2, none], [-inf, inf, none, none]);
    await expectElements(g.expm1, [-inf, inf, none], [-1, inf, none]);
    await expectElements(g.exp2, [-inf, inf, none, 3], [0, inf, none, 8]);
    await expectElements(g.log2, [0, inf, none, 8], [-inf, inf, none, 3]);
  });
  test("to whole numbers, halves to even ones", async () => {
    const given = [0.5, 1.5, 2.5, -0.5, -1.5, 1.2, -1.2, 1.8, inf, none];
    await expectElements(g.round, given, [0, 2, 2, -0, -2, 1, -1, 2, inf, none]);
    await expectElements(g.ceil, given, [1, 2, 3, -0, -1, 2, -1, 2, inf, none]);
    await expectElements(g.trunc, given, [0, 1, 2, -0, -1, 1, -1, 1, inf, none]);
  });
});

describe("infinity and NaN beside a tensor", () => {
  const X = [1, inf, -inf, none, LARGEST];
  test.each<[string, (x: Tensor) => Tensor, number[]]>([
    ["eq(∞)", (x) => x.eq(inf), [0, 1, 0, 0, 0]],
    ["ne(-∞)", (x) => x.ne(-inf), [1, 1, 0, 1, 1]],
    ["lt(∞)", (x) => x.lt(inf), [1, 0, 1, 0, 1]],
    ["eq(NaN)", (x) => x.eq(none), [0, 0, 0, 0, 0]],
    ["maximum(-∞)", (x) => x.maximum(-inf), X],
    ["minimum(∞)", (x) => x.minimum(inf), X],
    ["maximum(∞)", (x) => x.maximum(inf), [inf, inf, inf, none, inf]],
    ["add(∞)", (x) => x.add(inf), [inf, inf, none, none, inf]],
    ["∞ - x", (x) => g.sub(inf, x), [inf, none, inf, none, inf]],
    ["mul(-∞)", (x) => x.mul(-inf), [-inf, -inf, inf, none, -inf]],
    ["div(∞)", (x) => x.div(inf), [0, none, none, none, 0]],
    ["add(NaN)", (x) => x.add(none), [none, none, none, none, none]],
    ["more than f32 holds", (x) => x.add(1e39), [inf, inf, none, none, inf]],
    ["where it is chosen", (x) => g.where(x.eq(1), -inf, none), [-inf, none, none, none, none]],
    ["full(∞)", (x) => g.full(x.shape, inf), [inf, inf, inf, inf, inf]],
    ["mul(0)", (x) => x.mul(0), [0, none, none, none, 0]],
    ["zeros of its shape", (x) => x.mul(g.zeros(x.shape)), [0, none, none, none, 0]],
    ["div(0)", (x) => x.div(0), [inf, inf, -inf, none, inf]],
    ["0 / x", (x) => g.div(0, x), [0, 0, -0, none, 0]],
    ["x - x", (x) => x.sub(x), [0, none, none, none, 0]],
    ["y - y", (x) => g.sub(x.mul(2), x.mul(2)), [0, none, none, none, none]],
    ["clamp(0, ∞)", (x) => x.clamp(0, inf), [1, inf, 0, none, LARGEST]],
    ["clamp(-∞, 0)", (x) => x.clamp(-inf, 0), [0, 0, -inf, none, 0]],
    ["clamp(0)", (x) => x.clamp(0), [1, inf, 0, none, LARGEST]],
    ["clamp({ min })", (x) => x.clamp({ min: 0 }), [1, inf, 0, none, LARGEST]],
    ["clamp({ max })", (x) => x.clamp({ max: 0 }), [0, 0, -inf, none, 0]],
    ["clamp without limits", (x) => x.clamp(), X],
    ["clamp(2, 1)", (x) => x.clamp(2, 1), [1, 1, 1, none, 1]],
    ["clamp(∞, ∞)", (x) => x.clamp(inf, inf), [inf, inf, inf, none, inf]],
  ])("%s", (__, f, wanted) => expectElements(f, X, wanted));

  test("0 / 0 and x / 0 for x of 0", () => expectElements((x) => x.div(0), [0, -1], [none, -inf]));
  test("the gradient of a clamp with one limit", async () => {
    await expectElements(
      slope((x) => x.clamp(0)),
      [-1, 0, 1, inf],
      [0, 1, 1, 1],
    );
    await expectElements(
      slope((x) => x.clamp(2, 1)),
      [0, 1.5, 3],
      [0, 0, 0],
    );
  });
  test("limits of whole numbers are whole", async () => {
    const x = g.tensor(Int32Array.of(-3, 0, 1, 3));
    expect(await x.clamp(0.5, 2.5).data()).toEqual(Int32Array.of(1, 1, 1, 2));
    expect(await x.clamp(-2.5, -0.5).data()).toEqual(Int32Array.of(-2, -1, -1, -1));
    expect(await x.clamp(0).data()).toEqual(Int32Array.of(0, 0, 1, 3));
  });
  test("a largest of what is infinite", async () => {
    expect(await g.max(g.tensor([1, 2]).mul(-inf)).item()).toBe(-inf);
  });
});

describe("large logits", () => {
  const close = (got: ArrayLike<number>, want: readonly number[]) =>
    want.forEach((w, k) => {
      expect(got[k]).toBeCloseTo(w, 6);
    });
  test.each([1e4, 1e6])("%d: their log softmax, and cross entropy", async (size) => {
    const x = g.tensor([[size, size, size - 1]]);
    const want = [-0.8619948, -0.8619948, -1.8619948];
    close(await x.logSoftmax().data(), want);
    close(await g.crossEntropy(x, g.tensor(Int32Array.of(2))).data(), [1.8619948]);
    close(
      await slope((v) => v.logSoftmax().mul(g.tensor([1, 0, 0])))(x).data(),
      [0.5776812, -0.4223188, -0.1553624],
    );
  });
  test("that are infinite", async () => {
    await expectElements((x) => x.reshape([-1, 2]).logSoftmax().reshape([-1]), [-inf, 0], [-inf, 0]);
    await expectElements((x) => x.reshape([-1, 2]).logSoftmax().reshape([-1]), [inf, 0], [none, none]);
  });
});

test("the gradient of silu is 1 for large numbers and 0 for large negative ones", async () => {
  await expectElements(slope(g.silu), [3e7, 1e10, -3e7, -1e10, 0], [1, 1, 0, 0, 0.5]);
});

describe("of nothing", () => {
  const empty = g.zeros([0, 3]);
  test.each<[string, () => Tensor, number[]]>([
    ["sum", () => empty.sum(0), [0, 0, 0]],
    ["mean", () => empty.mean(0), [none, none, none]],
    ["mean of all", () => empty.mean(), [none]],
    ["mean along the other axis", () => empty.mean(1), []],
    ["variance", () => empty.variance(0), [none, none, none]],
    ["norm", () => empty.norm(0), [0, 0, 0]],
    ["logsumexp", () => empty.logsumexp(0), [-inf, -inf, -inf]],
    ["softmax", () => empty.softmax(0), []],
    ["logSoftmax", () => empty.logSoftmax(0), []],
    ["mse", () => g.mse(empty, 0), [none]],
    ["the unbiased variance of one", () => g.tensor([3]).variance(0, { correction: 1 }), [none]],
    ["the variance of two without three", () => g.tensor([1, 3]).variance(0, { correction: 3 }), [inf]],
  ])("%s", async (__, f, wanted) => expect([...(await f().data())]).toEqual(wanted));
});
