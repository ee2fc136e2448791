/** Losses of the text-to-image GAN and of its style encoder: Reed et al., ICML 2016, sections 4.2 to 4.4. */
import {
  add,
  concat,
  mean,
  mul,
  neg,
  slice,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
} from "../../engine/index.ts";

/** Logits of the discriminator for a batch of each kind, all [n]. */
export interface MatchingScores {
  /** Real images with their captions. */
  readonly real: Tensor;
  /** Real images with captions of others; absent in the plain GAN. */
  readonly wrong?: Tensor | undefined;
  /** Generated images with the captions they were made from. */
  readonly fake: Tensor;
}

/** The discriminator's loss and its terms, all scalars. */
export interface MatchingLoss {
  readonly total: Tensor;
  readonly real: Tensor;
  readonly wrong?: Tensor;
  readonly fake: Tensor;
}

/**
 * -log D(real) - log(1 - D(fake)); where there are mismatched pairs (GAN-CLS) they and the fakes count half each, so that
 * the discriminator also learns whether image and caption belong together.
 */
export function matchingAwareLoss({ real, wrong, fake }: MatchingScores): MatchingLoss {
  const ofReal = mean(softplus(neg(real)));
  const ofFake = mean(softplus(fake));
  if (!wrong) return { total: add(ofReal, ofFake), real: ofReal, fake: ofFake };
  const ofWrong = mean(softplus(wrong));
  return { total: add(ofReal, mul(add(ofWrong, ofFake), 0.5)), real: ofReal, wrong: ofWrong, fake: ofFake };
}

/** -log D(fake), averaged over all rows, mixed captions included. */
export const generatorLoss = (scores: Tensor): Tensor => mean(softplus(neg(scores)));

/**
 * GAN-INT: adds rows between the captions. Row n + i is β text[i] + (1 - β) text[i + n/2]; no real image belongs to it, so
 * only the generator's loss sees it.
 * @param text [n, textDim], n even (the last row of an odd batch gets no partner)
 * @returns [n + ⌊n/2⌋, textDim]
 */
export function withInterpolations(text: Tensor, beta = 0.5): Tensor {
  const [n = 0, width = 0] = text.shape;
  const half = Math.floor(n / 2);
  const first = slice(text, [0, 0], [half, width]);
  const second = slice(text, [half, 0], [2 * half, width]);
  return concat([text, add(mul(first, beta), mul(second, 1 - beta))], 0);
}

/** Squared distance between noise and what the style encoder reads from the image made of it; both [n, latentDim]. */
export const styleLoss = (z: Tensor, style: Tensor): Tensor => mean(sum(square(sub(z, style)), 1));
