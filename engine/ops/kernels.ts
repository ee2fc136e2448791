/** Choosing among the forms of one kernel, and how its threads are laid out. */
import type { Target } from "../graph/node.ts";

/** Form of a kernel file: `NAME.FORM.wgsl`. All forms of a kernel compute the same numbers up to rounding. */
export type Form = "naive" | "tile" | "subgroup";

/** Width of the vectors a file reads or writes along an axis of `n` elements, and their WGSL type. */
export const vectorOf = (n: number): { width: 1 | 4; type: "f32" | "vec4f" } =>
  n % 4 === 0 ? { width: 4, type: "vec4f" } : { width: 1, type: "f32" };

/**
 * The fast form for this adapter. On software adapters a subgroup is one SIMD vector: sharing values inside it replaces
 * the gathers that are dear there. GPUs get register tiles.
 */
export function fastForm(target: Target): Form {
  if (target.form && (target.form !== "subgroup" || target.subgroupSize > 0)) return target.form;
  return target.software && target.subgroupSize > 0 && target.subgroupSize <= 16 ? "subgroup" : "tile";
}

/** The smallest power of two that covers `n` columns, at most `most`. */
export function lanesFor(n: number, most: number): number {
  let lanes = 1;
  while (lanes < most && lanes < n) lanes *= 2;
  return lanes;
}

/** Threads of a tiled kernel along columns and along rows. */
export function tileThreads(columns: number): { COLUMN_THREADS: number; ROW_THREADS: number } {
  const COLUMN_THREADS = lanesFor(columns, 16);
  return { COLUMN_THREADS, ROW_THREADS: 64 / COLUMN_THREADS };
}

/** Workgroups below which an adapter has idle cores; thread tiles are then made smaller. */
export const FEW_TILES = 16;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
