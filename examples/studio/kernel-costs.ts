/** What each kernel of a profile costs, and what for. */
import { type KernelRun, layerOf, type Phase, type Profile, phasesOf } from "../../engine/inspect/index.ts";

/** A kernel in the order in which they run. */
export interface KernelCost extends KernelRun {
  readonly phase: Phase;
  /** The one of its layers that it counts for. */
  readonly ownLayer: string;
}

export function kernelCosts({ kernels }: Profile): KernelCost[] {
  const phases = phasesOf(kernels);
  return kernels.map((run, k) => ({ ...run, phase: phases[k] ?? "forward", ownLayer: layerOf(run) }));
}
