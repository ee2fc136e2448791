/** What each layer costs, forward and backward. */
import type { KernelRun, KernelWork, Profile } from "../gpu/profile.ts";
import { BACKWARD } from "../graph/node.ts";

/** Part of a training step that a kernel belongs to; everything of a plain forward pass is `forward`. */
export type Phase = "forward" | "backward" | "update";

/** Sums over kernels. */
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

/**
 * The phase of each of a profile's kernels, in their order. Kernels that compute for the gradient of a layer are of the backward
 * pass, also where they compute its values once more; a layer's own kernel stays forward where the loss's gradient has been
 * fused into it. What runs for no layer after the last of them prepares or does the update.
 */
export function phasesOf(kernels: readonly KernelWork[]): readonly Phase[] {
  const isBackward = ({ layer }: KernelWork) => {
    const names = layer.split(", ");
    return names.every((name) => name === BACKWARD) || names.some((name) => name.endsWith(` ${BACKWARD}`));
  };
  const backward = kernels.map(isBackward);
  const last = backward.lastIndexOf(true);
  return kernels.map((kernel, k) => {
    if (backward[k]) return "backward";
    return UPDATES.test(kernel.name) || (kernel.layer === "" && last >= 0 && k > last) ? "update" : "forward";
  });
}

/** The layer that a kernel counts for: the first of those whose ops it computes. */
export const layerOf = ({ layer }: KernelWork): string =>
  layer
    .split(", ")
    .map((name) => name.replace(BACKWARD, "").trim())
    .find((name) => name !== "") ?? "";

/** The costs of a profile's layers, in the order in which they first run. */
export function layerCosts({ kernels }: Profile): readonly LayerCost[] {
  const phases = phasesOf(kernels);
  const layers = [...new Set(kernels.map(layerOf))];
  return layers.map((layer) => {
    const cost = (phase: Phase) =>
      costOf(kernels.filter((run, k) => layerOf(run) === layer && phases[k] === phase));
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
