/** Which files in `shaders/` compute the convolution family for a geometry and an adapter, and with which tiles. */
import { hostName } from "../gpu/device.ts";
import { foldGrid, type Launch, MAX_WORKGROUPS } from "../gpu/kernel.ts";
import type { Target, Tunable } from "../graph/node.ts";
import flipSource from "../../shaders/conv2d-flip-weights.wgsl";
import gradInputFlat from "../../shaders/conv2d-grad-input.flat.wgsl";
import gradInputNaive from "../../shaders/conv2d-grad-input.naive.wgsl";
import gradInputPhases from "../../shaders/conv2d-grad-input.phases.wgsl";
import gradInputSubgroup from "../../shaders/conv2d-grad-input.subgroup.wgsl";
import gradWeightFlat from "../../shaders/conv2d-grad-weight.flat.wgsl";
import gradWeightNaive from "../../shaders/conv2d-grad-weight.naive.wgsl";
import gradWeightSubgroup from "../../shaders/conv2d-grad-weight.subgroup.wgsl";
import gradWeightTile from "../../shaders/conv2d-grad-weight.tile.wgsl";
import forwardFlat from "../../shaders/conv2d.flat.wgsl";
import forwardNaive from "../../shaders/conv2d.naive.wgsl";
import forwardSubgroup from "../../shaders/conv2d.subgroup.wgsl";
import forwardTile from "../../shaders/conv2d.tile.wgsl";
import { narrowForward, narrowGradInput, narrowGradWeight } from "./conv-narrow.ts";
import { constantsOf, flopsOf, type Geometry } from "./conv-geometry.ts";
import { depthwiseForward, depthwiseGradInput, depthwiseGradWeight, isDepthwise } from "./conv-depthwise.ts";
import {
  ceilDiv,
  type Cut,
  type Form,
  fastForm,
  keyOf,
  type Product,
  rowThreads,
  tileFor,
  tilesOf,
  tunableProduct,
  vectorOf,
} from "./kernels.ts";
import { matmulLaunch } from "./matmul-kernels.ts";
import { slicesFor, summed } from "./split-sum.ts";

/** See `loadWinograd`. */
let winograd: typeof import("./conv-winograd.ts") | undefined;

/** Offers Winograd's method from now on. Pages load it when they tune: by itself no adapter of a browser takes it. */
export async function loadWinograd(): Promise<void> {
  winograd ??= await import("./conv-winograd.ts");
}

if (hostName() !== "browser") await loadWinograd();

function winogradFor(g: Geometry, product: Product, target: Target, turned = false) {
  if (!winograd?.isWinograd(g, keyOf(product), target)) return undefined;
  return winograd.winogradLaunches(g, turned, (sizes) => matmulLaunch(sizes, target), foldGrid);
}

/** Below this much work a kernel's compilation costs more than its naive form. */
const SMALL_FLOPS = 3e5;

function formFor(g: Geometry, target: Target): Form {
  // The fast forms take the phases of a stride along z.
  if (g.SH * g.SW > MAX_WORKGROUPS) return "naive";
  if (target.form === undefined && flopsOf(g) < SMALL_FLOPS) return "naive";
  const form = fastForm(target);
  return g.GROUPS > 1 && form === "subgroup" ? "tile" : form;
}

const isNarrow = (g: Geometry, form: Form): boolean =>
  form === "subgroup" && g.GROUPS === 1 && g.SW === 1 && g.O <= 4 && g.KW >= 3 && g.KH * g.KW * g.I >= 256;

/** The tiled forms know groups; where there are none, no form needs to be told. */
const groupsOf = ({ GROUPS }: Geometry) => (GROUPS > 1 ? { GROUPS } : {});

const READ_TWO_WRITE = [{ input: 0 }, { input: 1 }, { output: true, write: true }] as const;

/** The convolution y of this geometry as a matrix product: rows are pixels, columns output channels. */
const forwardProduct = (g: Geometry, family = "conv2d"): Product => ({
  family: g.GROUPS > 1 ? `${family} of groups` : family,
  columns: g.O / vectorOf(g.O / g.GROUPS).width,
  rows: g.N * g.OH * g.OW,
  depth: (g.KH * g.KW * g.I) / g.GROUPS,
  flat: g.GROUPS === 1 && g.O % 4 === 0 ? 8 : undefined,
  withoutSubgroups: g.GROUPS > 1,
});

/** What the files of convolutions are told of their tiles. */
const layoutOf = (tile: Cut, target: Target) =>
  tile.form === "subgroup"
    ? { LANES: target.subgroupSize, CHANNEL_LANES: tile.columns }
    : { COLUMN_THREADS: tile.columns, ROW_THREADS: rowThreads(tile, target) };

