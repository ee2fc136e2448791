/** Initial weights, drawn from counter-based random numbers: the same seed gives the same network. */
import { fillNormal, fillUniform } from "../random.ts";
import { sizeOf, type Shape } from "../shape.ts";

/** Draws the weights of one network; each call takes a random stream of its own. */
export class Initializer {
  private readonly seed: number;
  private stream = 0;

  constructor(seed: number) {
    this.seed = seed;
  }

  normal(shape: Shape, std: number, mean = 0): Float32Array {
    return fillNormal(new Float32Array(sizeOf(shape)), this.seed, this.stream++, mean, std);
  }

  uniform(shape: Shape, bound: number): Float32Array {
    return fillUniform(new Float32Array(sizeOf(shape)), this.seed, this.stream++, -bound, bound);
  }

  /**
   * Normal numbers whose variance keeps that of the signal through a (leaky) ReLU: std = √(2 / ((1 + slope²) fan-in))
   * (He et al. 2015).
   */
  kaiming(shape: Shape, fanIn: number, slope = 0): Float32Array {
    return this.normal(shape, Math.sqrt(2 / ((1 + slope * slope) * fanIn)));
  }
}
