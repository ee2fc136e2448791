/**
 * The convolution family: conv2d, its gradient for the input (a transposed convolution) and its gradient for the
 * weight. The three are each other's derivatives, so any order comes for free.
 *
 * Letters: n batch, h w image, i o channels in and out, kh kw kernel; images are NHWC, weights [kh, kw, i / groups, o].
 */
import { ShapeError } from "../errors.ts";
import type { KernelOp, Node } from "../graph/node.ts";
import { checkOptions } from "../options.ts";
import { factors } from "../precision.ts";
import { expectShape, showShape } from "../shape.ts";
import { expectFloats, record, Tensor } from "../tensor.ts";
import { CONV_OPTIONS, CONV_TRANSPOSE_OPTIONS, type Geometry } from "./conv-geometry.ts";
import { convTunable, forwardLaunches, gradInputLaunches, gradWeightLaunches } from "./conv-kernels.ts";
import { reshape } from "./broadcast.ts";
import { matmul } from "./matmul.ts";
import { permute, transpose } from "./movement.ts";
import { type Pair, pair, whole } from "./pair.ts";

/** Options of `conv2d`, in pixels; one number for both axes, or [vertical, horizontal]. */
export interface ConvOptions {
  /** Step between the windows; 1 by default. */
  readonly stride?: Pair;
  /** Zeros around the image; 0 by default. `"same"` keeps the size at stride 1 with an odd kernel. */
  readonly padding?: Pair | "same";
  /** Distance between the taps of the kernel; 1 by default. */
  readonly dilation?: Pair;
  /** Channels are cut into this many groups that do not see each other; 1 by default. */
  readonly groups?: number;
}

const geometryOf = (node: Node): Geometry => node.attributes as unknown as Geometry;
const storedOf = (node: Node): Geometry => ({ ...geometryOf(node), HALF: node.dtype === "f16" });
const inputsOf = (node: Node): [Tensor, Tensor] => [
  new Tensor(node.inputs[0] as Node),
  new Tensor(node.inputs[1] as Node),
];

const FORWARD: KernelOp = {
  kind: "kernel",
  name: "conv2d",
  fusable: true,
  acceptsF16: true,
  launches: (node, target) => forwardLaunches(storedOf(node), target),
  tunable: (node, target) => convTunable("forward", storedOf(node), target),
  gradient: (dy, node) => {
    const [x, w] = inputsOf(node);
    const g = geometryOf(node);
    return [recordGradInput(new Tensor(dy), w, g).node, recordGradWeight(x, new Tensor(dy), g).node];
  },
};

const GRAD_INPUT: KernelOp = {
  kind: "kernel",
  name: "conv2dGradInput",
  fusable: true,
  acceptsF16: true,
  launches: (node, target) => gradInputLaunches(storedOf(node), target),
  tunable: (node, target) => convTunable("gradInput", storedOf(node), target),
  gradient: (ddx, node) => {
    const [dy, w] = inputsOf(node);
    const g = geometryOf(node);
    return [recordForward(new Tensor(ddx), w, g).node, recordGradWeight(new Tensor(ddx), dy, g).node];
  },
};

const GRAD_WEIGHT: KernelOp = {
  kind: "kernel",
  name: "conv2dGradWeight",
  fusable: true,
  acceptsF16: true,
  launches: (node, target) => gradWeightLaunches(geometryOf(node), target),
  tunable: (node, target) => convTunable("gradWeight", geometryOf(node), target),
  gradient: (ddw, node) => {
    const [x, dy] = inputsOf(node);
    const g = geometryOf(node);
    return [recordGradInput(dy, new Tensor(ddw), g).node, recordForward(x, new Tensor(ddw), g).node];
  },
};

const attributes = (g: Geometry) => ({ ...g });

const recordForward = (x: Tensor, w: Tensor, g: Geometry): Tensor =>
  record(FORWARD, [x, w], [g.N, g.OH, g.OW, g.O], { attributes: attributes(g) });

function recordGradInput(dy: Tensor, w: Tensor, g: Geometry): Tensor {
  if (!coversImage(g))
    return record(GRAD_INPUT, [dy, w], [g.N, g.H, g.W, g.I], { attributes: attributes(g) });
  // The kernels go through every window that a pixel lies in, though all but one are padding here.
  const taps = reshape(w, [g.KH * g.KW * g.I, g.O]);
  return reshape(matmul(reshape(dy, [g.N, g.O]), transpose(taps)), [g.N, g.H, g.W, g.I]);
}

/** A single window that is the whole image, as where a generator begins and a discriminator ends: a matrix product. */
const coversImage = ({ OH, OW, H, W, KH, KW, PH, PW, DH, DW, GROUPS }: Geometry): boolean =>
  OH * OW * DH * DW * GROUPS === 1 && PH + PW === 0 && H === KH && W === KW;

const recordGradWeight = (x: Tensor, dy: Tensor, g: Geometry): Tensor =>
  record(GRAD_WEIGHT, [x, dy], [g.KH, g.KW, g.I / g.GROUPS, g.O], { attributes: attributes(g) });

/** Output size along one axis. */
const windows = (size: number, kernel: number, stride: number, padding: number, dilation: number): number =>
  Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

/**
 * 2-D cross-correlation, as in every deep-learning framework.
 *
 * @param x [n, h, w, i]
 * @param w [kh, kw, i / groups, o]
 * @returns [n, oh, ow, o] with oh = ⌊(h + 2 padding - dilation (kh - 1) - 1) / stride⌋ + 1
 * @throws ShapeError when channels or groups do not fit, or the kernel is larger than the padded image
 */