export function forwardLaunches(g: Geometry, target: Target): readonly Launch[] {
  const form = formFor(g, target);
  if (form !== "naive" && isDepthwise(g)) return depthwiseForward(g);
  if (isNarrow(g, form)) return narrowForward(g, (wide) => forwardLaunches(wide, target));
  if (form === "naive")
    return [
      {
        name: "conv2d.naive",
        source: forwardNaive,
        constants: { ...constantsOf(g), GROUPS: g.GROUPS },
        bindings: READ_TWO_WRITE,
        grid: foldGrid(ceilDiv(g.N * g.OH * g.OW * g.O, 64)),
        epilogue: { hook: "epilogue1", width: 1 },
        flops: flopsOf(g),
      },
    ];
  const product = forwardProduct(g);
  const byPoints = winogradFor(g, product, target);
  if (byPoints) return byPoints;
  return [{ ...convLaunch(g, product, tileFor(product, form, target), target), bindings: READ_TWO_WRITE }];
}

/** The tiled or subgroup convolution, without its bindings. */
function convLaunch(g: Geometry, product: Product, tile: Cut, target: Target): Omit<Launch, "bindings"> {
  const input = vectorOf(g.I / g.GROUPS);
  const output = vectorOf(g.O / g.GROUPS);
  const constants = {
    ...constantsOf(g),
    ...layoutOf(tile, target),
    In: input.type,
    IN_WIDTH: input.width,
  };
  const others = { ...groupsOf(g), Out: output.type, OUT_WIDTH: output.width, PIXELS: tile.block };
  return {
    name: `conv2d.${tile.form}`,
    source: { flat: forwardFlat, tile: forwardTile, subgroup: forwardSubgroup }[tile.form],
    constants: { ...constants, ...(tile.form !== "flat" && others) },
    grid: foldGrid(tilesOf(product, tile, target)),
    epilogue: { hook: "epilogue", width: output.width },
    flops: flopsOf(g),
  };
}

/** At stride 1 the input gradient is the convolution of dy with the weight turned round, channels exchanged. */
function turnedRound(g: Geometry): Geometry | undefined {
  const PH = (g.KH - 1) * g.DH - g.PH;
  const PW = (g.KW - 1) * g.DW - g.PW;
  if (g.SH !== 1 || g.SW !== 1 || PH < 0 || PW < 0) return undefined;
  return { ...g, H: g.OH, W: g.OW, I: g.O, OH: g.H, OW: g.W, O: g.I, PH, PW };
}

/** The input gradient as a matrix product: rows are the pixels of one phase of the stride. */
function gradInputProduct(g: Geometry): Product {
  const turned = turnedRound(g);
  if (turned) return forwardProduct(turned, "conv2d of dy");
  return {
    ...forwardProduct({ ...g, O: g.I, I: g.O }, "conv2d-grad-input"),
    flat: g.GROUPS === 1 && g.I % 4 === 0 && g.O % 4 === 0 ? 8 : undefined,
    rows: g.N * ceilDiv(g.H, g.SH) * ceilDiv(g.W, g.SW),
  };
}

export function gradInputLaunches(g: Geometry, target: Target): readonly Launch[] {
  const form = formFor(g, target);
  if (form !== "naive" && isDepthwise(g)) return depthwiseGradInput(g);
  if (isNarrow(g, form)) return narrowGradInput(g, (wide) => gradInputLaunches(wide, target));
  if (form === "naive")
    return [
      {
        name: "conv2d-grad-input.naive",
        source: gradInputNaive,
        constants: { ...constantsOf(g), GROUPS: g.GROUPS },
        bindings: READ_TWO_WRITE,
        grid: foldGrid(ceilDiv(g.N * g.H * g.W * g.I, 64)),
        epilogue: { hook: "epilogue1", width: 1 },
        flops: flopsOf(g),
      },
    ];
  const turned = turnedRound(g);
  const product = gradInputProduct(g);
  const byPoints = turned && winogradFor(turned, product, target, true);
  if (byPoints) return byPoints;
  const tile = tileFor(product, form, target);
  const weights = (g.KH * g.KW * g.I * g.O) / g.GROUPS;
  const flip: Launch = {
    name: "conv2d-flip-weights",
    source: flipSource,
    constants: { KH: g.KH, KW: g.KW, I: g.I, O: g.O, GROUPS: g.GROUPS, FLIP: turned ? "true" : "false" },
    bindings: [{ input: 1 }, { scratch: 0, write: true }],
    grid: foldGrid(ceilDiv(weights, 64)),
    scratch: [{ size: weights, like: { input: 1 } }],
  };
  const bindings = [{ input: 0 }, { scratch: 0 }, { output: true, write: true }] as const;
  const direct = tile.form === "subgroup";
  /** Subgroup forms read the weights as they lie; others want them turned before. */
  const withWeights = ({ constants, ...launch }: Omit<Launch, "bindings">): readonly Launch[] =>
    direct
      ? [{ ...launch, bindings: READ_TWO_WRITE, ...exchangedWeights(constants, turned !== undefined) }]
      : [flip, { ...launch, constants, bindings }];
  if (turned) return withWeights(convLaunch(turned, product, tile, target));
  const input = vectorOf(g.O / g.GROUPS);
  const output = vectorOf(g.I / g.GROUPS);
  const [x, y] = foldGrid(tilesOf(product, tile, target));
  const vectors = {
    ...groupsOf(g),
    In: input.type,
    IN_WIDTH: input.width,
    Out: output.type,
    OUT_WIDTH: output.width,
    PIXELS: tile.block,
  };
  return withWeights({
    name: `conv2d-grad-input.${tile.form === "tile" ? "phases" : tile.form}`,
    source: { flat: gradInputFlat, tile: gradInputPhases, subgroup: gradInputSubgroup }[tile.form],
    constants: { ...constantsOf(g), ...layoutOf(tile, target), ...(tile.form !== "flat" && vectors) },
    grid: [x, y, g.SH * g.SW],
    epilogue: { hook: "epilogue", width: output.width },
    flops: flopsOf(g),
  });
}

