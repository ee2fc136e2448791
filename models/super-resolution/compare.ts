/** Several upscalers on the same images: scores by every protocol, and the same detail of each side by side. */
import { InputError } from "../../engine/errors.ts";
import { crop, type Image } from "../../engine/io/image.ts";
import { nearest } from "./baselines.ts";
import type { Pair, Upscaler } from "./evaluate.ts";
import { type Protocol, PROTOCOLS, type Score, score, smallestSide } from "../metrics/index.ts";
import { perceptualDistance } from "../features/perceptual.ts";
import { detailWindow } from "../training/picture-sheet.ts";
import type { SqueezeNet } from "../features/squeezenet.ts";

/** Side of the detail that is shown, in pixels of the original. */
const DETAIL = 128;

/** Means over the images. */
export interface ModelScores extends Readonly<Record<Protocol, Score>> {
  readonly model: string;
  /** Distance to the original in SqueezeNet's features, where there is one. */
  readonly perceptual?: number;
}

/** One image as the low resolution (pixels repeated), each model's and the original show it. */
export interface DetailRow {
  readonly image: string;
  readonly pictures: readonly Image[];
}

export interface Comparison {
  readonly images: number;
  readonly models: readonly ModelScores[];
  readonly details: readonly DetailRow[];
}

export interface CompareOptions {
  readonly eye?: SqueezeNet | undefined;
  /** Told before each image and model, and at the end. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/**
 * @param models by the name that results carry
 * @throws InputError when there is no image, or one is too small to be measured
 */
export async function compareUpscalers(
  pairs: readonly Pair[],
  models: ReadonlyMap<string, Upscaler>,
  { eye, onProgress = () => {} }: CompareOptions = {},
): Promise<Comparison> {
  if (pairs.length === 0) throw new InputError("compare: there is no image to measure");
  const sums = new Map([...models.keys()].map((name) => [name, newSum()]));
  const details: DetailRow[] = [];
  const total = pairs.length * models.size;
  let done = 0;
  for (const { name: image, load } of pairs) {
    const { lr, hr } = await load();
    const side = Math.max(...PROTOCOLS.map((protocol) => smallestSide(protocol)));
    if (Math.min(hr.width, hr.height) < side)
      throw new InputError(`${image}: needs ${side}x${side} pixels or more, got ${hr.width}x${hr.height}`);
    const { x, y, side: shown } = detailWindow(hr, DETAIL);
    const detail = (picture: Image) => crop(picture, x, y, shown, shown);
    const pictures = [detail(await nearest(lr))];
    for (const [name, upscaler] of models) {
      onProgress(done++, total, `${image} by ${name}`);
      const sr = await upscaler(lr);
      const sum = sums.get(name) as Sum;
      for (const protocol of PROTOCOLS) {
        const { psnr, ssim } = score(sr, hr, protocol);
        sum[protocol].psnr += psnr / pairs.length;
        sum[protocol].ssim += ssim / pairs.length;
      }
      if (eye) sum.perceptual += (await perceptualDistance(eye, sr, hr)) / pairs.length;
      pictures.push(detail(sr));
    }
    details.push({ image, pictures: [...pictures, detail(hr)] });
  }
  onProgress(done, total, "");
  const scores = [...sums].map(([model, { perceptual, ...protocols }]) => ({
    model,
    ...protocols,
    ...(eye && { perceptual }),
  }));
  return { images: pairs.length, models: scores, details };
}

type Sum = Record<Protocol, { psnr: number; ssim: number }> & { perceptual: number };

const newSum = (): Sum => ({
  matlab: { psnr: 0, ssim: 0 },
  ledig2017: { psnr: 0, ssim: 0 },
  perceptual: 0,
});