export function conv2d(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  expectFloats("conv2d", { x, w });
  checkOptions("conv2d", options, CONV_OPTIONS);
  const { n, h, w: width, i } = expectShape("conv2d", "x", x.shape, "n h w i");
  const { kh, kw, i: perGroup, o } = expectShape("conv2d", "w", w.shape, "kh kw i o");
  const [SH, SW] = pair("conv2d", "stride", options.stride ?? 1, 1);
  const [DH, DW] = pair("conv2d", "dilation", options.dilation ?? 1, 1);
  const groups = whole("conv2d", "groups", options.groups ?? 1, 1);
  if (i !== perGroup * groups)
    throw new ShapeError(
      `conv2d: x ${showShape(x.shape)} has ${i} channels, w ${showShape(w.shape)} takes ${perGroup * groups} in ${groups} groups`,
    );
  if (o % groups !== 0)
    throw new ShapeError(
      `conv2d: the ${o} channels that w ${showShape(w.shape)} makes cannot be cut into ${groups} groups`,
    );
  if (options.padding === "same" && (((kh - 1) * DH) % 2 !== 0 || ((kw - 1) * DW) % 2 !== 0))
    throw new ShapeError(`conv2d: padding "same" needs an odd kernel, got ${kh}×${kw}`);
  const [PH, PW] =
    options.padding === "same"
      ? [((kh - 1) * DH) / 2, ((kw - 1) * DW) / 2]
      : pair("conv2d", "padding", options.padding ?? 0, 0);
  if (Math.min(h, width, kh, kw) < 1)
    throw new ShapeError(
      `conv2d: x ${showShape(x.shape)} and w ${showShape(w.shape)} need at least one pixel each`,
    );
  const OH = windows(h, kh, SH, PH, DH);
  const OW = windows(width, kw, SW, PW, DW);
  if (OH < 1 || OW < 1)
    throw new ShapeError(
      `conv2d: a kernel of ${kh}×${kw} (dilation ${DH}×${DW}) does not fit into ${h}×${width} with padding ${PH}×${PW}`,
    );
  return recordForward(...factors(x, w), {
    N: n,
    H: h,
    W: width,
    I: i,
    OH,
    OW,
    O: o,
    KH: kh,
    KW: kw,
    SH,
    SW,
    PH,
    PW,
    DH,
    DW,
    GROUPS: groups,
  });
}

/** Options of `convTranspose2d`, as PyTorch has them; one number for both axes, or [vertical, horizontal]. */
export interface ConvTransposeOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  /** Rows and columns added at the lower right, below `stride`. */
  readonly outputPadding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}

/**
 * Transposed convolution: the gradient of `conv2d` for its input, as an op of its own.
 *
 * @param x [n, h, w, i]
 * @param w [kh, kw, i, o / groups]
 * @returns [n, oh, ow, o] with oh = (h - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}): Tensor {
  expectFloats("convTranspose2d", { x, w });
  checkOptions("convTranspose2d", options, CONV_TRANSPOSE_OPTIONS);
  const { n, h, w: width, i } = expectShape("convTranspose2d", "x", x.shape, "n h w i");
  const { kh, kw, i: inputs, o } = expectShape("convTranspose2d", "w", w.shape, "kh kw i o");
  const [SH, SW] = pair("convTranspose2d", "stride", options.stride ?? 1, 1);
  const [PH, PW] = pair("convTranspose2d", "padding", options.padding ?? 0, 0);
  const [DH, DW] = pair("convTranspose2d", "dilation", options.dilation ?? 1, 1);
  const [extraH, extraW] = pair("convTranspose2d", "outputPadding", options.outputPadding ?? 0, 0);
  const groups = whole("convTranspose2d", "groups", options.groups ?? 1, 1);
  if (i !== inputs)
    throw new ShapeError(
      `convTranspose2d: x ${showShape(x.shape)} has ${i} channels, w ${showShape(w.shape)} takes ${inputs}`,
    );
  if (i % groups !== 0)
    throw new ShapeError(
      `convTranspose2d: the ${i} channels of x ${showShape(x.shape)} cannot be cut into ${groups} groups`,
    );
  if (extraH >= Math.max(SH, DH) || extraW >= Math.max(SW, DW))
    throw new ShapeError(
      `convTranspose2d: outputPadding ${extraH}×${extraW} must be smaller than the stride ${SH}×${SW} or the dilation`,
    );
  if (Math.min(h, width, kh, kw) < 1)
    throw new ShapeError(
      `convTranspose2d: x ${showShape(x.shape)} and w ${showShape(w.shape)} need at least one pixel each`,
    );
  const H = (h - 1) * SH - 2 * PH + DH * (kh - 1) + extraH + 1;
  const W = (width - 1) * SW - 2 * PW + DW * (kw - 1) + extraW + 1;
  if (H < 1 || W < 1)
    throw new ShapeError(`convTranspose2d: padding ${PH}×${PW} leaves nothing of the output`);
  // As the gradient of a convolution from the output's channels to x's: its weight is [kh, kw, o / groups, i].
  const g = {
    N: n,
    H,
    W,
    I: o * groups,
    OH: h,
    OW: width,
    O: i,
    KH: kh,
    KW: kw,
    SH,
    SW,
    PH,
    PW,
    DH,
    DW,
    GROUPS: groups,
  };
  const [image, kernel] = factors(x, w);
  return recordGradInput(image, permute(kernel, [0, 1, 3, 2]), g);
}
