/** What each layer costs, forward and backward. */
import type { KernelRun, KernelWork, Profile } from "../gpu/profile.ts";
import { BACKWARD } from "../graph/node.ts";

/** Part of a training step that a kernel belongs to; everything of a plain forward pass is `forward`. */
export type Phase = "forward" | "backward" | "update";

export interface Cost {
  readonly kernels: number;
  readonly milliseconds: number;
  readonly flops: number;
  /** Read and written at least. */
  readonly bytes: number;
}

/** A layer, or under the empty name everything that was recorded outside of layers with names. */
export interface LayerCost extends Readonly<Record<Phase, Cost>> {
  readonly layer: string;
}

/** The shaders of the optimisers. */
const UPDATES = /^(adamw?|sgd|rmsprop)\b/;

/** Kernels that compute anything for a gradient are of the backward pass, also where they compute a layer's values once more. */
export function phaseOf({ name, layer }: KernelWork): Phase {
  if (UPDATES.test(name)) return "update";
  return layer.includes(BACKWARD) ? "backward" : "forward";
}

/** The layer that a kernel counts for: the first of those whose ops it computes. */
export const layerOf = ({ layer }: KernelWork): string =>
  layer
    .split(", ")
    .map((name) => name.replace(BACKWARD, "").trim())
    .find((name) => name !== "") ?? "";

/** The costs of a profile's layers, in the order in which they first run. */
export function layerCosts(profile: Profile): readonly LayerCost[] {
  const groups = new Map<string, KernelRun[]>();
  for (const run of profile.kernels) {
    const layer = layerOf(run);
    groups.set(layer, [...(groups.get(layer) ?? []), run]);
  }
  return [...groups].map(([layer, runs]) => {
    const cost = (phase: Phase) => costOf(runs.filter((run) => phaseOf(run) === phase));
    return { layer, forward: cost("forward"), backward: cost("backward"), update: cost("update") };
  });
}

const costOf = (runs: readonly KernelRun[]): Cost => ({
  kernels: runs.length,
  milliseconds: sum(runs, "milliseconds"),
  flops: sum(runs, "flops"),
  bytes: sum(runs, "bytes"),
});

const sum = (runs: readonly KernelRun[], of: "milliseconds" | "flops" | "bytes"): number =>
  runs.reduce((total, run) => total + run[of], 0);
