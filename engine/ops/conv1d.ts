/** Convolution of sequences. */
import { ShapeError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { expectShape, showShape } from "../shape.ts";
import { expectFloats, type Tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";
import { conv2d } from "./conv.ts";
import { CONV_OPTIONS } from "./conv-geometry.ts";
import { whole } from "./pair.ts";

/** Options of `conv1d`, in steps of the sequence. */
export interface Conv1dOptions {
  /** Step between the windows; 1 by default. */
  readonly stride?: number;
  /** Zeros in front of and behind the sequence; 0 by default. */
  readonly padding?: number;
  /** Distance between the taps of the kernel; 1 by default. */
  readonly dilation?: number;
  /** Channels are cut into this many groups that do not see each other; 1 by default. */
  readonly groups?: number;
}

/**
 * 1-D cross-correlation: `conv2d` of an image of height 1.
 *
 * @param x [n, w, i]
 * @param w [k, i / groups, o]
 * @returns [n, ow, o] with ow = ⌊(w + 2 padding - dilation (k - 1) - 1) / stride⌋ + 1
 * @throws ShapeError when channels or groups do not fit, or the kernel is longer than the padded sequence
 */
export function conv1d(x: Tensor, w: Tensor, options: Conv1dOptions = {}): Tensor {
  expectFloats("conv1d", { x, w });
  checkOptions("conv1d", options, CONV_OPTIONS);
  const { n, w: width, i } = expectShape("conv1d", "x", x.shape, "n w i");
  const { k, i: perGroup, o } = expectShape("conv1d", "w", w.shape, "k i o");
  const stride = whole("conv1d", "stride", options.stride ?? 1, 1);
  const padding = whole("conv1d", "padding", options.padding ?? 0, 0);
  const dilation = whole("conv1d", "dilation", options.dilation ?? 1, 1);
  const groups = whole("conv1d", "groups", options.groups ?? 1, 1);
  if (i !== perGroup * groups || o % groups !== 0)
    throw new ShapeError(
      `conv1d: w ${showShape(w.shape)} in ${groups} groups does not fit x ${showShape(x.shape)} of ${i} channels`,
    );
  if (Math.min(width, k) < 1)
    throw new ShapeError(
      `conv1d: x ${showShape(x.shape)} and w ${showShape(w.shape)} need at least one position each`,
    );
  if (width + 2 * padding < dilation * (k - 1) + 1)
    throw new ShapeError(
      `conv1d: a kernel of ${k} (dilation ${dilation}) does not fit into ${width} with padding ${padding}`,
    );
  const y = conv2d(reshape(x, [n, 1, width, i]), reshape(w, [1, k, perGroup, o]), {
    stride: [1, stride],
    padding: [0, padding],
    dilation: [1, dilation],
    groups,
  });
  return reshape(y, [n, y.shape[2] as number, o]);
}
