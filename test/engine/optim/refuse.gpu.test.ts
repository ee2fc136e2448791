/** What optimisers refuse, and in whose words. */
import { describe, expect, test } from "vitest";
import {
  Adam,
  AdamW,
  type Optimizer,
  type OptimizerOptions,
  Parameter,
  RMSprop,
  SGD,
  tensor,
} from "../../../engine/index.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { read } from "./given.ts";

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
      "sgd group: momentum must be a number of at least 0, got -1",
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
    expect(load((d) => d.delete("exp_avg.0"))).toThrow(
      "run/checkpoint does not hold the state of this optimiser: 1 tensor missing (first exp_avg.0 [2])",
    );
    expect(load((d) => d.delete("step"))).toThrow(
      "run/checkpoint: the optimiser's step is missing, expected a whole number of at least 0",
    );
    expect(load(() => {}, new SGD([p()]))).toThrow(
      "1 tensor missing (first momentum_buffer.0 [2]); 2 tensors unexpected (first exp_avg.0 [2])",
    );
    expect(load((d) => d.set("exp_avg.1", hostTensor(new Float32Array(2), [2])))).toThrow(
      "run/checkpoint does not hold the state of this optimiser: 1 tensor unexpected (first exp_avg.1 [2])",
    );
    expect(load((d) => d.set("exp_avg.0", hostTensor(new Float32Array(3), [3])))).toThrow(
      "run/checkpoint does not hold the state of this optimiser: tensor exp_avg.0 has shape [3], expected [2]",
    );
    expect(load((d) => d.set("step", hostTensor(Int32Array.of(-1), [])))).toThrow(
      "run/checkpoint: the optimiser's step is -1",
    );
    expect(load((d) => d.set("skipped", hostTensor(new Float32Array(2), [2])))).toThrow(
      "run/checkpoint: skipped is to be a single number, got [2]",
    );
  });
});
