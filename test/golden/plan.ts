/** What a step of training becomes, as one hash a part: every shader's text, and the plan of its dispatches. No device is opened. */
import { createHash } from "node:crypto";
import type { Gpu } from "../../engine/gpu/device.ts";
import type { Assembly, Place } from "../../engine/graph/assemble.ts";
import { runtime } from "../../engine/graph/runtime.ts";
import type { Tensor } from "../../engine/index.ts";

export interface PlanHashes {
  readonly kernels: number;
  /** Of all WGSL sources, after specialisation, in the order in which they run. */
  readonly sources: string;
  /** Of names, grids, buffers and their lifetimes, uploads and outputs. */
  readonly dispatches: string;
}

/** Adapters that exist on paper only, so that the same plans come out on every machine. */
export const ADAPTERS = {
  /** As lavapipe is. */
  software: { software: true, subgroupSize: 8, nativeF16: false },
  /** As a desktop GPU is. */
  hardware: { software: false, subgroupSize: 32, nativeF16: true },
} as const;

/** What it takes to compute `record()`, with the updates that it records. */
export async function planOf(record: () => Tensor, adapter: keyof typeof ADAPTERS): Promise<PlanHashes> {
  const gpu = { info: ADAPTERS[adapter], maxBinding: 2 ** 27, maxBindings: 8, destroy: () => {} };
  runtime.use(gpu as unknown as Gpu);
  try {
    const { assembly } = await runtime.explain([record().node]);
    return hashesOf(assembly);
  } finally {
    await runtime.close();
  }
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

function hashesOf({ kernels, values, externals, uploads, small, outputs, ring }: Assembly): PlanHashes {
  const show = (place: Place | undefined) =>
    place && ("external" in place ? ["external", place.external] : [place.value, place.offset, place.bytes]);
  const dispatches = kernels.map(({ lowered: { name, operands, grid }, places }) => ({
    name,
    grid,
    access: operands.map(({ write }) => (write ? "w" : "r")).join(""),
    buffers: places.map(show),
  }));
  const rest = [
    values.map(({ bytes, first, last }) => [bytes, first, last]),
    externals.map(({ at, state }) => [at, state]),
    uploads.map(({ at, place }) => [at, show(place)]),
    [show(small.place), small.leaves.map(({ at, offset }) => [at, offset])],
    outputs.map(show),
    ring.map(({ at, place, bytes }) => [at, show(place), bytes]),
  ];
  return {
    kernels: kernels.length,
    sources: hash(kernels.map(({ lowered }) => lowered.text).join("\0")),
    dispatches: hash(JSON.stringify([dispatches, rest])),
  };
}
