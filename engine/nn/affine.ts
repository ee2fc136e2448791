/** What layers share that multiply by a weight and add a bias. */
import { ShapeError } from "../errors.ts";
import { whole } from "../ops/pair.ts";
import { add } from "../ops/pointwise.ts";
import { inTypeOf } from "../precision.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Draw, expectInitializer, type Initializer, type WeightInit } from "./init.ts";
import type { Layout } from "./layout.ts";
import { Module, Weight } from "./module.ts";

/** Options of all of them. */
export interface AffineOptions {
  /** True by default. */
  readonly bias?: boolean;
  readonly weightInit?: WeightInit;
  /** Makes the bias's first values; by default they go with the weight's. */
  readonly biasInit?: Draw;
}

/** Their names. */
export const AFFINE_OPTIONS = ["bias", "weightInit", "biasInit"] as const;

/** How many groups the channels of a layer are cut into. @throws ShapeError where that leaves parts of channels */
export function groupsOf(layer: string, inChannels: number, outChannels: number, groups = 1): number {
  for (const [name, n] of Object.entries({ inChannels, outChannels, groups })) whole(layer, name, n, 1);
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new ShapeError(
      `${layer}: ${inChannels} channels to ${outChannels} cannot be cut into ${groups} groups`,
    );
  return groups;
}

/** Checks what a layer's window is moved by where the layer is made, not where it is first used. */
export function expectWindow(
  layer: string,
  check: (layer: string, option: string, value: never, least: number) => unknown,
  options: { readonly [option: string]: unknown },
): void {
  for (const [option, least] of LEAST) {
    const value = options[option];
    if (value !== undefined && value !== "same") check(layer, option, value as never, least);
  }
}

const LEAST = [
  ["stride", 1],
  ["padding", 0],
  ["dilation", 1],
  ["outputPadding", 0],
] as const;

export abstract class Affine extends Module {
  readonly weight: Weight;
  readonly bias: Weight | undefined;

  /**
   * @param what it is, for the names of its weights
   * @param shape of the weight; each output depends on as many numbers as all axes but the last hold
   * @param outputs numbers of the bias
   * @param torchFanIn what PyTorch's default takes for the numbers that an output depends on
   */
  constructor(
    what: string,
    layout: Layout,
    shape: Shape,
    outputs: number,
    init: Initializer,
    { bias = true, weightInit, biasInit }: AffineOptions,
    torchFanIn?: number,
  ) {
    super();
    expectInitializer(this.constructor.name, init);
    const fanIn = (weightInit === "torch" && torchFanIn) || sizeOf(shape.slice(0, -1));
    this.weight = new Weight(`${what} weight`, shape, init.weight(shape, fanIn, weightInit), { layout });
    this.bias = bias
      ? new Weight(`${what} bias`, [outputs], biasInit ?? init.bias(outputs, fanIn, weightInit))
      : undefined;
  }

  protected abstract product(x: Tensor, weight: Tensor): Tensor;

  /** @param weight to use instead of its own */
  forward(x: Tensor, weight: Tensor = this.weight): Tensor {
    const y = this.product(x, weight);
    return this.bias ? inTypeOf(y, add(y, this.bias)) : y;
  }
}
