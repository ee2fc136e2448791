/** Gradient clipping by the global norm, on the GPU. */
import { runtime } from "../graph/runtime.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, minimum, mul, ne, sqrt, square, where } from "../ops/pointwise.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** Keeps the quotient finite where all gradients are 0 (PyTorch's number). */
const TINY = 1e-6;

/**
 * What gradients are multiplied by so that the norm of `scale`·gradients is at most `maxNorm`: `scale` itself without one.
 * A scale of 0 stays 0, whatever the gradients are.
 *
 * @param gradients all of them in one flat tensor, zeros between
 * @param scale a single number
 * @returns factor, a single number, and the norm before clipping
 */
export function clipFactor(
  gradients: Tensor,
  scale: Tensor,
  maxNorm: number | undefined,
): { factor: Tensor; norm?: Tensor } {
  if (maxNorm === undefined) return { factor: scale };
  const norm = mul(scale, sqrt(sum(square(gradients))));
  // The norm is computed anyway; stored, it can be read after the update.
  runtime.keep(norm.node, "scalar");
  const share = minimum(div(tensor(maxNorm), add(norm, TINY)), 1);
  return { factor: where(ne(scale, 0), mul(scale, share), 0), norm };
}
