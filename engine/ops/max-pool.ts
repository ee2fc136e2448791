/**
 * Maxima over windows of an image. The gradient needs to know which element of each window was taken (its tap, counted
 * by rows); bringing values back to those elements and fetching values from them are each other's gradients, so any
 * order comes for free.
 */
import { foldGrid, type Launch } from "../gpu/kernel.ts";
import type { KernelOp, Node } from "../graph/node.ts";
import poolSource from "../../shaders/max-pool2d.wgsl";
import gatherSource from "../../shaders/max-pool2d-gather.wgsl";
import scatterSource from "../../shaders/max-pool2d-scatter.wgsl";
import { checkOptions } from "../options.ts";
import { expectShape, type Shape } from "../shape.ts";
import { expectFloats, record, Tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";
import { ceilDiv, vectorOf } from "./kernels.ts";
import { POOL_OPTIONS, type PoolOptions, poolGeometry } from "./pool-geometry.ts";

/** The names that the files of the family declare. */
interface Geometry {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly OH: number;
  readonly OW: number;
  readonly KH: number;
  readonly KW: number;
  readonly STRIDE_H: number;
  readonly STRIDE_W: number;
  readonly PAD_H: number;
  readonly PAD_W: number;
}

const geometryOf = (node: Node): Geometry => node.attributes as unknown as Geometry;
const imageShape = ({ N, H, W, C }: Geometry): Shape => [N, H, W, C];
const pooledShape = ({ N, OH, OW, C }: Geometry): Shape => [N, OH, OW, C];

function poolLaunch(node: Node, TAPS: boolean): Launch {
  const g = geometryOf(node);
  const { width, type } = vectorOf(g.C);
  return {
    name: "max-pool2d",
    source: poolSource,
    constants: { ...g, T: type, Bits: width === 4 ? "vec4u" : "u32", WIDTH: width, TAPS: `${TAPS}` },
    bindings: [{ input: 0 }, { output: true, write: true }],
    grid: foldGrid(ceilDiv(node.size / width, 64)),
    epilogue: { hook: "epilogue", width },
    flops: node.size * g.KH * g.KW,
  };
}

const POOL: KernelOp = {
  kind: "kernel",
  name: "maxPool2d",
  fusable: true,
  acceptsF16: true,
  launches: (node) => [poolLaunch(node, false)],
  gradient: (dy, node) => {
    const g = geometryOf(node);
    const taps = record(POOL_TAPS, [new Tensor(node.inputs[0] as Node)], pooledShape(g), {
      dtype: "f32",
      attributes: { ...g },
    });
    return [recordScatter(new Tensor(dy), taps, g).node];
  },
};

/** Which element of its window each maximum is. */
const POOL_TAPS: KernelOp = {
  kind: "kernel",
  name: "maxPool2dTaps",
  fusable: true,
  acceptsF16: true,
  launches: (node) => [poolLaunch(node, true)],
};

const READ_TWO_WRITE = [{ input: 0 }, { input: 1 }, { output: true, write: true }] as const;

const SCATTER: KernelOp = {
  kind: "kernel",
  name: "maxPool2dScatter",
  fusable: true,
  acceptsF16: true,
  launches: (node) => {
    const g = geometryOf(node);
    const { width, type } = vectorOf(g.C);
    return [
      {
        name: "max-pool2d-scatter",
        source: scatterSource,
        constants: { ...g, T: type, WIDTH: width },
        bindings: READ_TWO_WRITE,
        grid: foldGrid(ceilDiv(node.size / width, 64)),
        epilogue: { hook: "epilogue", width },
        flops: node.size * ceilDiv(g.KH, g.STRIDE_H) * ceilDiv(g.KW, g.STRIDE_W),
      },
    ];
  },
  gradient: (ddx, node) => [recordGather(new Tensor(ddx), tapsOf(node), geometryOf(node)).node, undefined],
};

const GATHER: KernelOp = {
  kind: "kernel",
  name: "maxPool2dGather",
  fusable: true,
  acceptsF16: true,
  launches: (node) => {
    const { KH: _, ...constants } = geometryOf(node);
    return [
      {
        name: "max-pool2d-gather",
        source: gatherSource,
        constants,
        bindings: READ_TWO_WRITE,
        grid: foldGrid(ceilDiv(node.size, 64)),
        epilogue: { hook: "epilogue", width: 1 },
      },
    ];
  },
  gradient: (dy, node) => [recordScatter(new Tensor(dy), tapsOf(node), geometryOf(node)).node, undefined],
};

const tapsOf = (node: Node): Tensor => new Tensor(node.inputs[1] as Node);

const recordScatter = (dy: Tensor, taps: Tensor, g: Geometry): Tensor =>
  record(SCATTER, [dy, taps], imageShape(g), { attributes: { ...g } });

const recordGather = (x: Tensor, taps: Tensor, g: Geometry): Tensor =>
  record(GATHER, [x, taps], pooledShape(g), { attributes: { ...g } });

/**
 * Maximum over windows, with PyTorch's conventions: the first of equals gets the gradient, NaN wins, padding never does.
 *
 * @param x [n, h, w, c]
 * @returns [n, oh, ow, c] with oh = ⌊(h + 2 padding - kernel) / stride⌋ + 1
 * @throws ShapeError when a window does not fit, or the padding is more than half of it
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  expectFloats("maxPool2d", { x });
  const [rows, columns] = poolGeometry("maxPool2d", x.shape, options);
  const [N, H, W, C] = x.shape as [number, number, number, number];
  const g: Geometry = {
    N,
    H,
    W,
    C,
    OH: rows.count,
    OW: columns.count,
    KH: rows.kernel,
    KW: columns.kernel,
    STRIDE_H: rows.stride,
    STRIDE_W: columns.stride,
    PAD_H: rows.padding,
    PAD_W: columns.padding,
  };
  return record(POOL, [x], pooledShape(g), { attributes: { ...g } });
}

/** The same for sequences. */
export interface Pool1dOptions {
  readonly kernel: number;
  /** Step between the windows; the kernel's size by default. */
  readonly stride?: number;
  /** At most half of the kernel; 0 by default. */
  readonly padding?: number;
}

/**
 * Maximum over windows of a sequence.
 *
 * @param x [n, w, c]
 * @returns [n, ow, c] with ow = ⌊(w + 2 padding - kernel) / stride⌋ + 1
 */
export function maxPool1d(x: Tensor, options: Pool1dOptions): Tensor {
  expectFloats("maxPool1d", { x });
  checkOptions("maxPool1d", options, POOL_OPTIONS);
  const { n, w, c } = expectShape("maxPool1d", "x", x.shape, "n w c");
  const { kernel, stride = kernel, padding = 0 } = options;
  const y = maxPool2d(reshape(x, [n, 1, w, c]), {
    kernel: [1, kernel],
    stride: [1, stride],
    padding: [0, padding],
  });
  return reshape(y, [n, y.shape[2] as number, c]);
}
