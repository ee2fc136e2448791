/** Losses, in both reductions. */

import { given, type OpCase, opCase, real, whole } from "./case.ts";

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
];

export const lossCases: readonly OpCase[] = [...pairwise, ...others];
