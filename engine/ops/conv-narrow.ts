/**
 * Convolutions with few output channels and a wide window, such as SRGAN's 9×9 64 -> 3 output layer: a tile of a matrix
 * product is wider than 3 columns, so the taps of a window row become columns of their own, of a convolution with a
 * window of KH × 1; shifted sums put them together. See `shaders/conv2d-narrow.weights.wgsl`.
 */
import { type Binding, foldGrid, type Launch, type Scratch } from "../gpu/kernel.ts";
import expandSource from "../../shaders/conv2d-narrow.expand.wgsl";
import sumSource from "../../shaders/conv2d-narrow.sum.wgsl";
import weightsSource from "../../shaders/conv2d-narrow.weights.wgsl";
import type { Geometry } from "./conv-geometry.ts";
import { ceilDiv } from "./kernels.ts";

type Lower = (wide: Geometry) => readonly Launch[];

const EPILOGUE = { hook: "epilogue1", width: 1 } as const;

/** The convolution with a window of one column. */
function widened(g: Geometry): Geometry {
  return { ...g, OW: g.W, O: 4 * ceilDiv(g.KW * g.O, 4), KW: 1, SW: 1, PW: 0, DW: 1 };
}

const weightsSize = (wide: Geometry): number => wide.KH * wide.I * wide.O;
const spreadSize = (wide: Geometry): number => wide.N * wide.OH * wide.W * wide.O;

function weights(g: Geometry, wide: Geometry, from: Binding, to: Binding, back: boolean): Launch {
  const size = back ? g.KH * g.KW * g.I * g.O : weightsSize(wide);
  return {
    name: "conv2d-narrow.weights",
    source: weightsSource,
    constants: { KH: g.KH, KW: g.KW, I: g.I, O: g.O, COLUMNS: wide.O, BACK: back ? "true" : "false" },
    bindings: [from, { ...to, write: true }],
    grid: foldGrid(ceilDiv(size, 64)),
    epilogue: EPILOGUE,
  };
}

const sizesOf = (g: Geometry, wide: Geometry) => ({
  N: g.N,
  W: g.W,
  OH: g.OH,
  OW: g.OW,
  O: g.O,
  KW: g.KW,
  PAD_W: g.PW,
  DILATION_W: g.DW,
  COLUMNS: wide.O,
});

const expand = (g: Geometry, wide: Geometry, from: Binding, to: Binding): Launch => ({
  name: "conv2d-narrow.expand",
  source: expandSource,
  constants: sizesOf(g, wide),
  bindings: [from, { ...to, write: true }],
  grid: foldGrid(ceilDiv(spreadSize(wide), 64)),
});

/** The launches of an inner op, reading `inputs` and writing `output`; its scratch buffers come after ours. */
function within(
  launches: readonly Launch[],
  inputs: readonly Binding[],
  output: Binding,
  ourScratch: number,
): Launch[] {
  const ours = (b: Binding): Binding =>
    "input" in b
      ? (inputs[b.input] as Binding)
      : "scratch" in b
        ? { scratch: b.scratch + ourScratch }
        : output;
  return launches.map(({ epilogue: _, scratch, ...launch }) => ({
    ...launch,
    bindings: launch.bindings.map(({ write, ...b }) => (write ? { ...ours(b), write } : ours(b))),
    ...(scratch && { scratch: scratch.map((s) => (s.like ? { ...s, like: ours(s.like) } : s)) }),
  }));
}

/** Adds our scratch buffers in front of those of the inner op. */
function withScratch(launches: readonly Launch[], ours: readonly Scratch[]): Launch[] {
  return launches.map((launch, k) =>
    k === 0 ? { ...launch, scratch: [...ours, ...(launch.scratch ?? [])] } : launch,
  );
}

export function narrowForward(g: Geometry, lower: Lower): readonly Launch[] {
  const wide = widened(g);
  const launches = [
    weights(g, wide, { input: 1 }, { scratch: 0 }, false),
    ...within(lower(wide), [{ input: 0 }, { scratch: 0 }], { scratch: 1 }, 2),
    {
      name: "conv2d-narrow.sum",
      source: sumSource,
      constants: sizesOf(g, wide),
      bindings: [{ scratch: 1 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(g.N * g.OH * g.OW * g.O, 64)),
      epilogue: EPILOGUE,
    } satisfies Launch,
  ];
  // In half precision the sums of one row are rounded to it, so that the widest buffer of a network keeps its half size.
  return withScratch(launches, [
    { size: weightsSize(wide), like: { input: 1 } },
    { size: spreadSize(wide), like: { output: true } },
  ]);
}

export function narrowGradWeight(g: Geometry, lower: Lower): readonly Launch[] {
  const wide = widened(g);
  const launches = [
    expand(g, wide, { input: 1 }, { scratch: 0 }),
    ...within(lower(wide), [{ input: 0 }, { scratch: 0 }], { scratch: 1 }, 2),
    weights(g, wide, { scratch: 1 }, { output: true }, true),
  ];
  return withScratch(launches, [{ size: spreadSize(wide), like: { input: 1 } }, { size: weightsSize(wide) }]);
}

export function narrowGradInput(g: Geometry, lower: Lower): readonly Launch[] {
  const wide = widened(g);
  const inner = lower(wide);
  const launches = [
    expand(g, wide, { input: 0 }, { scratch: 0 }),
    weights(g, wide, { input: 1 }, { scratch: 1 }, false),
    ...within(inner, [{ scratch: 0 }, { scratch: 1 }], { output: true }, 2),
  ];
  // The inner op ends with the convolution itself, whose epilogue is ours.
  const last = inner.at(-1)?.epilogue;
  const ended = launches.map((launch, k) =>
    k === launches.length - 1 && last ? { ...launch, epilogue: last } : launch,
  );
  return withScratch(ended, [
    { size: spreadSize(wide), like: { input: 0 } },
    { size: weightsSize(wide), like: { input: 1 } },
  ]);
}
