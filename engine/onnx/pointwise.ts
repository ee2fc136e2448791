/** Element by element, with broadcasting, in host memory or by the engine. */
import { expand, reshape as reshapeTensor } from "../ops/broadcast.ts";
import { permute } from "../ops/movement.ts";
import { broadcastShapes, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { made } from "./movement.ts";
import { broadcastStrides, placesOf } from "./strides.ts";
import { type ElementType, isFloating, type Numbers, storedAs } from "./types.ts";
import { toLast, Value } from "./value.ts";

type OnHost = (...numbers: number[]) => number;
type OnDevice = (...tensors: Tensor[]) => Tensor;

export const broadcast = (shapes: readonly Shape[]): Shape =>
  shapes.reduce((a, b) => broadcastShapes("onnx", a, b), []);

/**
 * @param type of the result
 * @param onHost computes one number, for constants
 * @param onDevice the same of tensors; whole numbers come as i32, truth as f32
 */
export function pointwise(
  type: ElementType,
  inputs: readonly Value[],
  onHost: OnHost,
  onDevice: OnDevice,
): Value {
  const shape = broadcast(inputs.map((input) => input.shape));
  const rank = shape.length;
  const keepsLast = inputs.some((input) => input.prefersLast && input.rank === rank) && sizeOf(shape) > 0;
  if (keepsLast)
    return Value.channelsLast(
      type,
      expand(onDevice(...inputs.map((input) => alongLast(input, rank))), lastShape(shape)),
    );
  return made(
    type,
    shape,
    inputs,
    () => hostPointwise(type, inputs, shape, onHost),
    () => expand(onDevice(...inputs.map((input) => input.tensor)), shape),
  );
}

const lastShape = (shape: Shape): number[] => toLast(shape.length).map((axis) => shape[axis] as number);

/** A value to be broadcast against one of this rank that has its channels last. */
function alongLast(value: Value, rank: number): Tensor {
  if (value.rank === rank) return value.channelsLast;
  if (value.size === 1) return reshapeTensor(value.tensor, []);
  const lead = rank - value.rank;
  const full = reshapeTensor(value.tensor, [...Array.from({ length: lead }, () => 1), ...value.shape]);
  return permute(full, toLast(rank));
}

function hostPointwise(type: ElementType, inputs: readonly Value[], shape: Shape, onHost: OnHost): Numbers {
  const columns = inputs.map(({ host, shape: own }) => ({
    numbers: host as Numbers,
    places: sizeOf(own) === sizeOf(shape) ? undefined : placesOf(shape, broadcastStrides(own, shape)),
  }));
  const out = new Float64Array(sizeOf(shape));
  for (let k = 0; k < out.length; k++)
    out[k] = onHost(
      ...columns.map(({ numbers, places }) => numbers[places ? (places[k] as number) : k] as number),
    );
  return storedAs(type, out);
}

/** As floats on a device, whatever it is. */
export const floats =
  (of: OnDevice): OnDevice =>
  (...tensors) =>
    of(...tensors.map((t) => (t.dtype === "f32" ? t : t.cast("f32"))));

/** Numbers on a device as elements of this type: whole ones are i32, everything else f32. */
export const deviceType = (type: ElementType): "f32" | "i32" =>
  isFloating(type) || type === "bool" ? "f32" : "i32";
