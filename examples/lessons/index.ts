/** All lessons, in the order in which they are read. */
import { gradient } from "./gradient.ts";
import type { Lesson } from "./lesson.ts";

export const lessons: readonly Lesson[] = [gradient];
