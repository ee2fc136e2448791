/** Losses that compare neighbours or embeddings rather than a prediction with its target. */
import { ShapeError } from "../errors.ts";
import { relu } from "../ops/activations.ts";
import { reshape, sum } from "../ops/broadcast.ts";
import { matmul } from "../ops/matmul.ts";
import { transpose } from "../ops/movement.ts";
import { add, div, eq, maximum, mul, sqrt, square, sub, where } from "../ops/pointwise.ts";
import { slice } from "../ops/slice.ts";
import { checkOptions, expectOneOf } from "../options.ts";
import { sameShape, showShape } from "../shape.ts";
import { expectTensors, type Tensor, tensor } from "../tensor.ts";

/**
 * Total variation, Σ of squared differences between neighbours to the right and below, over pixels and channels.
 * @param x images [n, h, w, c]
 * @param options.reduction over images: "mean" (default) or "sum"
 */
export function totalVariation(x: Tensor, options: { readonly reduction?: "mean" | "sum" } = {}): Tensor {
  expectTensors("totalVariation", { x });
  checkOptions("totalVariation", options, ["reduction"]);
  expectOneOf("totalVariation", "reduction", options.reduction ?? "mean", ["mean", "sum"]);
  if (x.rank !== 4)
    throw new ShapeError(`totalVariation: x should be [n, h, w, c], got ${showShape(x.shape)}`);
  const [n, h, w] = x.shape as [number, number, number];
  const down = sub(slice(x, [0, Math.min(1, h)], []), slice(x, [], [n, Math.max(h - 1, 0)]));
  const right = sub(slice(x, [0, 0, Math.min(1, w)], []), slice(x, [], [n, h, Math.max(w - 1, 0)]));
  const total = add(sum(square(down)), sum(square(right)));
  return options.reduction === "sum" ? total : mul(total, 1 / n);
}

/**
 * a·b / (max(‖a‖, eps) max(‖b‖, eps)) along an axis.
 * @param a and b of one shape
 * @param options.axis default the last
 * @param options.eps default 1e-8
 * @returns the shape without that axis
 */
export function cosineSimilarity(
  a: Tensor,
  b: Tensor,
  options: { readonly axis?: number; readonly eps?: number } = {},
): Tensor {
  expectTensors("cosineSimilarity", { a, b });
  checkOptions("cosineSimilarity", options, ["axis", "eps"]);
  const { axis = -1, eps = 1e-8 } = options;
  if (!sameShape(a.shape, b.shape))
    throw new ShapeError(`cosineSimilarity: a ${showShape(a.shape)} and b ${showShape(b.shape)} differ`);
  // Under the root, so that the derivative at 0 is that of eps.
  const length = (x: Tensor): Tensor => sqrt(maximum(sum(square(x), axis), Math.max(eps * eps, 1e-36)));
  return div(sum(mul(a, b), axis), mul(length(a), length(b)));
}

/** Both directions of the joint embedding loss, single numbers. */
export interface JointEmbeddingLoss {
  /** The symmetric loss: the sum of both. */
  readonly total: Tensor;
  /** Images against the texts of others. */
  readonly image: Tensor;
  /** Texts against the images of others. */
  readonly text: Tensor;
}

/**
 * Structured joint embedding as the char-CNN-RNN's code has it: with scores S = images · textsᵀ, the violations of the
 * margin, 1/n² Σᵢ Σ_{j≠i} max(0, margin + S_ij - S_ii), summed over all other texts of an image (the paper takes the largest),
 * and the same over all other images of a text (Reed et al., CVPR 2016, section 3).
 *
 * @param images [n, d] and `texts` [n, d]: pair i belongs together, all pairs are of different classes
 * @param options.margin default 1
 */
export function jointEmbeddingLoss(
  images: Tensor,
  texts: Tensor,
  options: { readonly margin?: number } = {},
): JointEmbeddingLoss {
  expectTensors("jointEmbeddingLoss", { images, texts });
  checkOptions("jointEmbeddingLoss", options, ["margin"]);
  if (images.rank !== 2 || !sameShape(images.shape, texts.shape))
    throw new ShapeError(
      `jointEmbeddingLoss: needs images and texts [n, d], got ${showShape(images.shape)} and ${showShape(texts.shape)}`,
    );
  const { margin = 1 } = options;
  const [n] = images.shape as [number, number];
  const scores = matmul(images, transpose(texts)); // [n, n]
  const own = sum(mul(images, texts), 1); // [n]
  const counted = tensor(Int32Array.from({ length: n }, (_, i) => i));
  const isOwn = eq(reshape(counted, [n, 1]), counted); // [n, n]
  const violations = (against: Tensor): Tensor => {
    const excess = relu(add(sub(scores, against), margin));
    return mul(sum(where(isOwn, 0, excess)), 1 / (n * n));
  };
  const [image, text] = [violations(reshape(own, [n, 1])), violations(own)];
  return { total: add(image, text), image, text };
}
