/** Where the windows of convolution and pooling lie along each axis: pads, strides, dilations, and ONNX's `auto_pad`. */
import type { Call } from "./call.ts";

/** The windows along one axis: number k covers positions k stride - before + j dilation for j in 0..kernel - 1. */
export interface Windows {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Positions beyond the front, and behind. */
  readonly before: number;
  readonly after: number;
  readonly count: number;
}

/** Positions from the first to the last tap of a window, both counted. */
const reachOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

const AUTO = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;

/** @param sizes of the axes of the image, @param kernel of the windows */
export function windowsOf(call: Call, sizes: readonly number[], kernel: readonly number[]): Windows[] {
  const rank = sizes.length;
  const ones = sizes.map(() => 1);
  const strides = call.list("strides") ?? ones;
  const dilations = call.list("dilations") ?? ones;
  const pads = call.list("pads") ?? [...sizes, ...sizes].map(() => 0);
  for (const [name, list, length] of [
    ["kernel_shape", kernel, rank],
    ["strides", strides, rank],
    ["dilations", dilations, rank],
    ["pads", pads, 2 * rank],
  ] as const)
    if (list.length !== length)
      call.refuse(`${name} should have ${length} numbers for ${rank} axes, got [${list.join(", ")}]`);
  if ([...strides, ...dilations, ...kernel].some((n) => n < 1))
    call.refuse("strides, dilations and kernel are at least 1");
  const auto = call.string("auto_pad", "NOTSET", AUTO);
  const isCeil = call.int("ceil_mode", 0) === 1;
  return sizes.map((size, k) => {
    const [stride, dilation, taps] = [strides[k], dilations[k], kernel[k]] as [number, number, number];
    const reach = reachOf(taps, dilation);
    let [before, after] = [pads[k], pads[k + rank]] as [number, number];
    if (auto === "VALID") [before, after] = [0, 0];
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
      const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
      const small = Math.floor(total / 2);
      [before, after] = auto === "SAME_UPPER" ? [small, total - small] : [total - small, small];
    }
    const steps = (size + before + after - reach) / stride;
    let count = (isCeil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // No window begins behind the image.
    if (isCeil && (count - 1) * stride >= size + before) count--;
    if (count < 1)
      call.refuse(`a window of ${reach} does not fit into ${size} with pads ${before} and ${after}`);
    return { size, kernel: taps, stride, dilation, before, after, count };
  });
}
