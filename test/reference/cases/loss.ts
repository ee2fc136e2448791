/** Losses, in both reductions. */

import { given, type OpCase, opCase, positive, real, whole } from "./case.ts";

const PAIRWISE = ["mse", "l1", "smoothL1", "bceWithLogits"] as const;
const REDUCTIONS = ["mean", "sum"] as const;

const pairwise: OpCase[] = PAIRWISE.flatMap((op) => [
  ...REDUCTIONS.map((reduction) =>
    opCase(`${op} ${reduction}`, [real([2, 3, 5]), real([2, 3, 5])], (k, x, target) =>
      k[op](x, target, { reduction }),
    ),
  ),
  opCase(`${op} against 1`, [real([9])], (k, x) => k[op](x, 1)),
]);

const others: OpCase[] = [
  opCase("smoothL1 beta 0.5", [real([9]), real([9])], (k, x, target) => k.smoothL1(x, target, { beta: 0.5 })),
  opCase("smoothL1 beta 0", [real([9]), real([9])], (k, x, target) => k.smoothL1(x, target, { beta: 0 })),
  opCase("l1 of equals", [given([3], [1, 2, 3]), given([3], [1, 3, 2])], (k, x, target) => k.l1(x, target), {
    kink: true,
  }),
  opCase("bceWithLogits of large and zero logits", [given([7], [-100, -30, -1, 0, 1, 30, 100])], (k, x) =>
    k.bceWithLogits(x, 0.9),
  ),
  ...REDUCTIONS.map((reduction) =>
    opCase(`crossEntropy ${reduction}`, [real([4, 5]), whole([4], 5)], (k, logits, target) =>
      k.crossEntropy(logits, target, { reduction }),
    ),
  ),
  opCase("bceWithLogits of unsure targets", [real([9]), positive([9], 0.1, 0.9)], (k, x, target) =>
    k.bceWithLogits(x, target),
  ),
];

const KINDS = [
  "non-saturating",
  "saturating",
  "hinge",
  "least-squares",
  "wasserstein",
  "relativistic-average",
  "relativistic-pairing",
] as const;
/** Logits of real and generated samples of this loss belong together. */
const inPairs = (kind: (typeof KINDS)[number]) => kind === "relativistic-pairing";

const gans: OpCase[] = [
  ...KINDS.flatMap((kind) => [
    opCase(
      `${kind} loss of the discriminator`,
      [real([inPairs(kind) ? 7 : 5, 1]), real([7, 1])],
      (k, x, fake) => k.ganLoss(kind).discriminator(x, fake),
    ),
    opCase(`${kind} loss of the generator`, [real([7, 1]), real([inPairs(kind) ? 7 : 5, 1])], (k, fake, x) =>
      kind.startsWith("relativistic")
        ? k.ganLoss(kind).generator(fake, x)
        : k.add(k.ganLoss(kind).generator(fake), k.mean(x)),
    ),
  ]),
  ...(
    ["non-saturating", "saturating", "least-squares", "relativistic-average", "relativistic-pairing"] as const
  ).map((kind) =>
    opCase(`${kind} loss with smoothed labels`, [real([6]), real([6])], (k, x, fake) =>
      k.ganLoss(kind, { realTarget: 0.9 }).discriminator(x, fake),
    ),
  ),
  opCase(
    "GAN loss of large logits",
    [given([6], [-100, -30, -1, 1, 30, 100]), given([4], [-90, -20, 20, 90])],
    (k, x, fake) => k.ganLoss("non-saturating").discriminator(x, fake),
  ),
];

const similarities: OpCase[] = [
  opCase("totalVariation", [real([2, 3, 4, 3])], (k, x) => k.totalVariation(x)),
  opCase("totalVariation sum", [real([2, 5, 3, 1])], (k, x) => k.totalVariation(x, { reduction: "sum" })),
  opCase("totalVariation of one pixel", [real([2, 1, 1, 3])], (k, x) => k.totalVariation(x)),
  opCase("cosineSimilarity", [real([3, 7]), real([3, 7])], (k, a, b) => k.cosineSimilarity(a, b)),
  opCase("cosineSimilarity along the first axis", [real([4, 5]), real([4, 5])], (k, a, b) =>
    k.cosineSimilarity(a, b, { axis: 0, eps: 1e-3 }),
  ),
  opCase(
    "cosineSimilarity of zeros",
    [given([2, 3], [0, 0, 0, 1, 2, 3]), real([2, 3])],
    (k, a, b) => k.cosineSimilarity(a, b, { eps: 0.5 }),
    { kink: true },
  ),
  opCase("jointEmbeddingLoss", [real([4, 6]), real([4, 6])], (k, v, t) => k.jointEmbeddingLoss(v, t).total),
  opCase(
    "jointEmbeddingLoss of images",
    [real([3, 5]), real([3, 5])],
    (k, v, t) => k.jointEmbeddingLoss(v, t, { margin: 0.5 }).image,
  ),
];

export const lossCases: readonly OpCase[] = [...pairwise, ...others, ...gans, ...similarities];
