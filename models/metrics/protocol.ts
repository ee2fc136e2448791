/** Named ways to measure super-resolution: numbers are comparable only within one (MODELS 7.1). */
import { ShapeError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import { type LumaStandard, luma } from "./luma.ts";
import { type Plane, shave } from "./plane.ts";
import { psnr } from "./psnr.ts";
import { ssimDaala } from "./ssim-daala.ts";
import { ssimWang } from "./ssim-wang.ts";

/**
 * "matlab": BT.601 luma, not rounded, and the SSIM of Wang 2004; what most of the literature reports.
 * "ledig2017": BT.709 luma rounded to integers, and daala's SSIM; compares with tables 1 and 2 of Ledig et al. 2017.
 */
export type Protocol = "matlab" | "ledig2017";

export const PROTOCOLS: readonly Protocol[] = ["matlab", "ledig2017"];

/** PSNR in dB (Infinity for equal images) and SSIM (at most 1), both on luma. */
export interface Score {
  readonly psnr: number;
  readonly ssim: number;
}

interface Measure {
  readonly luma: LumaStandard;
  readonly round: boolean;
  readonly ssim: (a: Plane, b: Plane) => number;
  /** Pixels that SSIM needs in each direction. */
  readonly smallest: number;
}

const MEASURES: Record<Protocol, Measure> = {
  matlab: { luma: "bt601", round: false, ssim: ssimWang, smallest: 11 },
  ledig2017: { luma: "bt709", round: true, ssim: ssimDaala, smallest: 1 },
};

/** True for the name of a protocol. */
export function isProtocol(name: string): name is Protocol {
  return (PROTOCOLS as readonly string[]).includes(name);
}

/** The smallest width and height that a protocol can measure. */
export function smallestSide(protocol: Protocol, border = 4): number {
  return MEASURES[protocol].smallest + 2 * border;
}

/**
 * Compares an upscaled image with the original.
 *
 * @param sr bytes, as shown; grey counts as RGB with equal channels, alpha is ignored
 * @param hr the original, of the same size
 * @param border pixels left out on each side; 4 by custom for a factor of 4
 * @throws ShapeError if the sizes differ or are too small to be measured
 */
export function score(sr: Image, hr: Image, protocol: Protocol, border = 4): Score {
  if (sr.width !== hr.width || sr.height !== hr.height) {
    throw new ShapeError(
      `score: the upscaled image is ${sr.width}x${sr.height}, the original ${hr.width}x${hr.height}`,
    );
  }
  const side = smallestSide(protocol, border);
  if (hr.width < side || hr.height < side) {
    throw new ShapeError(
      `score: protocol ${protocol} needs ${side}x${side} pixels or more, got ${hr.width}x${hr.height}`,
    );
  }
  const measure = MEASURES[protocol];
  const a = shave(luma(sr, measure.luma, measure.round), border);
  const b = shave(luma(hr, measure.luma, measure.round), border);
  return { psnr: psnr(a, b), ssim: measure.ssim(a, b) };
}
