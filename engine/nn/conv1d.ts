/** Convolution of sequences, such as characters or words one after the other. */
import { checkOptions } from "../options.ts";
import { CONV_OPTIONS } from "../ops/conv-geometry.ts";
import { type Conv1dOptions, conv1d } from "../ops/conv1d.ts";
import { whole } from "../ops/pair.ts";
import type { Tensor } from "../tensor.ts";
import { Affine, AFFINE_OPTIONS, type AffineOptions, expectWindow, groupsOf } from "./affine.ts";
import { drawnBy, type Initializer } from "./init.ts";

/** Convolution, [n, w, in] -> [n, w', out]. */
export class Conv1d extends Affine {
  private readonly options: Conv1dOptions;

  /**
   * @param kernel length of the kernel, in elements of the sequence
   * @param drawing what draws the weights, with options behind it, or options alone
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    drawing?: Initializer | (Conv1dOptions & AffineOptions),
    more?: Conv1dOptions & AffineOptions,
  ) {
    const [init, options] = drawnBy("Conv1d", drawing, more);
    checkOptions("Conv1d", options, [...CONV_OPTIONS, ...AFFINE_OPTIONS]);
    const { bias: _, weightInit: __, biasInit: ___, ...conv } = options;
    expectWindow("Conv1d", whole, { ...conv });
    const groups = groupsOf("Conv1d", inChannels, outChannels, conv.groups);
    whole("Conv1d", "kernel", kernel, 1);
    super("convolution", "conv1d", [kernel, inChannels / groups, outChannels], outChannels, init, options);
    this.options = conv;
  }

  protected override product(x: Tensor, weight: Tensor): Tensor {
    return conv1d(x, weight, this.options);
  }
}
