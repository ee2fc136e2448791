/** Noise of cameras and films. */
import type { Raster } from "../../../engine/data/index.ts";
import type { Draws } from "./draws.ts";

export interface Noise {
  /**
   * "gaussian": the same everywhere; "poisson": of light that comes in portions, so that its deviation grows with the root of the
   * brightness (a normal number stands for the Poisson one).
   */
  readonly kind: "gaussian" | "poisson";
  /** Standard deviation in levels of 255; of Poisson noise, where it is white. */
  readonly sigma: number;
  /** The same in all three channels. */
  readonly grey: boolean;
}

/** @param image [h, w, 3], 0 to 255; the result is not clamped */
export function addNoise(
  image: Raster<Float32Array>,
  { kind, sigma, grey }: Noise,
  draws: Draws,
): Raster<Float32Array> {
  const { data } = image;
  const out = new Float32Array(data.length);
  let [first, second] = [0, 0];
  for (let k = 0, drawn = 0; k < out.length; k++) {
    if (!grey || k % 3 === 0) {
      if (drawn++ % 2 === 0) [first, second] = draws.normals();
      else first = second;
    }
    const value = data[k] as number;
    const size = kind === "poisson" ? sigma * Math.sqrt(Math.max(value, 0) / 255) : sigma;
    out[k] = value + size * first;
  }
  return { ...image, data: out };
}
