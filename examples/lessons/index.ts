/** All lessons, in the order in which they are read. */
import { batchNorm } from "./batch-norm.ts";
import { checkerboards } from "./checkerboards.ts";
import { conditional } from "./conditional.ts";
import { convolution } from "./convolution.ts";
import { game } from "./game.ts";
import { gradient } from "./gradient.ts";
import { kernels } from "./kernels.ts";
import type { Lesson } from "./lesson.ts";
import { matching } from "./matching.ts";
import { perceptual } from "./perceptual.ts";
import { pyramid } from "./pyramid.ts";
import { style } from "./style.ts";

export const lessons: readonly Lesson[] = [
  gradient,
  convolution,
  checkerboards,
  batchNorm,
  game,
  conditional,
  pyramid,
  perceptual,
  matching,
  style,
  kernels,
];
