/** Losses: one scalar, the mean or the sum over all elements. */

import { type RefTensor, sizeOf } from "./array.ts";
import { forms } from "./form.ts";
import type { GanLoss, GanLossKind, LossOptions, Operand, Ops } from "./ops.ts";
import { lift, pointwise, zip } from "./pointwise.ts";
import { reductions } from "./reduce.ts";
import * as scalar from "./scalars.ts";
import { constant, mul, primal, type Scalar, sub } from "./tape.ts";

const reduced = (x: RefTensor, options: LossOptions | undefined): RefTensor =>
  options?.reduction === "sum" ? reductions.sum(x) : reductions.mean(x);

const lossOf =
  (f: (prediction: Scalar, target: Scalar) => Scalar) =>
  (prediction: RefTensor, target: Operand<RefTensor>, options?: LossOptions) =>
    reduced(zip(prediction, target, f), options);

export const losses = {
  mse: lossOf((x, t) => scalar.square(sub(x, t))),
  l1: lossOf((x, t) => scalar.abs(sub(x, t))),
  /** d²/2β below β, d - β/2 above. */
  smoothL1: (prediction, target, options) => {
    const beta = options?.beta ?? 1;
    const loss = lossOf((x, t) => {
      const d = scalar.abs(sub(x, t));
      return primal(d) < beta ? mul(constant(0.5 / beta), scalar.square(d)) : sub(d, constant(0.5 * beta));
    });
    return loss(prediction, target, options);
  },
  /** -t·log σ(x) - (1 - t)·log σ(-x). */
  bceWithLogits: lossOf((x, t) => sub(scalar.softplus(x), mul(x, t))),
  crossEntropy(logits, target, options) {
    const n = sizeOf(target.shape);
    const chosen = forms.gather(reductions.logSoftmax(logits, -1), forms.reshape(lift(target), [n, 1]), 1);
    return reduced(pointwise.neg(chosen), options);
  },
  ganLoss(kind, { realTarget = 1 } = {}) {
    const { mean } = reductions;
    const { add, mul, neg, relu, softplus, square, sub } = pointwise;
    /** -t·mean log σ(x) - (1 - t)·mean log σ(-x). */
    const entropy = (x: RefTensor, t: number): RefTensor =>
      add(mul(mean(softplus(neg(x))), t), mul(mean(softplus(x)), 1 - t));
    const entropies = (real: RefTensor, fake: RefTensor): RefTensor =>
      add(entropy(real, realTarget), entropy(fake, 0));
    const least = (x: RefTensor, t: number): RefTensor => mul(mean(square(sub(x, t))), 0.5);
    const relative = (x: RefTensor, to: RefTensor): RefTensor => sub(x, mean(to));
    const kinds: Readonly<Record<GanLossKind, GanLoss<RefTensor>>> = {
      "non-saturating": { discriminator: entropies, generator: (fake) => entropy(fake, 1) },
      saturating: { discriminator: entropies, generator: (fake) => neg(entropy(fake, 0)) },
      hinge: {
        discriminator: (real, fake) => add(mean(relu(sub(1, real))), mean(relu(add(1, fake)))),
        generator: (fake) => neg(mean(fake)),
      },
      "least-squares": {
        discriminator: (real, fake) => add(least(real, realTarget), least(fake, 0)),
        generator: (fake) => least(fake, 1),
      },
      wasserstein: {
        discriminator: (real, fake) => sub(mean(fake), mean(real)),
        generator: (fake) => neg(mean(fake)),
      },
      "relativistic-average": {
        discriminator: (real, fake) => entropies(relative(real, fake), relative(fake, real)),
        generator: (fake, real) => {
          const of = real as RefTensor;
          return add(entropy(relative(of, fake), 0), entropy(relative(fake, of), 1));
        },
      },
      "relativistic-pairing": {
        discriminator: (real, fake) => entropy(sub(real, fake), realTarget),
        generator: (fake, real) => entropy(sub(fake, real as RefTensor), 1),
      },
    };
    return kinds[kind];
  },
  /** Σ of squared differences between neighbours, down and to the right; its mean over images. */
  totalVariation(x, options) {
    const along = (axis: number): RefTensor => {
      const begin = x.shape.map((_, i) => (i === axis ? 1 : 0));
      const end = x.shape.map((n, i) => (i === axis ? n - 1 : n));
      const zero = x.shape.map(() => 0);
      const difference = pointwise.sub(forms.slice(x, begin, x.shape), forms.slice(x, zero, end));
      return reductions.sum(pointwise.square(difference));
    };
    const total = pointwise.add(along(1), along(2));
    return options?.reduction === "sum" ? total : pointwise.div(total, x.shape[0] as number);
  },
  /** (1/n²)·Σᵢ Σ_{j≠i} max(0, margin + s_ij - s_ii) over rows (images) and over columns (texts), and their sum. */
  jointEmbeddingLoss(images, texts, { margin = 1 } = {}) {
    const n = images.shape[0] as number;
    const row = (x: RefTensor, i: number): RefTensor => forms.slice(x, [i, 0], [i + 1, x.shape[1] as number]);
    const score = (i: number, j: number): RefTensor =>
      reductions.sum(pointwise.mul(row(images, i), row(texts, j)));
    const zero = lift(0);
    const violations = (other: (i: number, j: number) => RefTensor): RefTensor => {
      let sum = zero;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          if (i !== j) {
            const excess = pointwise.sub(pointwise.add(other(i, j), margin), score(i, i));
            sum = pointwise.add(sum, pointwise.relu(excess));
          }
      return pointwise.div(sum, n * n);
    };
    const image = violations(score);
    const text = violations((i, j) => score(j, i));
    return { total: pointwise.add(image, text), image, text };
  },
  /** a·b / (max(‖a‖, eps)·max(‖b‖, eps)). */
  cosineSimilarity(a, b, { axis = -1, eps = 1e-8 } = {}) {
    const { add, div, gt, maximum, mul, sqrt, square, where } = pointwise;
    const length = (x: RefTensor): RefTensor => {
      const squares = reductions.sum(square(x), axis);
      const isPositive = gt(squares, 0);
      // √ has no derivative at 0, where the norm's is taken as 0.
      return maximum(mul(isPositive, sqrt(where(isPositive, squares, add(squares, 1)))), eps);
    };
    return div(reductions.sum(mul(a, b), axis), mul(length(a), length(b)));
  },
} satisfies Partial<Ops<RefTensor>>;
