/**
 * Whether a picture shows the blocks of JPEG, wherever their grid lies: pictures are cut, enlarged, and saved again as PNG, and
 * still have them.
 */
import type { Image } from "../../engine/io/image.ts";
import { luma, type Plane } from "../metrics/index.ts";

/** Sides of blocks that are looked for: JPEG's, and those of pictures that were enlarged by a half or by two afterwards. */
const SIDES = [8, 12, 16] as const;
/** Below so many steps at each place of a block nothing can be told. */
const ENOUGH = 200;

/**
 * How clearly blocks are seen, in standard deviations of what chance would show, for the side that is seen most. A step between
 * neighbours counts where it is larger than both steps beside it: without blocks about one of three, at any place; blocks make
 * more of them at one place in eight. The place with most is compared with the second, since what was enlarged has a rhythm of
 * its own, but at several places of a block.
 * @returns 0 where the picture is too small to tell
 */
export function blocksSeen(image: Image): number {
  const plane = luma(image, "bt601");
  const { width, height } = plane;
  const across = peaks(plane, width, height, 1, width);
  const down = peaks(plane, height, width, width, 1);
  return Math.max(...SIDES.map((side) => (lead(across, side) + lead(down, side)) / Math.SQRT2), 0);
}

interface Peaks {
  /** At each place of an axis: steps to it that are larger than those beside, and all that were looked at. */
  readonly larger: Float64Array;
  readonly all: Float64Array;
}

/** @param step from a pixel to the next along the axis @param line from a line of pixels to the next */
function peaks({ data }: Plane, length: number, lines: number, step: number, line: number): Peaks {
  const larger = new Float64Array(length);
  const all = new Float64Array(length);
  for (let y = 0; y < lines; y++) {
    const value = (x: number) => data[y * line + x * step] as number;
    for (let x = 2; x < length - 1; x++) {
      const before = Math.abs(value(x - 1) - value(x - 2));
      const here = Math.abs(value(x) - value(x - 1));
      const after = Math.abs(value(x + 1) - value(x));
      // Plain areas say nothing.
      if (before + here + after === 0) continue;
      all[x] = (all[x] as number) + 1;
      if (here > before && here > after) larger[x] = (larger[x] as number) + 1;
    }
  }
  return { larger, all };
}

/** By how much the first place of blocks of this side is ahead of the second, in standard deviations of a share of a third. */
function lead({ larger, all }: Peaks, side: number): number {
  const places = Array.from({ length: side }, (_, place) => {
    const sum = (counts: Float64Array) =>
      counts.reduce((total, count, x) => (x % side === place ? total + count : total), 0);
    return { larger: sum(larger), all: sum(all) };
  });
  const count = Math.min(...places.map((place) => place.all));
  if (count < ENOUGH) return 0;
  const [first = 0, second = 0] = places.map((place) => place.larger / place.all).sort((a, b) => b - a);
  return (first - second) * Math.sqrt(count / (2 * (1 / 3) * (2 / 3)));
}
