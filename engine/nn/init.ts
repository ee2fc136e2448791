/**
 * Initial weights, drawn from counter-based random numbers: the same seed gives the same network. They are drawn when a
 * weight is first used, since a network that is loaded from a file or only counted needs none.
 */
import { isPlain } from "../options.ts";
import { GanvasError, shown } from "../errors.ts";
import { fillNormal, fillUniform, ownStream, seedKey } from "../random.ts";
import { finiteNumber } from "../ops/pair.ts";
import { checkShape, type Shape, sizeOf } from "../shape.ts";

/** Makes the initial value of a weight. */
export type Draw = () => Float32Array;

/**
 * How a layer is drawn. "kaiming": weights by He et al. 2015, no bias. "torch": weights and biases uniform within
 * ±1/√fan-in, the default of Torch and PyTorch (whose fan-in of a transposed convolution is kernel · outputs / groups). Else weights normal with a deviation or uniform within a bound, no bias.
 */
export type WeightInit = "kaiming" | "torch" | { readonly std: number } | { readonly bound: number };

/**
 * Draws the weights of one network; each call takes a random stream of its own. Two of one seed draw the same weights, and the
 * first of them shares its numbers with the first tensor of `new Rng(seed)`: give networks that are trained together different seeds,
 * or none.
 */
export class Initializer {
  private readonly seed: number;
  private readonly owner: number;
  private stream = 0;

  /**
   * @param seed integer from 0 to 2^53 - 1; without one, numbers of its own under that of `manualSeed`
   * @throws GanvasError for another seed
   */
  constructor(seed?: number) {
    [this.seed, this.owner] = seed === undefined ? ownStream() : [seed, 0];
    seedKey(this.seed);
  }

  /** Normally distributed with this standard deviation. */
  normal(shape: Shape, std: number, mean = 0): Draw {
    checkShape("Initializer.normal", shape);
    for (const [name, n] of Object.entries({ std, mean })) finiteNumber("Initializer.normal", name, n);
    const { seed, owner } = this;
    const stream = this.stream++;
    return () => fillNormal(new Float32Array(sizeOf(shape)), seed, stream, mean, std, owner);
  }

  /** Uniform between -bound and bound. */
  uniform(shape: Shape, bound: number): Draw {
    checkShape("Initializer.uniform", shape);
    finiteNumber("Initializer.uniform", "bound", bound);
    const { seed, owner } = this;
    const stream = this.stream++;
    return () => fillUniform(new Float32Array(sizeOf(shape)), seed, stream, -bound, bound, owner);
  }

  /**
   * Normal numbers whose variance keeps that of the signal through a (leaky) ReLU: std = √(2 / ((1 + slope²) fan-in))
   * (He et al. 2015).
   */
  kaiming(shape: Shape, fanIn: number, slope = 0): Draw {
    return this.normal(shape, Math.sqrt(2 / ((1 + slope * slope) * fanIn)));
  }

  /** @param fanIn numbers that each output of the layer depends on */
  weight(shape: Shape, fanIn: number, how: WeightInit = "kaiming"): Draw {
    if (how === "kaiming") return this.kaiming(shape, fanIn);
    if (how === "torch") return this.uniform(shape, 1 / Math.sqrt(fanIn));
    if (typeof how !== "object" || !how || !("std" in how || "bound" in how))
      throw new GanvasError(`weightInit must be "kaiming", "torch", { std } or { bound }, got ${shown(how)}`);
    return "std" in how ? this.normal(shape, how.std) : this.uniform(shape, how.bound);
  }

  /** A layer's bias that goes with such a weight. */
  bias(size: number, fanIn: number, how: WeightInit = "kaiming"): Draw {
    return how === "torch" ? this.uniform([size], 1 / Math.sqrt(fanIn)) : () => new Float32Array(size);
  }
}

/**
 * What a layer was given behind its sizes: an initialiser and options, or options alone.
 * @throws GanvasError for anything else in the initialiser's place
 */
export function drawnBy<O extends object>(
  layer: string,
  init: Initializer | O | undefined,
  options: O | undefined,
): [Initializer, O] {
  const isOptions = init && !(init instanceof Initializer) && options === undefined && isPlain(init);
  const given = isOptions ? new Initializer() : (init ?? new Initializer());
  expectInitializer(layer, given);
  return [given as Initializer, isOptions ? (init as O) : options === undefined ? ({} as O) : options];
}

/** Checks that a layer has got what draws its weights. */
export function expectInitializer(layer: string, init: unknown): void {
  if (!(init instanceof Initializer))
    throw new GanvasError(
      `${layer}: init should be an Initializer, or options for one of its own, got ${shown(init)}`,
    );
}
