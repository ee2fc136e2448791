/** Convolution of sequences, such as characters or words one after the other. */
import { type Conv1dOptions, conv1d } from "../ops/conv1d.ts";
import { add } from "../ops/pointwise.ts";
import { inTypeOf } from "../precision.ts";
import type { Tensor } from "../tensor.ts";
import type { Initializer, WeightInit } from "./init.ts";
import { Module, Weight } from "./module.ts";

/** Convolution, [n, w, in] -> [n, w', out]. */
export class Conv1d extends Module {
  readonly weight: Weight;
  readonly bias: Weight | undefined;
  private readonly options: Conv1dOptions;

  /** @param kernel length of the kernel, in elements of the sequence */
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    init: Initializer,
    options: Conv1dOptions & { readonly bias?: boolean; readonly weightInit?: WeightInit } = {},
  ) {
    super();
    const { bias = true, weightInit, ...conv } = options;
    const shape = [kernel, inChannels / (conv.groups ?? 1), outChannels];
    const fanIn = (shape[0] as number) * (shape[1] as number);
    this.options = conv;
    this.weight = new Weight("convolution weight", shape, init.weight(shape, fanIn, weightInit), {
      layout: "conv1d",
    });
    this.bias = bias
      ? new Weight("convolution bias", [outChannels], init.bias(outChannels, fanIn, weightInit))
      : undefined;
  }

  /** @param weight to use instead of its own */
  forward(x: Tensor, weight: Tensor = this.weight): Tensor {
    const y = conv1d(x, weight, this.options);
    return this.bias ? inTypeOf(y, add(y, this.bias)) : y;
  }
}
