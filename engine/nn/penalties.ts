/**
 * Penalties on the gradient of a discriminator by its input. Their own gradients by the discriminator's parameters are second
 * derivatives, through every layer that it has. Each runs the discriminator once, so that batch norm's running statistics move.
 */
import { grad } from "../autograd.ts";
import { GanvasError, ShapeError, shown } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { detach, reshape, sum } from "../ops/broadcast.ts";
import { add, maximum, mul, sqrt, square, sub } from "../ops/pointwise.ts";
import { mean } from "../ops/reduce.ts";
import { sameShape, showShape } from "../shape.ts";
import { expectTensors, type Tensor } from "../tensor.ts";

/** Logits of a batch of samples [n, ...]; where it gives several answers for each sample, their mean is what is penalised. */
export type Discriminator = (x: Tensor) => Tensor;

/** Below this a squared norm counts as 0, where the norm has no derivative. */
const TINY = 1e-30;

/** ‖∂D/∂x‖² of each sample, [n]. */
function squaredNorms(discriminator: Discriminator, x: Tensor): Tensor {
  const answers = discriminator(x);
  const [gradient] = grad(sum(answers), [x]) as [Tensor];
  const axes = x.shape.map((_, axis) => axis).slice(1);
  const perSample = answers.size / (x.shape[0] as number);
  return mul(sum(square(gradient), axes), 1 / perSample ** 2);
}

const expectBatch = (penalty: string, discriminator: Discriminator, x: Tensor): void => {
  if (typeof discriminator !== "function")
    throw new GanvasError(
      `${penalty}: the discriminator should be a function, such as (x) => net.forward(x), got ${shown(discriminator)}`,
    );
  expectTensors(penalty, { real: x });
  if (x.rank < 2) throw new ShapeError(`${penalty}: needs a batch [n, ...], got ${showShape(x.shape)}`);
};

/**
 * The gradient penalty of WGAN-GP: weight · meanₙ (‖∂D/∂x‖ - 1)² at x = α real + (1 - α) fake (Gulrajani et al. 2017).
 *
 * @param real samples [n, ...], and `fake` as many; neither receives a gradient
 * @param alpha [n], uniform in [0, 1)
 * @param options.weight default 10
 */
export function gradientPenalty(
  discriminator: Discriminator,
  real: Tensor,
  fake: Tensor,
  alpha: Tensor,
  options: { readonly weight?: number } = {},
): Tensor {
  expectBatch("gradientPenalty", discriminator, real);
  expectTensors("gradientPenalty", { fake, alpha });
  checkOptions("gradientPenalty", options, ["weight"]);
  if (!sameShape(real.shape, fake.shape))
    throw new ShapeError(
      `gradientPenalty: real ${showShape(real.shape)} and fake ${showShape(fake.shape)} differ`,
    );
  const [n = 0] = real.shape;
  if (!sameShape(alpha.shape, [n]))
    throw new ShapeError(
      `gradientPenalty: alpha should be [${n}], one number a sample, got ${showShape(alpha.shape)}`,
    );
  const share = reshape(
    alpha,
    real.shape.map((_, axis) => (axis === 0 ? n : 1)),
  );
  const x = add(mul(share, detach(real)), mul(sub(1, share), detach(fake)));
  const norms = sqrt(maximum(squaredNorms(discriminator, detach(x)), TINY));
  return mul(mean(square(sub(norms, 1))), options.weight ?? 10);
}

/**
 * R1: gamma / 2 · meanₙ ‖∂D/∂x‖² on real samples (Mescheder et al. 2018).
 * @param real samples [n, ...]; receive no gradient
 * @param options.gamma default 10; where the penalty is taken at every k-th step only, k times as much (StyleGAN2)
 */
export function r1Penalty(
  discriminator: Discriminator,
  real: Tensor,
  options: { readonly gamma?: number } = {},
): Tensor {
  expectBatch("r1Penalty", discriminator, real);
  checkOptions("r1Penalty", options, ["gamma"]);
  return mul(mean(squaredNorms(discriminator, detach(real))), (options.gamma ?? 10) / 2);
}
