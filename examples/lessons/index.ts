/** All lessons, in the order in which they are read. */
import { batchNorm } from "./batch-norm.ts";
import { checkerboards } from "./checkerboards.ts";
import { convolution } from "./convolution.ts";
import { gradient } from "./gradient.ts";
import type { Lesson } from "./lesson.ts";

export const lessons: readonly Lesson[] = [gradient, convolution, checkerboards, batchNorm];
