/**
 * 3×3 convolutions by Winograd's method: a quarter of the products, between two steps that pass over image and result.
 * See `shaders/conv2d-winograd.weights.wgsl`. Imports types only, and is handed what it calls: a script that pages load later
 * would tear what it imports out of the first one, and both would compress worse.
 */
import type { foldGrid, Launch } from "../gpu/kernel.ts";
import type { Target, Tile, Tunable } from "../graph/node.ts";
import inputSource from "../../shaders/conv2d-winograd.input.wgsl";
import outputSource from "../../shaders/conv2d-winograd.output.wgsl";
import weightsSource from "../../shaders/conv2d-winograd.weights.wgsl";
import type { Geometry } from "./conv-geometry.ts";
import type { MatmulSizes } from "./matmul-kernels.ts";

/** Pairs of points: a tile of 4×4 pixels in terms of the method. */
const POINTS = 36;

const TILE: Tile = { form: "winograd", block: 4, columns: 4 };

/** With fewer channels the products are no longer what takes the time. */
const WIDE = 32;

/** Lanes of lavapipe's subgroups: there it was measured to win. */
const LANES = 8;

/** Three dispatches more weigh nothing beside so much work, and smaller networks keep their few. */
const LARGE_FLOPS = 2e8;

/** A buffer that every adapter can bind. */
const MOST_BYTES = 2 ** 27;

/** Above, in bytes, what is transformed would be the largest part of a network's memory. */
const MOST_SCRATCH = 24e6;

/** With fewer, transforming the weights takes as long as the products. */
const LEAST_TILES = 32;

const tilesOf = ({ N, OH, OW }: Geometry): number => N * Math.ceil(OH / 4) * Math.ceil(OW / 4);

/** Numbers of transformed weights, image and result. */
const scratchOf = (g: Geometry): readonly number[] =>
  [g.I * g.O, tilesOf(g) * g.I, tilesOf(g) * g.O].map((size) => POINTS * size);

const flopsOf = ({ N, OH, OW, I, O }: Geometry): number => 18 * N * OH * OW * I * O;

function fits(g: Geometry): boolean {
  const isPlain = [g.SH, g.SW, g.DH, g.DW, g.GROUPS].every((n) => n === 1);
  return g.KH === 3 && g.KW === 3 && isPlain && 4 * Math.max(...scratchOf(g)) <= MOST_BYTES;
}

/** In between numbers are f32, since half precision would lose too much; then the method has no part in half the memory. */
const isCandidate = (g: Geometry): boolean => fits(g) && Math.min(g.I, g.O) >= WIDE && !g.HALF;

/** GPUs use it where tuning finds that it is faster. */
const isUsual = (g: Geometry, { software, subgroupSize }: Target): boolean =>
  isCandidate(g) &&
  software &&
  subgroupSize >= LANES &&
  flopsOf(g) >= LARGE_FLOPS &&
  tilesOf(g) >= LEAST_TILES &&
  4 * scratchOf(g).reduce((sum, size) => sum + size) <= MOST_SCRATCH &&
  16 * tilesOf(g) <= 1.5 * g.N * g.OH * g.OW;

/** @param key under which the choice of the convolution's kernel is kept */
export function isWinograd(g: Geometry, key: string, target: Target): boolean {
  if (target.form) return target.form === "winograd" && fits(g);
  const chosen = target.tiles?.get(key);
  return chosen ? chosen.form === "winograd" && isCandidate(g) : isUsual(g, target);
}

/** The candidates of a convolution at stride 1, with this method where it may serve. */
export function withWinograd({ key, tiles }: Tunable, g: Geometry, target: Target): Tunable {
  if (!isCandidate(g)) return { key, tiles };
  return { key, tiles: isUsual(g, target) ? [TILE, ...tiles] : [...tiles, TILE] };
}

/**
 * @param turned the weights are those of the convolution whose input gradient this is
 * @param matmulLaunch makes the product of these sizes
 */
export function winogradLaunches(
  g: Geometry,
  turned: boolean,
  matmulLaunch: (sizes: MatmulSizes) => Launch,
  fold: typeof foldGrid,
): readonly Launch[] {
  const { N, H, W, I, OH, OW, O } = g;
  const tiles = tilesOf(g);
  const sizes = { BATCH: POINTS, M: tiles, N: O, K: I, BATCH_STRIDE_A: tiles * I, BATCH_STRIDE_B: I * O };
  const { epilogue: _, ...product } = matmulLaunch(sizes);
  const grid = (threads: number) => fold(Math.ceil(threads / 64));
  return [
    {
      name: "conv2d-winograd.weights",
      source: weightsSource,
      constants: { I, O, TURNED: `${turned}` },
      bindings: [{ input: 1 }, { scratch: 0, write: true }],
      grid: grid(I * O),
      scratch: scratchOf(g).map((size) => ({ size })),
    },
    {
      name: "conv2d-winograd.input",
      source: inputSource,
      constants: { N, H, W, I, OH, OW, PAD_H: g.PH, PAD_W: g.PW },
      bindings: [{ input: 0 }, { scratch: 1, write: true }],
      grid: grid(tiles * I),
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
      grid: grid(tiles * O),
      epilogue: { hook: "epilogue1", width: 1 },
    },
  ];
}
