/** Parameters and scripted gradients, optimisers with their rules, and the comparison of both. */
import { expect } from "vitest";
import {
  Adam,
  type AdamOptions,
  AdamW,
  type Optimizer,
  Parameter,
  RMSprop,
  SGD,
  type SGDOptions,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { fillNormal } from "../../../engine/random.ts";
import { adamRule, rmspropRule, sgdRule } from "./rules.ts";

/** Sizes on both sides of a block of 64, and an empty one. */
export const SIZES = [3, 64, 0, 65, 1, 200];

export const normal = (size: number, stream: number): Float32Array =>
  fillNormal(new Float32Array(size), 11, stream, 0, 1);
export const makeParameters = (): Parameter[] =>
  SIZES.map((size, k) => new Parameter(`p${k}`, [size], normal(size, k)));
/** Gradient of parameter k at step t. */
export const gradientOf = (t: number, k: number): Float32Array =>
  normal(SIZES[k] as number, 100 * (t + 1) + k);
export const gradientsAt = (t: number): Tensor[] => SIZES.map((_, k) => tensor(gradientOf(t, k)));
export const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
export const readAll = (xs: readonly Tensor[]): Promise<number[][]> => Promise.all(xs.map(read));

/** The parameters after `steps` of a rule in float64. `edit` changes a step's gradients first. */
export function expected(
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

export function expectClose(got: readonly number[][], want: readonly number[][]): void {
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

export const ADAM: Required<AdamOptions> = {
  lr: 0.05,
  betas: [0.5, 0.99],
  eps: 1e-6,
  weightDecay: 0.1,
  amsgrad: false,
};
const AMSGRAD = { ...ADAM, amsgrad: true };
const SGD_OPTIONS: Required<SGDOptions> = {
  lr: 0.05,
  momentum: 0.8,
  dampening: 0.25,
  nesterov: false,
  weightDecay: 0.1,
};
const RMS = { lr: 0.02, alpha: 0.9, eps: 1e-6, momentum: 0.5, weightDecay: 0.1, centered: false };
// Its first root is far smaller than a plain one's, and so is what may be rounded away: a larger eps.
const CENTERED = { ...RMS, eps: 1e-3, centered: true };
const NESTEROV = { ...SGD_OPTIONS, dampening: 0, nesterov: true };
export const PLAIN = { ...SGD_OPTIONS, momentum: 0 };

export const OPTIMISERS: readonly [
  string,
  (p: Iterable<Parameter>) => Optimizer,
  () => ReturnType<typeof sgdRule>,
][] = [
  ["Adam", (p) => new Adam(p, ADAM), () => adamRule(ADAM, false)],
  ["AdamW", (p) => new AdamW(p, ADAM), () => adamRule(ADAM, true)],
  ["Adam with AMSGrad", (p) => new Adam(p, AMSGRAD), () => adamRule(AMSGRAD, false)],
  ["SGD with momentum and dampening", (p) => new SGD(p, SGD_OPTIONS), () => sgdRule(SGD_OPTIONS)],
  ["SGD with Nesterov's momentum", (p) => new SGD(p, NESTEROV), () => sgdRule(NESTEROV)],
  ["SGD without momentum", (p) => new SGD(p, PLAIN), () => sgdRule(PLAIN)],
  ["RMSprop", (p) => new RMSprop(p, RMS), () => rmspropRule(RMS)],
  ["RMSprop, centred", (p) => new RMSprop(p, CENTERED), () => rmspropRule(CENTERED)],
];
