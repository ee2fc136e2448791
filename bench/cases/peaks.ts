/** What the adapter can do at best: the roofs that kernels are measured against. */
import { mul } from "../../engine/index.ts";
import type { KernelOp } from "../../engine/graph/node.ts";
import { record, tensor } from "../../engine/tensor.ts";
import source from "../peak-fma.wgsl";
import { type Case, computing, state } from "../case.ts";

const THREADS = 16384;
const ITERATIONS = 1024;

const FMA: KernelOp = {
  kind: "kernel",
  name: "peak-fma",
  launches: () => [
    {
      name: "peak-fma",
      source,
      constants: { ITERATIONS },
      bindings: [{ input: 0 }, { output: true, write: true }],
      grid: [THREADS / 64, 1, 1],
    },
  ],
};

/** More than any cache holds. */
const COPIED = 2 ** 24;

export const peakFma: Case = {
  id: "peak-fma",
  title: "multiply-adds in registers",
  flops: THREADS * ITERATIONS * 24,
  prepare: async () => {
    const x = tensor([0.5, 0.6, 0.7, 0.8, 1, 2, 3, 4]);
    return computing(() => [record(FMA, [x], [THREADS, 4])]);
  },
};

export const peakCopy: Case = {
  id: "peak-copy",
  title: "copy of 16 M numbers",
  bytes: 8 * COPIED,
  prepare: async () => {
    const x = state([COPIED]);
    return computing(() => [mul(x, 2)]);
  },
};
