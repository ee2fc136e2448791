/** Convolution of sequences, such as characters or words one after the other. */
import { type Conv1dOptions, conv1d } from "../ops/conv1d.ts";
import type { Tensor } from "../tensor.ts";
import { Affine, type AffineOptions } from "./affine.ts";
import type { Initializer } from "./init.ts";

/** Convolution, [n, w, in] -> [n, w', out]. */
export class Conv1d extends Affine {
  private readonly options: Conv1dOptions;

  /** @param kernel length of the kernel, in elements of the sequence */
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    init: Initializer,
    options: Conv1dOptions & AffineOptions = {},
  ) {
    const shape = [kernel, inChannels / (options.groups ?? 1), outChannels];
    super("convolution", "conv1d", shape, outChannels, init, options);
    this.options = options;
  }

  protected override product(x: Tensor, weight: Tensor): Tensor {
    return conv1d(x, weight, this.options);
  }
}
