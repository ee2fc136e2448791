/** Layers one after the other. */
import { GanvasError, shown } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { type Layer, Module } from "./module.ts";

/** What a `Sequential` is made of: a layer, or a function of a tensor such as `relu`. */
export type Step = Layer | ((x: Tensor) => Tensor);

/**
 * Gives its input to the first step, the result to the second, and so on. Weights are named by places as PyTorch's are, functions
 * counted too: `0.weight`, `2.weight`.
 */
export class Sequential extends Module {
  readonly [place: number]: Step;
  readonly length: number;

  /** @throws GanvasError for a step that is neither a layer nor a function */
  constructor(...steps: readonly Step[]) {
    super();
    steps.forEach((step, k) => {
      if (typeof step !== "function" && !(step instanceof Module && "forward" in step))
        throw new GanvasError(`Sequential: step ${k} should be a layer or a function, got ${shown(step)}`);
    });
    Object.assign(this, steps);
    this.length = steps.length;
  }

  forward(x: Tensor): Tensor {
    return Array.from(this as ArrayLike<Step>).reduce(
      (y, step) => (typeof step === "function" ? step(y) : step.forward(y)),
      x,
    );
  }
}
