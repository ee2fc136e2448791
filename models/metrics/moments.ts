/** What both forms of SSIM are made of: window sums of x, y, x^2 + y^2 and xy under a separable symmetric window. */
import type { Plane } from "./plane.ts";

/** The window sums along one row of the image, one entry a pixel. */
export interface MomentRow {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Sums of x^2 + y^2: the variances enter SSIM only as their sum. */
  readonly squares: Float64Array;
  readonly products: Float64Array;
}

const QUANTITIES = ["x", "y", "squares", "products"] as const;

function newRow(length: number): MomentRow {
  return {
    x: new Float64Array(length),
    y: new Float64Array(length),
    squares: new Float64Array(length),
    products: new Float64Array(length),
  };
}

/** Writes the quantities of image row `row`, leaving `margin` zeros before them. */
function pointwise(out: MomentRow, margin: number, a: Plane, b: Plane, row: number): void {
  const start = row * a.width;
  for (let i = 0; i < a.width; i++) {
    const x = a.data[start + i] as number;
    const y = b.data[start + i] as number;
    out.x[margin + i] = x;
    out.y[margin + i] = y;
    out.squares[margin + i] = x * x + y * y;
    out.products[margin + i] = x * y;
  }
}

/** Sums along a row that has a margin of zeros as wide as the window's radius on both sides. */
function sumAcross(out: Float64Array, padded: Float64Array, taps: Float64Array): void {
  const last = taps.length - 1;
  const radius = last >> 1;
  const centre = taps[radius] as number;
  for (let i = 0; i < out.length; i++) {
    let sum = centre * (padded[i + radius] as number);
    for (let t = 0; t < radius; t++) {
      sum += (taps[t] as number) * ((padded[i + t] as number) + (padded[i + last - t] as number));
    }
    out[i] = sum;
  }
}

/** Adds tap * (upper + lower) to every entry. */
function addPair(out: Float64Array, tap: number, upper: Float64Array, lower: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = (out[i] as number) + tap * ((upper[i] as number) + (lower[i] as number));
  }
}

/**
 * Walks over the rows `first` to `last` (exclusive) of the window sums.
 *
 * @param taps the window in each direction: odd length, symmetric; where it hangs over the border the rest is left out
 * @param visit is given each row once, in order; the arrays are used again for the next
 */
export function windowMoments(
  a: Plane,
  b: Plane,
  taps: Float64Array,
  [first, last]: readonly [number, number],
  visit: (row: MomentRow, y: number) => void,
): void {
  const { width, height } = a;
  const radius = (taps.length - 1) >> 1;
  const pixels = newRow(width + 2 * radius);
  const sums = newRow(width);
  const nothing = newRow(width);
  // Rows already summed across, in a ring as long as the window.
  const ring = Array.from(taps, () => newRow(width));
  const summed = (y: number) => (y < 0 || y >= height ? nothing : (ring[y % taps.length] as MomentRow));
  let done = Math.max(0, first - radius);
  for (let y = first; y < last; y++) {
    for (; done <= Math.min(y + radius, height - 1); done++) {
      pointwise(pixels, radius, a, b, done);
      for (const quantity of QUANTITIES) sumAcross(summed(done)[quantity], pixels[quantity], taps);
    }
    const centre = summed(y);
    for (const quantity of QUANTITIES) {
      const out = sums[quantity];
      out.fill(0);
      addPair(out, taps[radius] as number, centre[quantity], nothing[quantity]);
      for (let t = 0; t < radius; t++) {
        addPair(out, taps[t] as number, summed(y - radius + t)[quantity], summed(y + radius - t)[quantity]);
      }
    }
    visit(sums, y);
  }
}
