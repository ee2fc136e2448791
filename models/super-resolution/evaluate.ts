/** Measures an upscaler by four on benchmark images. Runs in every host; files are found by `evaluate-node.ts`. */
import { imresize } from "../../engine/data/imresize.ts";
import type { ResampleBorder } from "../../engine/data/resample-taps.ts";
import { InputError } from "../../engine/errors.ts";
import { crop, type Image, makeImage, toRgb } from "../../engine/io/image.ts";
import {
  imageGmsd,
  medianWeave,
  type Protocol,
  type Score,
  score,
  smallestSide,
  type Weave,
  weave,
} from "../metrics/index.ts";
import { jpegRoundTrip } from "./degradation/jpeg.ts";

const FACTOR = 4;

/** A low-resolution image and its original, both RGB; the original is exactly four times as large. */
export interface ImagePair {
  readonly lr: Image;
  readonly hr: Image;
}

/** A benchmark image that is read when its turn comes, so that only one is in memory. */
export interface Pair {
  readonly name: string;
  readonly load: () => Promise<ImagePair>;
}

/** [h, w, 3] bytes -> [4h, 4w, 3] bytes (grey and alpha are accepted back too). */
export type Upscaler = (lr: Image) => Promise<Image>;

export interface ImageScore extends Score {
  readonly name: string;
}

/** An image that cannot be measured, and why. */
export interface Unmeasured {
  readonly name: string;
  readonly error: string;
}

/** What `ganvas eval --json` prints. */
export interface Evaluation {
  readonly model: string;
  readonly protocol: Protocol;
  readonly images: readonly ImageScore[];
  /** Means over the images of their own values. */
  readonly mean: Score;
  /** Gradient magnitude similarity deviation, mean over the images: 0 for equal ones. */
  readonly gmsd: number;
  /** Median over the images that are large enough. */
  readonly weave?: Weave;
  /** Images that are left out, because they cannot be read, do not fit or are too small. */
  readonly failed: readonly Unmeasured[];
}

/** Where an evaluation stands, told after each image. */
export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  readonly latest: ImageScore;
}

/**
 * Fits an original and its low-resolution image to each other.
 *
 * Both become RGB: grey is repeated, alpha is dropped. The original loses its last rows and columns down to a multiple of
 * four; without a low-resolution image one is made from that by MATLAB's bicubic, in bytes.
 *
 * @param border beyond the edge of the original when the low resolution is made: "symmetric" (default) or "replicate"
 * @throws InputError, naming the image, if the original is smaller than 4x4 or the two sizes do not fit
 */
export function matchPair(
  name: string,
  original: Image,
  reduced?: Image,
  border: ResampleBorder = "symmetric",
): ImagePair {
  const width = original.width - (original.width % FACTOR);
  const height = original.height - (original.height % FACTOR);
  if (width === 0 || height === 0) {
    throw new InputError(
      `${name}: an original must have at least 4x4 pixels, got ${original.width}x${original.height}`,
    );
  }
  if (reduced && (reduced.width * FACTOR !== width || reduced.height * FACTOR !== height)) {
    throw new InputError(
      `${name}: an original of ${original.width}x${original.height} needs a low-resolution image of ` +
        `${width / FACTOR}x${height / FACTOR}, got ${reduced.width}x${reduced.height}`,
    );
  }
  const hr = toRgb(crop(original, 0, 0, width, height));
  if (reduced) return { lr: toRgb(reduced), hr };
  const lr = imresize(hr, { scale: 1 / FACTOR }, { border });
  return { lr: makeImage(lr.data, lr.width, lr.height, 3), hr };
}

/** The same pairs, their low resolutions saved as JPEG (4:2:0). */
export const savedAsJpeg = (pairs: readonly Pair[], quality: number): Pair[] =>
  pairs.map(({ name, load }) => ({
    name,
    load: async () => {
      const { lr, hr } = await load();
      return { lr: jpegRoundTrip(lr, { quality }), hr };
    },
  }));

/**
 * The pairs that can be measured, one after the other; each of the others is told to `onFailed`.
 * @param side width and height that an original needs at least
 * @throws InputError where none can be measured
 */
export async function* measurable(
  pairs: readonly Pair[],
  side: number,
  onFailed: (failed: Unmeasured) => void,
): AsyncGenerator<ImagePair & { readonly name: string }> {
  let first: InputError | undefined;
  let good = 0;
  for (const { name, load } of pairs)
    try {
      const pair = await load();
      const { width, height } = pair.hr;
      if (Math.min(width, height) < side)
        throw new InputError(
          `${name}: to measure it takes ${side}x${side} pixels or more, got ${width}x${height}`,
        );
      good++;
      yield { name, ...pair };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
      onFailed({ name, error: error.message });
    }
  if (good === 0) throw first ?? new InputError("there is no image to measure");
}

/**
 * Upscales every image and compares it with its original.
 *
 * @param model the name that the result carries
 * @returns per-image values and their means. PSNR is Infinity where an image comes out equal ("Infinity" in the command's JSON).
 * @throws InputError if there is no image that can be measured, or one comes out in another size than its original
 */
export async function evaluate(
  pairs: readonly Pair[],
  upscaler: Upscaler,
  protocol: Protocol,
  onProgress?: (progress: EvaluationProgress) => void,
  model = upscaler.name,
): Promise<Evaluation> {
  const images: ImageScore[] = [];
  const weaves: (Weave | undefined)[] = [];
  let deviations = 0;
  const failed: Unmeasured[] = [];
  for await (const { name, lr, hr } of measurable(pairs, smallestSide(protocol), (one) => failed.push(one))) {
    const sr = await upscaler(lr);
    if (sr.width !== hr.width || sr.height !== hr.height) {
      throw new InputError(
        `${name}: ${model} made ${sr.width}x${sr.height} of ${lr.width}x${lr.height}, expected ${hr.width}x${hr.height}`,
      );
    }
    const latest = { name, ...score(sr, hr, protocol) };
    images.push(latest);
    weaves.push(weave(sr));
    deviations += imageGmsd(sr, hr);
    onProgress?.({ done: images.length + failed.length, total: pairs.length, latest });
  }
  const mean = (value: (image: ImageScore) => number) =>
    images.reduce((sum, image) => sum + value(image), 0) / images.length;
  const median = medianWeave(weaves);
  return {
    model,
    protocol,
    images,
    mean: { psnr: mean((i) => i.psnr), ssim: mean((i) => i.ssim) },
    gmsd: deviations / images.length,
    ...(median && { weave: median }),
    failed,
  };
}
