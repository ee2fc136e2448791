/** Moving numbers in host memory: a view by strides, written out. */
import { type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { Numbers } from "./types.ts";

/** The place in a flat array of each element of a view, in the view's order. */
export function placesOf(shape: Shape, strides: readonly number[], offset = 0): Int32Array<ArrayBuffer> {
  const places = new Int32Array(sizeOf(shape));
  const at = shape.map(() => 0);
  let place = offset;
  for (let k = 0; k < places.length; k++) {
    places[k] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis] as number;
      if (++(at[axis] as number) < (shape[axis] as number)) break;
      place -= (at[axis] as number) * (strides[axis] as number);
      at[axis] = 0;
    }
  }
  return places;
}

/** Strides that read an array of shape `from` as one of shape `to` (NumPy's broadcasting). */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : (own[axis - lead] as number)));
}

/** The numbers at these places; at -1 the other number. */
export function taken<N extends Numbers | Int32Array>(numbers: N, places: Int32Array, otherwise = 0): N {
  const out = new (numbers.constructor as new (n: number) => N)(places.length);
  places.forEach((place, k) => {
    out[k] = place < 0 ? otherwise : (numbers[place] as number);
  });
  return out;
}

/** The coordinates of each element, one after the other. */
export function* coordinatesOf(shape: Shape): Generator<readonly number[]> {
  const size = sizeOf(shape);
  const at = shape.map(() => 0);
  for (let k = 0; k < size; k++) {
    yield [...at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++(at[axis] as number) < (shape[axis] as number)) break;
      at[axis] = 0;
    }
  }
}
