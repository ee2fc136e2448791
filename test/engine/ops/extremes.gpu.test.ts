/**
 * Activations where float32 is near its limits. The op table compares with the largest result of a case; here each
 * result is compared by its own size, so that small ones must be right too.
 */
import { beforeAll, describe, expect, test } from "vitest";
import * as engine from "../../../engine/index.ts";
import { differentiate } from "../../reference/differentiate.ts";
import { reference } from "../../reference.ts";
import { engineBackend } from "../../reference/engine.ts";
import type { Ops } from "../../reference/ops.ts";

beforeAll(async () => {
  await engine.init();
});

const MAGNITUDES = [
  1e-30, 1e-10, 1e-6, 1e-4, 0.01, 0.1, 0.24, 0.26, 0.29, 0.31, 0.39, 0.41, 0.49, 0.51, 0.7, 1, 1.5, 2, 2.99,
  3.01, 4, 5, 7, 9, 11, 15, 20, 40, 60, 80, 87, 88, 89, 100, 103, 500, 1e3, 1e4, 1e6, 1e10, 1e18, 1e25,
  1.5e38,
];
const INPUTS = Float32Array.of(0, ...MAGNITUDES.flatMap((x) => [x, -x]));

/** The smallest float that no adapter may take for 0. */
const LEAST = 2 ** -126;

type Unary = "tanh" | "sigmoid" | "softplus" | "erf" | "erfc" | "elu" | "relu";

/** Allowed error of the value relative to itself; 1 - y² and the like round the derivative to multiples of 2^-23. */
const VALUE: Readonly<Record<Unary, number>> = {
  tanh: 1e-6,
  // The error of e^x grows with x: WGSL allows 3 + 2|x| units in the last place.
  sigmoid: 1e-5,
  softplus: 1e-5,
  erf: 1e-6,
  erfc: 1e-5,
  elu: 1e-6,
  relu: 0,
};

describe.each(Object.keys(VALUE) as Unary[])("%s", (op) => {
  test("and its derivatives from 1e-30 to 1.5e38", async () => {
    const x = engine.tensor(INPUTS);
    const f = <T>(k: Ops<T>, v: T) => k[op](v);
    const y = f(engineBackend.ops, x);
    const slope = engine.grad(engine.sum(y), [x])[0] as engine.Tensor;
    const bend = engine.grad(engine.sum(slope), [x])[0] as engine.Tensor;
    const got = await engineBackend.read([y, slope, bend]);
    const input = { shape: [INPUTS.length], data: INPUTS };
    const want = differentiate((v) => f(reference, v), [input], { tangents: [INPUTS.map(() => 1)] });
    const wanted = [want.outputs[0]?.data, want.gradients[0], want.hessianVectors[0]] as ArrayLike<number>[];
    INPUTS.forEach((v, k) => {
      const allowed = (w: number) => [
        VALUE[op] * Math.abs(w) + LEAST,
        1e-5 * Math.abs(w) + 2.5e-7,
        1e-5 * Math.abs(w) + 1e-6,
      ];
      wanted.forEach((list, order) => {
        const w = list[k] as number;
        const error = Math.abs((got[order]?.data[k] as number) - w);
        expect(error, `derivative ${order} at ${v}`).toBeLessThanOrEqual(allowed(w)[order] as number);
      });
    });
  });
  test("of no number is none", async () => {
    // The last of four and one of three: kernels compute four at a time, or one.
    for (const n of [4, 3]) {
      const y = engineBackend.ops[op](engine.add(engine.tensor(new Float32Array(n).fill(Number.NaN)), 0));
      expect(await y.data()).toEqual(new Float32Array(n).fill(Number.NaN));
    }
  });
});

/** PyTorch's answers. */
describe("where a choice is made", () => {
  const { NaN: none } = Number;
  const slopeOf = async (x: engine.Tensor, f: (x: engine.Tensor) => engine.Tensor) =>
    [...(await (engine.grad(engine.sum(f(x)), [x])[0] as engine.Tensor).data())].map((v) => v + 0);

  test("of relu at the zeros, which keep their sign", async () => {
    const x = engine.tensor([-0, 0, 1, -1]);
    expect(await x.relu().data()).toEqual(Float32Array.of(-0, 0, 1, 0));
    expect(await slopeOf(x, (v) => v.relu())).toEqual([0, 0, 1, 0]);
  });
  test("infinities stay what they are", async () => {
    const x = engine.tensor([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]).add(0);
    expect(await x.relu().data()).toEqual(Float32Array.of(Number.POSITIVE_INFINITY, 0));
    expect(await engine.maximum(x, engine.mul(x, -1)).data()).toEqual(
      new Float32Array(2).fill(Number.POSITIVE_INFINITY),
    );
    expect(await x.clamp(-1, 1).data()).toEqual(Float32Array.of(1, -1));
  });
  test("the largest of nothing but minus infinity is that, and the first", async () => {
    for (const n of [3, 40, 400]) {
      const least = engine.tensor(new Float32Array(n).fill(Number.NEGATIVE_INFINITY));
      const most = engine.tensor(new Float32Array(n).fill(Number.POSITIVE_INFINITY));
      const all = [engine.max(least), engine.min(most), engine.argmax(least), engine.argmin(most)];
      expect(await Promise.all(all.map((x) => x.item()))).toEqual([
        Number.NEGATIVE_INFINITY,
        Number.POSITIVE_INFINITY,
        0,
        0,
      ]);
    }
  });
  test("the logarithm of a sum of exponentials is as infinite as its largest", async () => {
    const { POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
    const rows = engine.tensor([
      [least, least, least],
      [least, 0, least],
      [most, 0, least],
      [none, 0, most],
    ]);
    expect(await engine.logsumexp(rows, 1).data()).toEqual(Float32Array.of(least, 0, most, none));
  });
  test("the last NaN of a window takes the gradient", async () => {
    const x = engine.tensor([1, none, none, 2, none, none, 3, 4]).reshape([1, 8, 1]);
    const slope = await slopeOf(x, (v) => engine.maxPool1d(v, { kernel: 2 }));
    expect(slope).toEqual([0, 1, 1, 0, 0, 1, 0, 1]);
  });
  test("all get NaN for the gradient of a maximum that is none", async () => {
    expect(await slopeOf(engine.tensor([1, none, 2]), (v) => engine.max(v))).toEqual([none, none, none]);
  });
  test("no gradient passes a clamp of what is none", async () => {
    expect(await slopeOf(engine.tensor([none, 0, 2]), (v) => v.clamp(-1, 1))).toEqual([0, 1, 0]);
  });
});
