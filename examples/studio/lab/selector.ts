/**
 * A short way to name values of a network: `discriminator.*.conv2:grad[0, :, :, 3]` is a path, in which * stands for anything, a
 * view, and which part of the tensor.
 */
import { VIEWS, type View } from "./types.ts";

export interface Selection {
  /** Those that the path fits, in the order of the network. */
  readonly layers: readonly string[];
  readonly view: View;
  /** What stood in brackets; "" for all. */
  readonly part: string;
}

/**
 * @param text path with wildcards, then `:out`, `:grad`, `:weight` or `:weight-grad`, `:out` where none is named, then `[…]`
 * @throws RangeError saying what is wrong with it
 */
export function select(text: string, layers: readonly string[]): Selection {
  const [, path = "", view = "out", part = "", rest = ""] =
    /^([^:[]*)(?::([^:[]*))?(?:\[([^\]]*)\])?(.*)$/.exec(text.trim()) ?? [];
  if (rest !== "") throw new RangeError(`expected a path, one view and one part in brackets, got "${text}"`);
  if (!(VIEWS as readonly string[]).includes(view))
    throw new RangeError(`there is no :${view}; there are ${VIEWS.map((name) => `:${name}`).join(" ")}`);
  const pattern = new RegExp(`^${path.split("*").map(escaped).join(".*")}$`, "i");
  const found = layers.filter((layer) => pattern.test(layer));
  if (found.length === 0) throw new RangeError(`no layer is called "${path}"`);
  rangesOf(part);
  return { layers: found, view: view as View, part: part.trim() };
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

/** From one place of an axis up to another, which counts from the end where it is negative; a single place takes the axis away. */
interface Range {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly single: boolean;
}

/** @throws RangeError where an axis is written otherwise than `:`, `3`, `-1`, `2:5`, `:4` */
function rangesOf(part: string): Range[] {
  if (part.trim() === "") return [];
  return part.split(",").map((axis) => {
    const [, from = "", colon = "", to = ""] = /^\s*(-?\d+)?\s*(:)?\s*(-?\d+)?\s*$/.exec(axis) ?? [];
    const isPlace = colon === "" && from !== "";
    if (colon === "" && !isPlace)
      throw new RangeError(`an axis is a place or a range such as 3, 2:5 or :, got "${axis.trim()}"`);
    return {
      from: from === "" ? undefined : Number(from),
      to: to === "" ? undefined : Number(to),
      single: isPlace,
    };
  });
}

interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A part of a tensor, as NumPy cuts it.
 * @param part as `select` gives it: an entry an axis; axes that are not named are taken whole
 * @throws RangeError where the tensor has no such part
 */
export function partOf({ shape, data }: Numbers, part: string): Numbers {
  const ranges = rangesOf(part);
  if (ranges.length === 0) return { shape, data };
  if (ranges.length > shape.length)
    throw new RangeError(`[${part}] names ${ranges.length} axes of [${shape.join(", ")}]`);
  const axes = shape.map((size, axis) => {
    const { from = 0, to = size, single } = ranges[axis] ?? { from: 0, to: size, single: false };
    const at = (place: number) => (place < 0 ? place + size : place);
    const begin = at(from);
    const end = single ? begin + 1 : Math.min(at(to), size);
    if (begin < 0 || end > size || begin >= end)
      throw new RangeError(`[${part}] is outside of axis ${axis}, which has ${size}`);
    return { size, begin, end, single };
  });
  let offsets = [0];
  for (const { size, begin, end } of axes)
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: end - begin }, (_, k) => offset * size + begin + k),
    );
  return {
    shape: axes.flatMap(({ begin, end, single }) => (single ? [] : [end - begin])),
    data: Float32Array.from(offsets, (offset) => data[offset] as number),
  };
}
