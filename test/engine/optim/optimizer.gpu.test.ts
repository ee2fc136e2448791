/** Optimisers against float64 loops: rules, groups, clipping, skipped steps, state, and what a step costs. */
import { describe, expect, test } from "vitest";
import {
  Adam,
  type AdamOptions,
  AdamW,
  EMA,
  flush,
  idle,
  init,
  mul,
  type Optimizer,
  type OptimizerOptions,
  Parameter,
  RMSprop,
  SGD,
  type SGDOptions,
  stats,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { fillNormal } from "../../../engine/random.ts";
import { adamRule, rmspropRule, sgdRule } from "./rules.ts";

/** Sizes on both sides of a block of 64, and an empty one. */
const SIZES = [3, 64, 0, 65, 1, 200];

const normal = (size: number, stream: number): Float32Array =>
  fillNormal(new Float32Array(size), 11, stream, 0, 1);
const makeParameters = (): Parameter[] =>
  SIZES.map((size, k) => new Parameter(`p${k}`, [size], normal(size, k)));
/** Gradient of parameter k at step t. */
const gradientOf = (t: number, k: number): Float32Array => normal(SIZES[k] as number, 100 * (t + 1) + k);
const gradientsAt = (t: number): Tensor[] => SIZES.map((_, k) => tensor(gradientOf(t, k)));
const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const readAll = (xs: readonly Tensor[]): Promise<number[][]> => Promise.all(xs.map(read));

/** The parameters after `steps` of a rule in float64. `edit` changes a step's gradients first. */
function expected(
  steps: number,
  ruleOf: (k: number) => (p: number[], g: readonly number[], t: number) => void,
  edit: (gradients: number[][]) => number[][] = (g) => g,
): number[][] {
  const values = SIZES.map((size, k) => [...normal(size, k)]);
  const rules = SIZES.map((_, k) => ruleOf(k));
  for (let t = 0; t < steps; t++) {
    const gradients = edit(SIZES.map((_, k) => [...gradientOf(t, k)]));
    values.forEach((p, k) => {
      rules[k]?.(p, gradients[k] as number[], t + 1);
    });
  }
  return values;
}

function expectClose(got: readonly number[][], want: readonly number[][]): void {
  expect(got.map((x) => x.length)).toEqual(want.map((x) => x.length));
  let worst = 0;
  want.forEach((x, k) => {
    x.forEach((w, i) => {
      const error = Math.abs((got[k]?.[i] as number) - w);
      worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
    });
  });
  expect(worst).toBeLessThan(5e-6);
}

const ADAM: Required<AdamOptions> = { lr: 0.05, betas: [0.5, 0.99], eps: 1e-6, weightDecay: 0.1 };
const SGD_OPTIONS: Required<SGDOptions> = {
  lr: 0.05,
  momentum: 0.8,
  dampening: 0.25,
  nesterov: false,
  weightDecay: 0.1,
};
const RMS = { lr: 0.02, alpha: 0.9, eps: 1e-6, momentum: 0.5, weightDecay: 0.1 };
const NESTEROV = { ...SGD_OPTIONS, dampening: 0, nesterov: true };
const PLAIN = { ...SGD_OPTIONS, momentum: 0 };

const OPTIMISERS: readonly [
  string,
  (p: Iterable<Parameter>) => Optimizer,
  () => ReturnType<typeof sgdRule>,
][] = [
  ["Adam", (p) => new Adam(p, ADAM), () => adamRule(ADAM, false)],
  ["AdamW", (p) => new AdamW(p, ADAM), () => adamRule(ADAM, true)],
  ["SGD with momentum and dampening", (p) => new SGD(p, SGD_OPTIONS), () => sgdRule(SGD_OPTIONS)],
  ["SGD with Nesterov's momentum", (p) => new SGD(p, NESTEROV), () => sgdRule(NESTEROV)],
  ["SGD without momentum", (p) => new SGD(p, PLAIN), () => sgdRule(PLAIN)],
  ["RMSprop", (p) => new RMSprop(p, RMS), () => rmspropRule(RMS)],
];

describe.each(OPTIMISERS)("%s", (_, make, rule) => {
  test("follows its rule on parameters of all sizes", async () => {
    const parameters = makeParameters();
    const optimizer = make(parameters);
    for (let t = 0; t < 6; t++) optimizer.step(gradientsAt(t));
    expectClose(await readAll(parameters), expected(6, rule));
    expect(optimizer.steps).toBe(6);
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
    const before = [await readAll(parameters), [...(await optimizer.stateDict())].slice(0, -1)];
    const broken = SIZES.map((size, k) => tensor(new Float32Array(size).fill(k % 2 ? Number.NaN : 3e38)));
    for (const clip of [{}, { maxNorm: 1 }, { maxValue: 1 }])
      optimizer.step(broken, { ...clip, scale: () => tensor(0) });
    expect([await readAll(parameters), [...(await optimizer.stateDict())].slice(0, -1)]).toEqual(before);
    expect(optimizer.steps).toBe(4);
  });
});

describe("optimisers refuse", () => {
  const p = () => new Parameter("p", [2], Float32Array.of(1, 2));
  const one = p();
  test.each<[string, () => unknown, string]>([
    ["no parameters", () => new Adam([]), "adam: needs at least one parameter, got none"],
    ["one twice", () => new SGD([one, one]), 'sgd: the parameter "p" occurs twice'],
    [
      "one in two groups",
      () => new SGD([{ parameters: [one] }, { parameters: [one] }]),
      'sgd: the parameter "p" occurs twice',
    ],
    [
      "two of one name",
      () => new SGD([{ parameters: new Map([["w", p()]]) }, { parameters: new Map([["w", p()]]) }]),
      'sgd: the name "w" occurs twice',
    ],
    ["a negative rate", () => new Adam([p()], { lr: -1 }), "adam: lr must be a number of at least 0, got -1"],
    ["a rate that is no number", () => new RMSprop([p()], { lr: Number.NaN }), "rmsprop: lr must be"],
    [
      "a beta of 1",
      () => new AdamW([p()], { betas: [0.9, 1] }),
      "adamw: betas[1] must be a number from 0 to below 1, got 1",
    ],
    ["a negative eps", () => new Adam([p()], { eps: -1 }), "adam: eps must be"],
    ["a negative decay", () => new SGD([p()], { weightDecay: -1 }), "sgd: weightDecay must be"],
    ["an alpha of 1", () => new RMSprop([p()], { alpha: 1 }), "rmsprop: alpha must be"],
    ["a negative momentum", () => new SGD([p()], { momentum: -0.1 }), "sgd: momentum must be"],
    [
      "Nesterov with dampening",
      () => new SGD([p()], { momentum: 0.9, dampening: 0.1, nesterov: true }),
      "sgd: nesterov takes no dampening, got dampening 0.1",
    ],
    [
      "a group's setting out of range",
      () => new SGD([{ parameters: [p()], momentum: -1 }]),
      "sgd: momentum must be a number of at least 0, got -1",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("bad settings and gradients of a step, which then has not happened", async () => {
    const parameter = p();
    const sgd = new SGD([parameter]);
    const g = [tensor([1, 1])];
    expect(() => sgd.step(g, { maxNorm: -1 })).toThrow(
      "sgd step: maxNorm must be a number of at least 0, got -1",
    );
    expect(() => sgd.step(g, { maxValue: Number.NaN })).toThrow("sgd step: maxValue must be");
    expect(() => sgd.step([])).toThrow("the optimiser has 1 parameters, got 0 gradients");
    expect(() => sgd.step([tensor(Int32Array.of(1, 1))])).toThrow(
      "step: gradient 0 (of p) must be of type f32, got i32",
    );
    sgd.lr = Number.POSITIVE_INFINITY;
    expect(() => sgd.step(g)).toThrow("sgd: lr must be a number of at least 0, got Infinity");
    expect(sgd.steps).toBe(0);
    expect(await read(parameter)).toEqual([1, 2]);
  });

  test("state of another optimiser, naming what does not fit", async () => {
    const state = await new Adam([p()]).stateDict();
    const load = (
      edit: (dict: typeof state) => void,
      into: Optimizer<OptimizerOptions> = new Adam([p()]),
    ) => {
      const dict = new Map(state);
      edit(dict);
      return () => into.loadStateDict(dict, "run/checkpoint");
    };
    expect(load(() => {})).not.toThrow();
    expect(load((d) => d.delete("exp_avg.0"))).toThrow("run/checkpoint has no exp_avg.0");
    expect(load((d) => d.delete("step"))).toThrow("run/checkpoint has no step");
    expect(load(() => {}, new SGD([p()]))).toThrow("run/checkpoint has no momentum_buffer.0");
    expect(load((d) => d.set("exp_avg.1", hostTensor(new Float32Array(2), [2])))).toThrow(
      "run/checkpoint: exp_avg.1 is no state of this optimiser",
    );
    expect(load((d) => d.set("exp_avg.0", hostTensor(new Float32Array(3), [3])))).toThrow(
      "run/checkpoint: exp_avg.0 has shape [3], expected [2]",
    );
    expect(load((d) => d.set("step", hostTensor(Int32Array.of(-1), [])))).toThrow(
      "run/checkpoint: the optimiser's step is -1",
    );
  });
});
