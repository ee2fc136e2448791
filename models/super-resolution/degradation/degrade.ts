/**
 * Low resolutions as people have them: photographs that were blurred, reduced by some program, noisy, and saved as JPEG, once or
 * twice. After Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data", section 3,
 * whose order is fixed; here blur, resize and noise come in any, as in Zhang et al. 2021, "Designing a Practical Degradation
 * Model for Deep Blind Image Super-Resolution".
 */
import { imresize, type Raster } from "../../../engine/data/index.ts";
import { type Image, makeImage } from "../../../engine/io/image.ts";
import { blur } from "./blur.ts";
import { Draws } from "./draws.ts";
import { type JpegOptions, jpegRoundTrip } from "./jpeg.ts";
import { addNoise } from "./noise.ts";

/**
 * - "none": reduced by MATLAB's bicubic, nothing else;
 * - "jpeg": then saved as JPEG, mostly; a part stays as it is, so that the network keeps what it can;
 * - "second-order": twice blurred, resized, noisy and saved as JPEG.
 */
export const DEGRADATIONS = ["none", "jpeg", "second-order"] as const;
export type Degradation = (typeof DEGRADATIONS)[number];

const FACTOR = 4;

type Floats = Raster<Float32Array>;

/** Which of its random numbers a picture has. */
export interface Drawn {
  readonly seed: number;
  readonly batch: number;
  readonly place: number;
}

/**
 * @param original RGB, both sides multiples of four
 * @returns a quarter of its size along each side
 */
export function degrade(original: Image, kind: Degradation, { seed, batch, place }: Drawn): Image {
  const draws = new Draws(seed, batch, place);
  return kind === "second-order" ? secondOrder(original, draws) : once(original, kind, draws);
}

function once(original: Image, kind: "none" | "jpeg", draws: Draws): Image {
  const { data, width, height } = imresize(original, { scale: 1 / FACTOR });
  const reduced = makeImage(data, width, height, 3);
  if (kind === "none" || draws.chance(0.12)) return reduced;
  const saved = jpegRoundTrip(reduced, savedAs(draws));
  // Passed on by a program that saves anew: the same blocks, other steps.
  return draws.chance(0.15) ? jpegRoundTrip(saved, savedAs(draws)) : saved;
}

const savedAs = (draws: Draws): JpegOptions => ({
  quality: draws.whole(30, 95),
  chroma: draws.chance(0.75) ? "4:2:0" : "4:4:4",
});

/** How strong the two rounds are: sizes and probabilities of Real-ESRGAN's options. */
const ROUNDS = [
  { blurred: 1, sigma: 3, scale: [0.15, 1.5], up: 0.2, down: 0.7, gaussian: 30, poisson: 30 },
  { blurred: 0.8, sigma: 1.5, scale: [0.3, 1.2], up: 0.3, down: 0.4, gaussian: 25, poisson: 25 },
] as const;
type Round = (typeof ROUNDS)[number];

function secondOrder(original: Image, draws: Draws): Image {
  const { width, height, channels } = original;
  const [w, h] = [width / FACTOR, height / FACTOR];
  let image: Floats = { width, height, channels, data: Float32Array.from(original.data) };
  const [first, second] = ROUNDS;
  image = saved(oneRound(image, first, [width, height], draws), draws);
  image = oneRound(image, second, [w, h], draws);
  const last = [(x: Floats) => resized(x, w, h, draws), (x: Floats) => saved(x, draws)];
  for (const step of draws.shuffled(last)) image = step(image);
  return bytesOf(image);
}

/** @param size that scales are of, width and height */
function oneRound(image: Floats, round: Round, size: readonly [number, number], draws: Draws): Floats {
  const steps = [
    (x: Floats) => (draws.chance(round.blurred) ? blur(x, blurShape(round.sigma, draws)) : x),
    (x: Floats) => {
      const scale = scaleOf(round, draws);
      const side = (length: number) => Math.max(Math.round(length * scale), 1);
      return resized(x, side(size[0]), side(size[1]), draws);
    },
    (x: Floats) => noisy(x, round, draws),
  ];
  return draws.shuffled(steps).reduce((x, step) => step(x), image);
}

function blurShape(most: number, draws: Draws) {
  const sigma = draws.range(0.2, most);
  const other = draws.chance(0.5) ? sigma : draws.range(0.2, most);
  return { sigmas: [sigma, other] as const, angle: draws.range(0, Math.PI) };
}

function scaleOf({ up, down, scale: [least, most] }: Round, draws: Draws): number {
  const which = draws.range(0, 1);
  if (which < up) return draws.range(1, most);
  return which < up + down ? draws.range(least, 1) : 1;
}

/** Bilinear, bicubic or area, without a look ahead: programs that shrink do not all smooth first. */
function resized(image: Floats, width: number, height: number, draws: Draws): Floats {
  const kernel = draws.pick(["bilinear", "bicubic", "area"] as const);
  if (width === image.width && height === image.height) return image;
  return imresize(
    image,
    { width, height },
    kernel === "area" ? { kernel: "nearest", antialias: true } : { kernel },
  );
}

function noisy(image: Floats, { gaussian, poisson }: Round, draws: Draws): Floats {
  const kind = draws.pick(["gaussian", "poisson"] as const);
  const sigma = draws.range(1, kind === "gaussian" ? gaussian : poisson);
  return addNoise(image, { kind, sigma, grey: draws.chance(0.4) }, draws);
}

function saved(image: Floats, draws: Draws): Floats {
  const { data, width, height, channels } = jpegRoundTrip(bytesOf(image), savedAs(draws));
  return { width, height, channels, data: Float32Array.from(data) };
}

const bytesOf = ({ data, width, height, channels }: Floats): Image =>
  makeImage(new Uint8Array(Uint8ClampedArray.from(data).buffer), width, height, channels);
