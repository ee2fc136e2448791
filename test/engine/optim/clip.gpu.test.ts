/** Clipping by norm and by value, and steps that are scaled or left out by a number on the GPU. */
import { describe, expect, test } from "vitest";
import { Adam, mul, Parameter, SGD, type StepOptions, type Tensor, tensor } from "../../../engine/index.ts";
import {
  ADAM,
  expectClose,
  expected,
  gradientOf,
  gradientsAt,
  makeParameters,
  normal,
  OPTIMISERS,
  PLAIN,
  read,
  readAll,
  SIZES,
} from "./given.ts";
import { adamRule, sgdRule } from "./rules.ts";

describe("clipping", () => {
  const flat = (gradients: number[][]) => Math.hypot(...gradients.flat());

  test.each([
    ["below the norm", 2],
    ["above it", 1000],
  ])("by the global norm, %s", async (_, maxNorm) => {
    const parameters = makeParameters();
    const sgd = new SGD(parameters, PLAIN);
    const norms: Tensor[] = [];
    for (let t = 0; t < 3; t++) norms.push(sgd.step(gradientsAt(t), { maxNorm }));
    const given: number[] = [];
    const want = expected(
      3,
      () => sgdRule(PLAIN),
      (gradients) => {
        const norm = flat(gradients);
        given.push(norm);
        return gradients.map((g) => g.map((x) => x * Math.min(1, maxNorm / (norm + 1e-6))));
      },
    );
    expectClose(await readAll(parameters), want);
    const got = await Promise.all(norms.map((norm) => norm.item()));
    got.forEach((norm, t) => {
      expect(norm / (given[t] as number)).toBeCloseTo(1, 5);
    });
  });

  test("by value", async () => {
    const parameters = makeParameters();
    const sgd = new SGD(parameters, PLAIN);
    for (let t = 0; t < 3; t++) sgd.step(gradientsAt(t), { maxValue: 0.5 });
    const clamp = (x: number) => Math.max(-0.5, Math.min(0.5, x));
    expectClose(
      await readAll(parameters),
      expected(
        3,
        () => sgdRule(PLAIN),
        (gradients) => gradients.map((g) => g.map(clamp)),
      ),
    );
  });

  test.each(OPTIMISERS)("of what is no number leaves none: %s", async (_, make) => {
    const oneBroken = () => {
      const gradients = SIZES.map((_, k) => [...gradientOf(0, k)]);
      (gradients[3] as number[])[64] = Number.NaN;
      return gradients.map((g) => tensor(g));
    };
    const after = async (clip: StepOptions) => {
      const parameters = makeParameters();
      make(parameters).step(oneBroken(), clip);
      return (await readAll(parameters)).flat().filter((x) => Number.isNaN(x)).length;
    };
    expect(await after({ maxValue: 0.5 })).toBe(1);
    // The norm of all gradients is none then, and with it each of them.
    expect(await after({ maxNorm: 1 })).toBe(SIZES.reduce((a, b) => a + b));
  });

  test("gradients of nothing but 0 move nothing", async () => {
    const parameters = makeParameters();
    const sgd = new SGD(parameters);
    const norm = sgd.step(
      SIZES.map((size) => tensor(new Float32Array(size))),
      { maxNorm: 1 },
    );
    expect(await readAll(parameters)).toEqual(SIZES.map((size, k) => [...normal(size, k)]));
    expect(await norm.item()).toBe(0);
  });
});

describe("a scale made on the GPU", () => {
  test("multiplies the gradients before they are clipped, and sees zeros between them", async () => {
    const parameters = makeParameters();
    const sgd = new SGD(parameters, PLAIN);
    // What lay in this memory before must not show in the gaps.
    await read(mul(tensor(new Float32Array(5000).fill(1e30)), 2));
    let sum: Tensor | undefined;
    const norm = sgd.step(gradientsAt(0), {
      scale: (gradients) => {
        sum = mul(gradients, 1).keep();
        return tensor(0.5);
      },
      maxNorm: 1,
    });
    const all = SIZES.flatMap((_, k) => [...gradientOf(0, k)]);
    expect(await norm.item()).toBeCloseTo(0.5 * Math.hypot(...all), 4);
    expect((await read(sum as Tensor)).filter((x) => x !== 0)).toEqual(all.filter((x) => x !== 0));
    const factor = 1 / (Math.hypot(...all) + 1e-6);
    expectClose(
      await readAll(parameters),
      expected(
        1,
        () => sgdRule(PLAIN),
        (gradients) => gradients.map((g) => g.map((x) => x * factor)),
      ),
    );
  });

  test.each(OPTIMISERS)("of 0 leaves out a step of %s, whatever the gradients are", async (_, make) => {
    const parameters = makeParameters();
    const optimizer = make(parameters);
    optimizer.step(gradientsAt(0));
    const memory = async () => {
      const { step: _, skipped: __, ...slots } = Object.fromEntries(await optimizer.stateDict());
      return slots;
    };
    const before = [await readAll(parameters), await memory()];
    const broken = SIZES.map((size, k) => tensor(new Float32Array(size).fill(k % 2 ? Number.NaN : 3e38)));
    for (const clip of [{}, { maxNorm: 1 }, { maxValue: 1 }])
      optimizer.step(broken, { ...clip, scale: () => tensor(0) });
    expect([await readAll(parameters), await memory()]).toEqual(before);
    expect(optimizer.steps).toBe(4);
  });

  test.each(OPTIMISERS)("of 0 leaves a step out of the rule's count: %s", async (_, make, rule) => {
    // Left out before the first, between others, several in a row; and once right after going on from a file.
    const scales = [0, 0, 1, 1, 0, 1, 0, 1];
    const parameters = makeParameters();
    let optimizer = make(parameters);
    let now = parameters;
    let done = 0;
    for (const [k, scale] of scales.entries()) {
      optimizer.step(gradientsAt(done), { scale: () => tensor(scale), maxNorm: 1e6 });
      done += scale;
      if (k !== 4) continue;
      const state = await optimizer.stateDict();
      expect(state.get("skipped")?.data).toEqual(Float32Array.of(3));
      now = await Promise.all(
        now.map(async (p) => new Parameter(p.name, p.shape, (await p.data()) as Float32Array)),
      );
      optimizer = make(now);
      optimizer.loadStateDict(state, "file");
    }
    expectClose(await readAll(now), expected(done, rule));
    expect(optimizer.steps).toBe(scales.length);
  });

  test("of 0 leaves a step out of the count of each group", async () => {
    const parameters = makeParameters();
    const options = (k: number) =>
      k < 2 ? ADAM : { ...ADAM, betas: [0, 0.9] as [number, number], lr: 0.01 };
    const adam = new Adam(
      [
        { parameters: parameters.slice(0, 2), ...options(0) },
        { parameters: parameters.slice(2), ...options(2) },
      ],
      ADAM,
    );
    let done = 0;
    for (const scale of [1, 0, 0, 1, 1]) {
      adam.step(gradientsAt(done), { scale: () => tensor(scale), maxValue: 100 });
      done += scale;
    }
    expectClose(
      await readAll(parameters),
      expected(done, (k) => adamRule(options(k), false)),
    );
  });
});
