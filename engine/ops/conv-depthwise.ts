/** Depthwise convolutions, every channel by itself: four neighbouring channels a thread. */
import { foldGrid, type Launch } from "../gpu/kernel.ts";
import type { Target } from "../graph/node.ts";
import depthwiseSource from "../../shaders/conv2d-depthwise.wgsl";
import gradWeightSource from "../../shaders/conv2d-depthwise-grad-weight.wgsl";
import { constantsOf, flopsOf, type Geometry } from "./conv-geometry.ts";
import { ceilDiv } from "./kernels.ts";
import { slicesFor, summed } from "./split-sum.ts";

/** Whether these kernels can be used. */
export const isDepthwise = (g: Geometry): boolean =>
  g.GROUPS > 1 && g.GROUPS === g.I && g.GROUPS === g.O && g.O % 4 === 0;

/** @param g from the image that is read to the one that is made */
function depthwise(g: Geometry, TRANSPOSED: boolean, flops: number): readonly Launch[] {
  const { I: C, O: _, ...constants } = constantsOf(g);
  return [
    {
      name: "conv2d-depthwise",
      source: depthwiseSource,
      constants: { ...constants, C, TRANSPOSED: `${TRANSPOSED}` },
      bindings: [{ input: 0 }, { input: 1 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(g.N * g.OH * g.OW * (g.O / 4), 64)),
      epilogue: { hook: "epilogue", width: 4 },
      flops,
    },
  ];
}

export const depthwiseForward = (g: Geometry): readonly Launch[] => depthwise(g, false, flopsOf(g));

/** From dy to dx: the images change places. */
export const depthwiseGradInput = (g: Geometry): readonly Launch[] =>
  depthwise({ ...g, H: g.OH, W: g.OW, OH: g.H, OW: g.W }, true, flopsOf(g));

export function depthwiseGradWeight(g: Geometry, target: Target): readonly Launch[] {
  const size = g.KH * g.KW * g.O;
  const tiles = ceilDiv(size / 4, 64);
  const pixels = g.N * g.OH * g.OW;
  const slices = slicesFor(tiles, pixels, pixels, target);
  const [x, y] = foldGrid(tiles);
  const { I: C, O: _, ...constants } = constantsOf(g);
  return summed(
    {
      name: "conv2d-depthwise-grad-weight",
      source: gradWeightSource,
      constants: { ...constants, C, SLICES: slices },
      grid: [x, y, slices],
      flops: flopsOf(g),
    },
    slices,
    size,
    4,
  );
}
