/** Long sums with few results, cut into slices so that enough threads take part; a second kernel adds up the slices. */
import { foldGrid, type Launch } from "../gpu/kernel.ts";
import type { Target } from "../graph/node.ts";
import sumSlices from "../../shaders/sum-slices.wgsl";
import { ceilDiv, vectorOf } from "./kernels.ts";

/** Workgroups that keep an adapter busy; a sum is cut until there are that many. */
const BUSY = { software: 16, hardware: 512 } as const;
/** Terms that one slice adds up at least. */
const MIN_SLICE = 256;

/**
 * Into how many slices to cut a sum over `terms`.
 * @param tiles workgroups that one slice takes
 * @param units pieces that a sum can be cut into at most
 */
export function slicesFor(tiles: number, units: number, terms: number, target: Target): number {
  const busy = ceilDiv(target.software ? BUSY.software : BUSY.hardware, tiles);
  return Math.max(Math.min(busy, units, ceilDiv(terms, MIN_SLICE)), 1);
}

/**
 * The launches of a kernel of two inputs that leaves `slices` partial results of `size` elements, in slices one behind
 * the other, and has the hook `epilogue` for `width` of them at a time.
 */
export function summed(
  launch: Omit<Launch, "bindings" | "epilogue" | "scratch">,
  slices: number,
  size: number,
  width: 1 | 4,
): readonly Launch[] {
  if (slices === 1)
    return [
      {
        ...launch,
        bindings: [{ input: 0 }, { input: 1 }, { output: true, write: true }],
        epilogue: { hook: "epilogue", width },
      },
    ];
  const total = vectorOf(size);
  return [
    {
      ...launch,
      bindings: [{ input: 0 }, { input: 1 }, { scratch: 0, write: true }],
      scratch: [{ size: slices * size }],
    },
    {
      name: "sum-slices",
      source: sumSlices,
      constants: { SLICES: slices, SIZE: size, Out: total.type, OUT_WIDTH: total.width },
      bindings: [{ scratch: 0 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(size / total.width, 64)),
      epilogue: { hook: "epilogue", width: total.width },
      flops: slices * size,
    },
  ];
}
