/**
 * References of ops that are not in the interface `Ops`: whoever adds an op gives its float64 form here by name, from
 * the op's own test or, for pointwise ops, from its definition in the engine.
 */

import type { RefTensor } from "./array.ts";
import type { Operand } from "./ops.ts";

type Reference = (...args: readonly Operand<RefTensor>[]) => RefTensor;

const references = new Map<string, Reference>();

/** Says what the op `name` computes. */
export function defineReference(name: string, reference: Reference): void {
  references.set(name, reference);
}

/** The op of this name. */
export function named(name: string, ...args: readonly Operand<RefTensor>[]): RefTensor {
  const reference = references.get(name);
  if (!reference) throw new Error(`the op "${name}" has no reference`);
  return reference(...args);
}
