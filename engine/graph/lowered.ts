/** What a step becomes: its dispatches and their buffers. */
import type { LoweredScratch, Operand } from "./operands.ts";
import type { Step } from "./schedule.ts";

export interface LoweredKernel {
  readonly name: string;
  readonly text: string;
  readonly operands: readonly Operand[];
  readonly grid: readonly [number, number, number];
  readonly flops: number;
}

export interface LoweredStep {
  readonly step: Step;
  readonly kernels: readonly LoweredKernel[];
  readonly scratch: readonly LoweredScratch[];
}
