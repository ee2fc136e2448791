/** Blur by a Gaussian of any shape. */
import { InputError } from "../../../engine/errors.ts";
import type { Raster } from "../../../engine/data/index.ts";

export interface Gaussian {
  /** Standard deviations along the two axes, in pixels; equal ones make a round kernel. */
  readonly sigmas: readonly [number, number];
  /** Between the first axis and the rows, in radians. */
  readonly angle: number;
}

/** @returns an odd square of weights that sum to 1, row by row; it reaches three deviations at least */
export function gaussianKernel({ sigmas, angle }: Gaussian): {
  readonly side: number;
  readonly weights: Float64Array;
} {
  if (!sigmas.every((sigma) => sigma > 0))
    throw new InputError(`a blur needs positive standard deviations, got ${sigmas.join(" and ")}`);
  const radius = Math.ceil(3 * Math.max(...sigmas));
  const side = 2 * radius + 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const weights = Float64Array.from({ length: side * side }, (_, k) => {
    const x = (k % side) - radius;
    const y = Math.floor(k / side) - radius;
    const [along, across] = [cos * x + sin * y, cos * y - sin * x];
    return Math.exp(-0.5 * ((along / sigmas[0]) ** 2 + (across / sigmas[1]) ** 2));
  });
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return { side, weights: weights.map((weight) => weight / sum) };
}

/** Beyond the edge the picture is mirrored, its last row and column not repeated. */
export function blur(image: Raster<Float32Array>, shape: Gaussian): Raster<Float32Array> {
  const { side, weights } = gaussianKernel(shape);
  const { width, height, channels, data } = image;
  const radius = (side - 1) / 2;
  const stride = width * channels;
  const out = new Float32Array(data.length);
  const row = new Float64Array(stride);
  const columns = mirrored(width, radius);
  const rows = mirrored(height, radius);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let v = 0; v < side; v++) {
      const from = (rows[y + v] as number) * stride;
      for (let u = 0; u < side; u++) {
        const weight = weights[v * side + u] as number;
        for (let x = 0, to = 0; x < width; x++) {
          const at = from + (columns[x + u] as number) * channels;
          for (let c = 0; c < channels; c++, to++)
            row[to] = (row[to] as number) + weight * (data[at + c] as number);
        }
      }
    }
    out.set(row, y * stride);
  }
  return { width, height, channels, data: out };
}

/** Which pixel stands at places -radius … size + radius - 1. */
function mirrored(size: number, radius: number): Int32Array {
  const period = Math.max(2 * (size - 1), 1);
  return Int32Array.from({ length: size + 2 * radius }, (_, k) => {
    const place = (((k - radius) % period) + period) % period;
    return place < size ? place : period - place;
  });
}
