/** What the profile page measures by, and its numbers in words. Pure functions, no DOM. */
import type { LayerCost, Phase, ProfileReport } from "../../engine-bridge.ts";

/** What bars are as long as: time, bytes read and written, or arithmetic. */
export type Measure = "milliseconds" | "bytes" | "flops";

export const PHASES: readonly Phase[] = ["forward", "backward", "update"];

export const MEASURES: readonly { readonly measure: Measure; readonly title: string }[] = [
  { measure: "milliseconds", title: "Time" },
  { measure: "bytes", title: "Bytes" },
  { measure: "flops", title: "Arithmetic" },
];

/** Layers that belong together: `body.0` holds `body.0.conv1` and all others of that block. */
export interface Block {
  readonly name: string;
  readonly layers: readonly LayerCost[];
}

/** Layers by the first part of their names, and its number where it has one, in their order; after the network's, where all have it. */
export function blocksOf(layers: readonly LayerCost[]): readonly Block[] {
  const blocks = new Map<string, LayerCost[]>();
  const networks = new Set(layers.flatMap(({ layer }) => (layer === "" ? [] : [layer.split(".")[0]])));
  const pattern = networks.size === 1 ? /^\w+(\.[a-z]\w*)?(\.\d+)?/i : /^\w+(\.\d+)?/;
  for (const cost of layers) {
    const name = pattern.exec(cost.layer)?.[0] ?? "";
    blocks.set(name, [...(blocks.get(name) ?? []), cost]);
  }
  return [...blocks].map(([name, members]) => ({ name, layers: members }));
}

/** How much of a measure layers take in a phase. */
export const amountOf = (layers: readonly LayerCost[], phase: Phase, measure: Measure): number =>
  layers.reduce((sum, cost) => sum + cost[phase][measure], 0);

/** In all phases. */
export const totalOf = (layers: readonly LayerCost[], measure: Measure): number =>
  PHASES.reduce((sum, phase) => sum + amountOf(layers, phase, measure), 0);

/** "1.24 ms", "3.1 MiB", "19 Mflop". */
export function formatAmount(amount: number, measure: Measure): string {
  if (measure === "milliseconds") return formatTime(amount);
  if (measure === "bytes") return scaled(amount, 1024, ["B", "KiB", "MiB", "GiB"]);
  return scaled(amount, 1000, ["flop", "kflop", "Mflop", "Gflop", "Tflop"]);
}

/** "0.012 ms", "1.24 ms", "2.31 s". */
export function formatTime(milliseconds: number): string {
  if (milliseconds >= 1000) return `${digits(milliseconds / 1000)}\u00a0s`;
  return `${milliseconds < 0.1 ? milliseconds.toFixed(3) : digits(milliseconds)}\u00a0ms`;
}

/** 10⁹ a second, "" where no time is known. */
export const formatRate = (amount: number, milliseconds: number): string =>
  milliseconds > 0 ? digits(amount / milliseconds / 1e6) : "";

function scaled(amount: number, base: number, units: readonly string[]): string {
  const power =
    amount < base ? 0 : Math.min(units.length - 1, Math.floor(Math.log(amount) / Math.log(base) + 1e-9));
  const value = amount / base ** power;
  return `${power === 0 ? Math.round(value) : digits(value)}\u00a0${units[power]}`;
}

/** Three digits, or all before the point. */
const digits = (value: number): string => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

/** What is not as one would expect of the numbers, in sentences; empty where nothing is. */
export function remarks({ timed, grain, runs }: ProfileReport): string {
  if (!timed)
    return (
      "This browser does not tell when a kernel begins and ends (it has no timestamp-query). Shown instead: what each " +
      "kernel reads, writes and computes, and how long a whole run takes on the wall."
    );
  if (grain !== undefined)
    return `This browser rounds the times of kernels to ${digits(grain)} ms; short ones become true only in the mean of ${runs} runs.`;
  return "";
}
