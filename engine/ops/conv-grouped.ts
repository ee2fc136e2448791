/**
 * Convolutions whose channels are cut into groups: four neighbouring output channels a thread, where four lie in one
 * group or every group is one channel in and one out (depthwise). Other groups take the naive kernels.
 */
import { foldGrid, type Launch } from "../gpu/kernel.ts";
import type { Target } from "../graph/node.ts";
import flipSource from "../../shaders/conv2d-flip-weights.wgsl";
import groupedSource from "../../shaders/conv2d-grouped.wgsl";
import gradWeightSource from "../../shaders/conv2d-grouped-grad-weight.wgsl";
import { constantsOf, flopsOf, type Geometry } from "./conv-geometry.ts";
import { ceilDiv } from "./kernels.ts";
import { slicesFor, summed } from "./split-sum.ts";

const isDepthwise = (g: Geometry): boolean => g.GROUPS === g.I && g.GROUPS === g.O;

/** Whether these kernels can take four output channels at a time. */
export const isGrouped = (g: Geometry): boolean =>
  g.GROUPS > 1 && ((g.O / g.GROUPS) % 4 === 0 || (isDepthwise(g) && g.O % 4 === 0));

/** The gradient for the input, seen as a map from dy to dx: the images and their channels change places. */
export const backwards = (g: Geometry): Geometry => ({
  ...g,
  H: g.OH,
  W: g.OW,
  I: g.O,
  OH: g.H,
  OW: g.W,
  O: g.I,
});

/** How a thread reads x: one value for its four channels, or one each. */
const reading = (g: Geometry) => (isDepthwise(g) ? { In: "vec4f", IN_WIDTH: 4 } : { In: "f32", IN_WIDTH: 1 });

/** @param g from the image that is read to the one that is made */
const grouped = (g: Geometry, TRANSPOSED: boolean): Omit<Launch, "bindings" | "flops"> => ({
  name: "conv2d-grouped",
  source: groupedSource,
  constants: { ...constantsOf(g), ...reading(g), GROUPS: g.GROUPS, TRANSPOSED: `${TRANSPOSED}` },
  grid: foldGrid(ceilDiv(g.N * g.OH * g.OW * (g.O / 4), 64)),
  epilogue: { hook: "epilogue", width: 4 },
});

const OUTPUT = { output: true, write: true } as const;

export const groupedForward = (g: Geometry): readonly Launch[] => [
  { ...grouped(g, false), bindings: [{ input: 0 }, { input: 1 }, OUTPUT], flops: flopsOf(g) },
];

export function groupedGradInput(g: Geometry): readonly Launch[] {
  const launch = { ...grouped(backwards(g), true), flops: flopsOf(g) };
  // One channel in and one out: there is nothing to exchange.
  if (isDepthwise(g)) return [{ ...launch, bindings: [{ input: 0 }, { input: 1 }, OUTPUT] }];
  const weights = (g.KH * g.KW * g.I * g.O) / g.GROUPS;
  return [
    {
      name: "conv2d-flip-weights",
      source: flipSource,
      constants: { KH: g.KH, KW: g.KW, I: g.I, O: g.O, GROUPS: g.GROUPS, FLIP: "false" },
      bindings: [{ input: 1 }, { scratch: 0, write: true }],
      grid: foldGrid(ceilDiv(weights, 64)),
      scratch: [{ size: weights, like: { input: 1 } }],
    },
    { ...launch, bindings: [{ input: 0 }, { scratch: 0 }, OUTPUT] },
  ];
}

export function groupedGradWeight(g: Geometry, target: Target): readonly Launch[] {
  const size = (g.KH * g.KW * g.I * g.O) / g.GROUPS;
  const tiles = ceilDiv(size / 4, 64);
  const pixels = g.N * g.OH * g.OW;
  const slices = slicesFor(tiles, pixels, pixels, target);
  const [x, y] = foldGrid(tiles);
  return summed(
    {
      name: "conv2d-grouped-grad-weight",
      source: gradWeightSource,
      constants: { ...constantsOf(g), ...reading(g), GROUPS: g.GROUPS, SLICES: slices },
      grid: [x, y, slices],
      flops: flopsOf(g),
    },
    slices,
    size,
    4,
  );
}