/**
 * A subgroup form that reads weights whose channels are stored the other way round, `turned` by 180 degrees besides: one by
 * one instead of in vectors. Where lanes are served one after the other this costs nothing, and saves a copy.
 */
function exchangedWeights(
  constants: Launch["constants"],
  turned: boolean,
): Pick<Launch, "constants" | "hooks"> {
  const [buffer, rows, columns] = turned ? ["w", "I", "O"] : ["v", "O", "I"];
  const tap = turned ? `KH * KW - 1u - r / ${rows}` : `r / ${rows}`;
  const lane = (j: number) => `f32(${buffer}[at + ${j}u * ${rows}])`;
  const lanes = constants.OUT_WIDTH === 4 ? [0, 1, 2, 3] : [0];
  return {
    constants: { ...constants, [turned ? "StoredW" : "StoredV"]: "f32" },
    hooks: {
      weightAt: `fn weightAt(r: u32, column: u32) -> Out {
  let at = ((${tap}) * ${columns} + column * OUT_WIDTH) * ${rows} + r % ${rows};
  return Out(${lanes.map(lane).join(", ")});
}`,
    },
  };
}

/** The weight gradient as a matrix product: rows are (kh, kw, i) in vectors. */
const gradWeightProduct = (g: Geometry): Product => ({
  ...forwardProduct(g, "conv2d-grad-weight"),
  // Two vectors of input channels, which have to be of the same tap.
  flat: g.GROUPS === 1 && g.I % 8 === 0 && g.O % 4 === 0 ? 2 : undefined,
  rows: (g.KH * g.KW * g.I) / g.GROUPS / vectorOf(g.I / g.GROUPS).width,
  depth: g.N * g.OH * g.OW,
  blocks: { tile: [1], subgroup: [4, 2, 8] },
});

/** What can be chosen by measurement of a member of the family; nothing where another form than the tiled ones serves. */
export function convTunable(
  member: "forward" | "gradInput" | "gradWeight",
  g: Geometry,
  target: Target,
): Tunable | undefined {
  const form = formFor(g, target);
  if (form === "naive" || isDepthwise(g) || isNarrow(g, form)) return undefined;
  if (member === "gradWeight") return tunableProduct(gradWeightProduct(g), form, target);
  const product = member === "forward" ? forwardProduct(g) : gradInputProduct(g);
  const image = member === "forward" ? g : turnedRound(g);
  const tunable = tunableProduct(product, form, target);
  return (image && winograd?.withWinograd(tunable, image, target)) ?? tunable;
}

export function gradWeightLaunches(g: Geometry, target: Target): readonly Launch[] {
  const form = formFor(g, target);
  if (form !== "naive" && isDepthwise(g)) return depthwiseGradWeight(g, target);
  if (isNarrow(g, form)) return narrowGradWeight(g, (wide) => gradWeightLaunches(wide, target));
  const size = (g.KH * g.KW * g.I * g.O) / g.GROUPS;
  if (form === "naive")
    return [
      {
        name: "conv2d-grad-weight.naive",
        source: gradWeightNaive,
        constants: { ...constantsOf(g), GROUPS: g.GROUPS },
        bindings: READ_TWO_WRITE,
        grid: foldGrid(ceilDiv(size, 64)),
        epilogue: { hook: "epilogue1", width: 1 },
        flops: flopsOf(g),
      },
    ];
  const input = vectorOf(g.I / g.GROUPS);
  const output = vectorOf(g.O / g.GROUPS);
  const product = gradWeightProduct(g);
  const tile = tileFor(product, form, target);
  const subgroup = tile.form === "subgroup";
  const vectors = {
    ...groupsOf(g),
    In: input.type,
    IN_WIDTH: input.width,
    Out: output.type,
    OUT_WIDTH: output.width,
    ...(subgroup && { LOADS: tile.block }),
  };
  const tiles = tilesOf(product, tile, target);
  const units = subgroup ? g.N * g.OH * g.OW : g.N * g.OH;
  const slices = slicesFor(tiles, units, g.N * g.OH * g.OW, target);
  const [x, y] = foldGrid(tiles);
  return summed(
    {
      name: `conv2d-grad-weight.${tile.form}`,
      source: { flat: gradWeightFlat, tile: gradWeightTile, subgroup: gradWeightSubgroup }[tile.form],
      constants: {
        ...constantsOf(g),
        ...layoutOf(tile, target),
        ...(tile.form !== "flat" && vectors),
        SLICES: slices,
      },
      grid: [x, y, slices],
      flops: flopsOf(g),
    },
    slices,
    size,
    output.width,
  );
}
