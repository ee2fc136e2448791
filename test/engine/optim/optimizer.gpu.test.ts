/** Optimisers against float64 loops: rules, groups, state, and what a step costs. */
import { describe, expect, test } from "vitest";
import { Adam, EMA, flush, idle, init, mul, Parameter, SGD, stats } from "../../../engine/index.ts";
import {
  ADAM,
  expectClose,
  expected,
  gradientOf,
  gradientsAt,
  makeParameters,
  normal,
  OPTIMISERS,
  readAll,
  SIZES,
} from "./given.ts";
import { adamRule } from "./rules.ts";

describe.each(OPTIMISERS)("%s", (_, make, rule) => {
  test("follows its rule on parameters of all sizes", async () => {
    const parameters = makeParameters();
    const optimizer = make(parameters);
    for (let t = 0; t < 6; t++) optimizer.step(gradientsAt(t));
    expectClose(await readAll(parameters), expected(6, rule));
    expect(optimizer.steps).toBe(6);
  });

  test("ends when its settings are broken, and takes the last group's", async () => {
    const parameters = makeParameters();
    const optimizer = make(parameters);
    // No element lies before the end of its group: what was looked for up to there would never be found.
    Reflect.set(optimizer, "ends", [0]);
    optimizer.step(gradientsAt(0));
    expectClose(await readAll(parameters), expected(1, rule));
  });

  test("goes on from its state byte for byte", async () => {
    const whole = makeParameters();
    const unbroken = make(whole);
    for (let t = 0; t < 5; t++) unbroken.step(gradientsAt(t));

    const first = makeParameters();
    const before = make(first);
    for (let t = 0; t < 2; t++) before.step(gradientsAt(t));
    const state = await before.stateDict();
    const second = await Promise.all(
      first.map(async (p) => new Parameter(p.name, p.shape, (await p.data()) as Float32Array)),
    );
    const after = make(second);
    after.loadStateDict(state, "file");
    expect(after.steps).toBe(2);
    for (let t = 2; t < 5; t++) after.step(gradientsAt(t));
    expect(await readAll(second)).toEqual(await readAll(whole));
    expect(await after.stateDict()).toEqual(await unbroken.stateDict());
  });

  test("its state is of the moment of the call, even where steps follow before it is read", async () => {
    // With a scale the steps that were left out are part of the state.
    const one = new Parameter("scale", [], Float32Array.of(1));
    const [now, later] = [make(makeParameters()), make(makeParameters())];
    for (const optimizer of [now, later]) optimizer.step(gradientsAt(0), { scale: () => one });
    const state = await now.stateDict();
    const reading = later.stateDict();
    later.step(gradientsAt(1), { scale: () => one });
    expect(await reading).toEqual(state);
  });

  test("new settings at every step compile nothing", async () => {
    await init();
    const optimizer = make(makeParameters());
    const step = (t: number) => {
      optimizer.options.lr = 0.01 * (t + 1);
      optimizer.options.weightDecay = 0.1 * t;
      optimizer.step(gradientsAt(t), { maxNorm: 1 + t, maxValue: t });
      flush();
    };
    const made = async () => {
      await idle();
      const { programs, pipelines, bindGroups, buffersCreated } = await stats();
      return { programs, pipelines, bindGroups, buffersCreated };
    };
    for (let t = 0; t < 3; t++) step(t);
    const warm = await made();
    for (let t = 3; t < 8; t++) step(t);
    expect(await made()).toEqual(warm);
  });
});

describe("a step", () => {
  const dispatches = async (step: () => void): Promise<number> => {
    await idle();
    const before = (await stats()).dispatches;
    step();
    await idle();
    return (await stats()).dispatches - before;
  };
  /** Gradients as a network's come: computed, not given. */
  const computed = (t: number) => gradientsAt(t).map((g) => mul(g, 2));

  test("is one dispatch beyond making the gradients", async () => {
    const optimizer = new Adam(makeParameters());
    const made = SIZES.filter((size) => size > 0).length;
    for (let t = 0; t < 2; t++) await dispatches(() => optimizer.step(computed(t)));
    expect(await dispatches(() => optimizer.step(computed(2)))).toBe(made + 1);
  });
  test("with an average of the weights is one dispatch more", async () => {
    const optimizer = new Adam(makeParameters());
    const average = new EMA(optimizer);
    const step = () => {
      optimizer.step(computed(0));
      average.update();
    };
    const plain = await dispatches(() => optimizer.step(computed(0)));
    for (let t = 0; t < 2; t++) await dispatches(step);
    expect(await dispatches(step)).toBe(plain + 1);
  });
  test("with clipping needs a handful more, not one for every parameter", async () => {
    const optimizer = new Adam(makeParameters());
    const plain = await dispatches(() => optimizer.step(computed(0)));
    const clipped = await dispatches(() => optimizer.step(computed(0), { maxNorm: 1 }));
    expect(clipped - plain).toBeLessThanOrEqual(4);
  });
});

describe("parameter groups", () => {
  test("have settings of their own, and the optimiser's where they name none", async () => {
    const parameters = makeParameters();
    const adam = new Adam(
      [
        { parameters: parameters.slice(0, 2), lr: 0.01 },
        { parameters: parameters.slice(2, 4) },
        { parameters: parameters.slice(4), betas: [0.2, 0.9], weightDecay: 0 },
      ],
      ADAM,
    );
    for (let t = 0; t < 4; t++) adam.step(gradientsAt(t));
    const ruleOf = (k: number) => {
      if (k < 2) return adamRule({ ...ADAM, lr: 0.01 }, false);
      return adamRule(k < 4 ? ADAM : { ...ADAM, betas: [0.2, 0.9], weightDecay: 0 }, false);
    };
    expectClose(await readAll(parameters), expected(4, ruleOf));
  });
  test("follow a schedule of the optimiser or of their own", async () => {
    const parameters = makeParameters();
    const sgd = new SGD([
      { parameters: parameters.slice(0, 3) },
      { parameters: parameters.slice(3), lr: 0.5 },
    ]);
    const group = sgd.groups[1];
    if (!group) throw new Error("no second group");
    sgd.lr = 0.25;
    sgd.step(gradientsAt(0));
    group.lr = 2;
    sgd.step(gradientsAt(1));
    const want = SIZES.map((size, k) => {
      const [first, second] = k < 3 ? [0.25, 0.25] : [0.5, 2];
      const [g0, g1] = [gradientOf(0, k), gradientOf(1, k)];
      return Array.from(
        { length: size },
        (_, i) =>
          (normal(size, k)[i] as number) -
          (first as number) * (g0[i] as number) -
          (second as number) * (g1[i] as number),
      );
    });
    expectClose(await readAll(parameters), want);
  });
});
