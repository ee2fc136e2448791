/** The buffers of an op's launches, and the types that their elements have in memory. */
import { type DType, storedType } from "../dtype.ts";
import { type Launch, type Scratch, storedAlias } from "../gpu/kernel.ts";
import type { Node, Target } from "./node.ts";

/** The buffer behind a binding: a node's value, a scratch buffer of the step, or state that an effect writes. */
export type Operand =
  | { readonly node: Node; readonly write: boolean }
  | { readonly scratch: number; readonly write: boolean }
  | { readonly effect: Node; readonly state: number; readonly write: boolean };

/** A buffer that lives for one step. */
export interface LoweredScratch {
  readonly size: number;
  readonly dtype: DType;
}

/** All scratch buffers of a step. */
export function scratchOf(root: Node, launches: readonly Launch[]): readonly LoweredScratch[] {
  const all = launches.flatMap((launch) => launch.scratch ?? []);
  const dtypeOf = (like: Scratch["like"]): DType => {
    if (!like) return "f32";
    if ("input" in like) return (root.inputs[like.input] as Node).dtype;
    return "scratch" in like ? dtypeOf((all[like.scratch] as Scratch).like) : root.dtype;
  };
  return all.map(({ size, like }) => ({ size, dtype: dtypeOf(like) }));
}

/** Values for the aliases of the bindings that hold half precision. */
export function storedTypes(
  { name, source, constants }: Launch,
  operands: readonly Operand[],
  scratch: readonly LoweredScratch[],
  target: Target,
): Record<string, string> {
  const types: Record<string, string> = {};
  operands.forEach((operand, k) => {
    const { dtype } =
      "node" in operand
        ? operand.node
        : "scratch" in operand
          ? (scratch[operand.scratch] as LoweredScratch)
          : { dtype: "f32" as const };
    if (dtype !== "f16" || !target.nativeF16) return;
    const { alias, type } = storedAlias(name, source, k, constants);
    types[alias] = storedType(dtype, type === "f32" ? 1 : 4, true);
  });
  return types;
}
