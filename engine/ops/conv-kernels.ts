/** Which files in `shaders/` compute the convolution family for a geometry and an adapter, and with which tiles. */
import { foldGrid, type Launch, MAX_WORKGROUPS } from "../gpu/kernel.ts";
import type { Target } from "../graph/node.ts";
import flipSource from "../../shaders/conv2d-flip-weights.wgsl";
import gradInputNaive from "../../shaders/conv2d-grad-input.naive.wgsl";
import gradInputPhases from "../../shaders/conv2d-grad-input.phases.wgsl";
import gradInputSubgroup from "../../shaders/conv2d-grad-input.subgroup.wgsl";
import gradWeightNaive from "../../shaders/conv2d-grad-weight.naive.wgsl";
import gradWeightSubgroup from "../../shaders/conv2d-grad-weight.subgroup.wgsl";
import gradWeightTile from "../../shaders/conv2d-grad-weight.tile.wgsl";
import forwardNaive from "../../shaders/conv2d.naive.wgsl";
import forwardSubgroup from "../../shaders/conv2d.subgroup.wgsl";
import forwardTile from "../../shaders/conv2d.tile.wgsl";
import { narrowForward, narrowGradInput, narrowGradWeight } from "./conv-narrow.ts";
import { constantsOf, flopsOf, type Geometry } from "./conv-geometry.ts";
import { depthwiseForward, depthwiseGradInput, depthwiseGradWeight, isDepthwise } from "./conv-depthwise.ts";
import { ceilDiv, FEW_TILES, type Form, fastForm, lanesFor, tileThreads, vectorOf } from "./kernels.ts";
import { slicesFor, summed } from "./split-sum.ts";

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

/** Lanes along output channels first; each lane has 16 pixels, or 8 where that would leave cores idle. */
function subgroupShape(columns: number, pixels: number, target: Target) {
  const LANES = target.subgroupSize;
  const CHANNEL_LANES = lanesFor(columns, LANES);
  const tiles = (PIXELS: number) =>
    ceilDiv(columns, CHANNEL_LANES) * ceilDiv(pixels, PIXELS * (LANES / CHANNEL_LANES));
  const PIXELS = Math.max(tiles(16) >= FEW_TILES ? 16 : 8, CHANNEL_LANES);
  return { constants: { LANES, CHANNEL_LANES, PIXELS }, tiles: tiles(PIXELS) };
}

function tileShape(columns: number, pixels: number) {
  const constants = { ...tileThreads(columns), PIXELS: 4 };
  const { COLUMN_THREADS, ROW_THREADS, PIXELS } = constants;
  return { constants, tiles: ceilDiv(columns, COLUMN_THREADS) * ceilDiv(pixels, PIXELS * ROW_THREADS) };
}

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
  return [{ ...convLaunch(g, form, target), bindings: READ_TWO_WRITE }];
}

/** The tiled or subgroup convolution, without its bindings. */
function convLaunch(g: Geometry, form: "tile" | "subgroup", target: Target): Omit<Launch, "bindings"> {
  const input = vectorOf(g.I / g.GROUPS);
  const output = vectorOf(g.O / g.GROUPS);
  const columns = g.O / output.width;
  const common = {
    ...constantsOf(g),
    ...groupsOf(g),
    In: input.type,
    IN_WIDTH: input.width,
    Out: output.type,
    OUT_WIDTH: output.width,
  };
  const pixels = g.N * g.OH * g.OW;
  const shape = form === "subgroup" ? subgroupShape(columns, pixels, target) : tileShape(columns, pixels);
  return {
    name: `conv2d.${form}`,
    source: form === "subgroup" ? forwardSubgroup : forwardTile,
    constants: { ...common, ...shape.constants },
    grid: foldGrid(shape.tiles),
    epilogue: { hook: "epilogue", width: output.width },
    flops: flopsOf(g),
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
  // At stride 1 it is the convolution of dy with the weight turned round, channels exchanged.
  const padH = (g.KH - 1) * g.DH - g.PH;
  const padW = (g.KW - 1) * g.DW - g.PW;
  const turned = g.SH === 1 && g.SW === 1 && padH >= 0 && padW >= 0;
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
  const direct = form === "subgroup";
  /** Subgroup forms read the weights as they lie; others want them turned before. */
  const withWeights = ({ constants, ...launch }: Omit<Launch, "bindings">): readonly Launch[] =>
    direct
      ? [{ ...launch, bindings: READ_TWO_WRITE, ...exchangedWeights(constants, turned) }]
      : [flip, { ...launch, constants, bindings }];
  if (turned) {
    const swapped = { ...g, H: g.OH, W: g.OW, I: g.O, OH: g.H, OW: g.W, O: g.I, PH: padH, PW: padW };
    return withWeights(convLaunch(swapped, form, target));
  }
  const input = vectorOf(g.O / g.GROUPS);
  const output = vectorOf(g.I / g.GROUPS);
  const columns = g.I / output.width;
  const pixels = g.N * ceilDiv(g.H, g.SH) * ceilDiv(g.W, g.SW);
  const shape = form === "subgroup" ? subgroupShape(columns, pixels, target) : tileShape(columns, pixels);
  const [x, y] = foldGrid(shape.tiles);
  return withWeights({
    name: direct ? "conv2d-grad-input.subgroup" : "conv2d-grad-input.phases",
    source: direct ? gradInputSubgroup : gradInputPhases,
    constants: {
      ...constantsOf(g),
      ...groupsOf(g),
      ...shape.constants,
      In: input.type,
      IN_WIDTH: input.width,
      Out: output.type,
      OUT_WIDTH: output.width,
    },
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
  const columns = g.O / output.width;
  const rows = (g.KH * g.KW * g.I) / g.GROUPS / input.width;
  const common = {
    ...constantsOf(g),
    ...groupsOf(g),
    In: input.type,
    IN_WIDTH: input.width,
    Out: output.type,
    OUT_WIDTH: output.width,
  };
  const subgroup = form === "subgroup";
  const LANES = target.subgroupSize;
  const CHANNEL_LANES = lanesFor(columns, LANES);
  const shape = subgroup ? { LANES, CHANNEL_LANES, LOADS: 4 } : tileThreads(columns);
  const tiles =
    "LANES" in shape
      ? ceilDiv(columns, CHANNEL_LANES) * ceilDiv(rows, shape.LOADS * (LANES / CHANNEL_LANES))
      : ceilDiv(columns, shape.COLUMN_THREADS) * ceilDiv(rows, shape.ROW_THREADS);
  const units = subgroup ? g.N * g.OH * g.OW : g.N * g.OH;
  const slices = slicesFor(tiles, units, g.N * g.OH * g.OW, target);
  const [x, y] = foldGrid(tiles);
  return summed(
    {
      name: subgroup ? "conv2d-grad-weight.subgroup" : "conv2d-grad-weight.tile",
      source: subgroup ? gradWeightSubgroup : gradWeightTile,
      constants: { ...common, ...shape, SLICES: slices },
      grid: [x, y, slices],
      flops: flopsOf(g),
    },
    slices,
    size,
    output.width,
  );
}
