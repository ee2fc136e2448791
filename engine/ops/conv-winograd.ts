/**
 * 3×3 convolutions by Winograd's method: a quarter of the products, between two steps that pass over image and result.
 * See `shaders/conv2d-winograd.weights.wgsl`.
 */
import { foldGrid, type Launch, type Scratch } from "../gpu/kernel.ts";
import type { Target, Tile, Tunable } from "../graph/node.ts";
import inputSource from "../../shaders/conv2d-winograd.input.wgsl";
import outputSource from "../../shaders/conv2d-winograd.output.wgsl";
import weightsSource from "../../shaders/conv2d-winograd.weights.wgsl";
import { flopsOf, type Geometry } from "./conv-geometry.ts";
import { ceilDiv, fastForm, keyOf, type Product, WIDE_SUBGROUP } from "./kernels.ts";
import { matmulLaunch } from "./matmul-kernels.ts";

/** Pairs of points: a tile of 4×4 pixels in terms of the method. */
const POINTS = 36;

const TILE: Tile = { form: "winograd", block: 4, columns: 4 };

/** With fewer channels the products are no longer what takes the time. */
const WIDE = 32;

/** Three dispatches more weigh nothing beside so much work, and smaller networks keep their few. */
const LARGE_FLOPS = 2e8;

/** A buffer that every adapter can bind. */
const MOST_BYTES = 2 ** 27;

/** Above, in bytes, the transformed image and result would be the largest part of a network's memory. */
const MOST_SCRATCH = 24e6;

const tilesOf = ({ N, OH, OW }: Geometry): number => N * ceilDiv(OH, 4) * ceilDiv(OW, 4);

function fits(g: Geometry): boolean {
  const isPlain = [g.SH, g.SW, g.DH, g.DW, g.GROUPS].every((n) => n === 1);
  const bytes = 4 * POINTS * Math.max(tilesOf(g) * Math.max(g.I, g.O), g.I * g.O);
  return g.KH === 3 && g.KW === 3 && isPlain && bytes <= MOST_BYTES;
}

const isCandidate = (g: Geometry): boolean => fits(g) && Math.min(g.I, g.O) >= WIDE;

/** Where it was measured to win: on lavapipe. GPUs use it where tuning finds that it does. */
const isUsual = (g: Geometry, target: Target): boolean =>
  isCandidate(g) &&
  fastForm(target) === "subgroup" &&
  target.software &&
  target.subgroupSize >= WIDE_SUBGROUP &&
  flopsOf(g) >= LARGE_FLOPS &&
  4 * POINTS * tilesOf(g) * (g.I + g.O) <= MOST_SCRATCH &&
  16 * tilesOf(g) <= 1.5 * g.N * g.OH * g.OW;

/** @param product the convolution as a matrix product, under whose key the choice is kept */
export function isWinograd(g: Geometry, product: Product, target: Target): boolean {
  if (target.form) return target.form === "winograd" && fits(g);
  const chosen = target.tiles?.get(keyOf(product));
  return chosen ? chosen.form === "winograd" && isCandidate(g) : isUsual(g, target);
}

/** The candidates of a convolution, of the image `g` where it is one at stride 1, with this method where it may serve. */
export function withWinograd(tunable: Tunable, g: Geometry | undefined, target: Target): Tunable {
  const { key, tiles } = tunable;
  if (!g || !isCandidate(g)) return tunable;
  return { key, tiles: isUsual(g, target) ? [TILE, ...tiles] : [...tiles, TILE] };
}

/** @param turned the weights are those of the convolution whose input gradient this is */
export function winogradLaunches(g: Geometry, target: Target, { turned = false } = {}): readonly Launch[] {
  const { N, H, W, I, OH, OW, O } = g;
  const tiles = tilesOf(g);
  const weights: Scratch = { size: POINTS * I * O };
  const image: Scratch = { size: POINTS * tiles * I };
  const products: Scratch = { size: POINTS * tiles * O };
  const sizes = { BATCH: POINTS, M: tiles, N: O, K: I, BATCH_STRIDE_A: tiles * I, BATCH_STRIDE_B: I * O };
  const { epilogue: _, ...product } = matmulLaunch(sizes, target);
  return [
    {
      name: "conv2d-winograd.weights",
      source: weightsSource,
      constants: { I, O, TURNED: `${turned}` },
      bindings: [{ input: 1 }, { scratch: 0, write: true }],
      grid: foldGrid(ceilDiv(I * O, 64)),
      scratch: [weights, image, products],
    },
    {
      name: "conv2d-winograd.input",
      source: inputSource,
      constants: { N, H, W, I, OH, OW, PAD_H: g.PH, PAD_W: g.PW },
      bindings: [{ input: 0 }, { scratch: 1, write: true }],
      grid: foldGrid(ceilDiv(tiles * I, 64)),
    },
    {
      ...product,
      flops: flopsOf(g),
      bindings: [{ scratch: 1 }, { scratch: 0 }, { scratch: 2, write: true }],
    },
    {
      name: "conv2d-winograd.output",
      source: outputSource,
      constants: { N, OH, OW, O },
      bindings: [{ scratch: 2 }, { output: true, write: true }],
      grid: foldGrid(ceilDiv(tiles * O, 64)),
      epilogue: { hook: "epilogue1", width: 1 },
    },
  ];
}
