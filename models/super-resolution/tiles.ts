/** How an image is cut so that a network sees a window of it at a time, of few shapes for all sizes of images. */
import type { SuperResolver } from "./upscale.ts";

/** A stretch of one axis that the network sees, and the part of it that goes into the result. */
export interface Window {
  readonly at: number;
  readonly size: number;
  /** As many of `size` belong to the image; the others lie beyond its end. */
  readonly within: number;
  readonly start: number;
  readonly end: number;
}

/** What the widest activation of a tile may take: every adapter can bind 128 MB. */
const TILE_BYTES = 85e6;

/** On a processor a window takes a second or two at most, so that one sees at once how it goes. */
const SOFTWARE_SIDE = 112;

/** Images up to this side need not wait for a large window. */
const SMALL_SIDE = 48;

/** What a tile adds to the result at least: less, and nearly all work is done for what lies around it. */
const LEAST_PART = 32;

/**
 * Sides of the windows that a network sees, small ones first; a square or an oblong of them fits any image, so that another size
 * needs no other program.
 */
export function windowSides(model: SuperResolver, software: boolean): readonly number[] {
  const { bytesPerPixel, radius, multiple } = model;
  const fit = Math.floor(Math.sqrt(TILE_BYTES / bytesPerPixel));
  const wished = software ? Math.min(fit, SOFTWARE_SIDE) : fit;
  const least = LEAST_PART + 2 * radius;
  const side = Math.max(Math.floor(wished / 8), Math.ceil(least / 8)) * 8;
  // ESRGAN's networks want multiples of 2 or 4.
  const large = Math.ceil(side / multiple) * multiple;
  return large > 2 * SMALL_SIDE ? [SMALL_SIDE, large] : [large];
}

/**
 * Windows that cover an axis: of equal size, each with `radius` pixels of context beyond its part, or the edge.
 * @param sides see `windowSides`; an axis shorter than one lies in it with an end
 */
export function windows(length: number, sides: readonly number[], radius: number): Window[] {
  const size = sides.find((side) => side >= length) ?? (sides.at(-1) as number);
  if (length <= size) return [{ at: 0, size, within: length, start: 0, end: length }];
  const inner = size - 2 * radius;
  const list: Window[] = [];
  for (let start = 0; start < length; start += inner) {
    const at = Math.min(Math.max(start - radius, 0), length - size);
    list.push({ at, size, within: size, start, end: Math.min(start + inner, length) });
  }
  return list;
}
