/** What a discriminator of points says all over the plane. */
import { grad, sum, type Tensor, tensor } from "../../engine/index.ts";
import { type Grid, middles } from "./divergences.ts";

export interface Field {
  /** Logits at the middles of the grid's cells, row by row from (-reach, -reach). */
  readonly logits: Float32Array;
  /** Where each point would go to look more real: the logit's gradient there, x and y in turn. */
  readonly gradient: Float32Array;
}

/**
 * The logits of a discriminator, and their gradient. Where its loss is the cross entropy, a logit estimates the logarithm of
 * the density ratio ln(p / q) of real and generated points; where it is relativistic, the same up to a constant.
 * @param judge logits [n] of points [n, 2]
 */
export async function discriminatorField(judge: (points: Tensor) => Tensor, grid: Grid): Promise<Field> {
  const points = tensor(Float32Array.from(middles(grid).flat()), [grid.cells ** 2, 2]);
  const answers = judge(points);
  const [slopes] = grad(sum(answers), [points]) as [Tensor];
  const [logits, gradient] = await Promise.all([answers.data(), slopes.data()]);
  return { logits: logits as Float32Array, gradient: gradient as Float32Array };
}

/** Estimates of p / q from logits: e to the logit. */
export const densityRatios = (logits: ArrayLike<number>): Float64Array =>
  Float64Array.from(logits, (logit) => Math.exp(logit));
