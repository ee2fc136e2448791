import { ShapeError } from "../../engine/errors.ts";

/** One channel of an image in float64, row-major: data[y * width + x], in 0 .. 255. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/**
 * The plane without `pixels` rows and columns on each of its four sides.
 * @throws ShapeError if nothing would be left
 */
export function shave(plane: Plane, pixels: number): Plane {
  if (pixels === 0) return plane;
  const width = plane.width - 2 * pixels;
  const height = plane.height - 2 * pixels;
  if (width < 1 || height < 1) {
    throw new ShapeError(
      `shave: ${plane.width}x${plane.height} has nothing left without ${pixels} pixels on each side`,
    );
  }
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + pixels) * plane.width + pixels;
    data.set(plane.data.subarray(start, start + width), y * width);
  }
  return { width, height, data };
}

/** @throws ShapeError, naming the metric, unless both planes have one size, of at least `smallest` in each direction */
export function checkPair(metric: string, a: Plane, b: Plane, smallest = 1): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new ShapeError(
      `${metric}: the images differ in size, ${a.width}x${a.height} and ${b.width}x${b.height}`,
    );
  }
  if (a.width < smallest || a.height < smallest) {
    throw new ShapeError(
      `${metric}: needs at least ${smallest}x${smallest} pixels, got ${a.width}x${a.height}`,
    );
  }
}
