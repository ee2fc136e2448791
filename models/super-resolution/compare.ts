/** Several upscalers on the same images: scores by every protocol, and the same detail of each side by side. */
import { crop, type Image } from "../../engine/io/image.ts";
import { nearest } from "./baselines.ts";
import { measurable, type Pair, type Unmeasured, type Upscaler } from "./evaluate.ts";
import {
  imageGmsd,
  medianWeave,
  type Protocol,
  PROTOCOLS,
  type Score,
  score,
  smallestSide,
  type Weave,
  weave,
} from "../metrics/index.ts";
import { perceptualDistance } from "../features/perceptual.ts";
import { detailWindow } from "../training/picture-sheet.ts";
import type { SqueezeNet } from "../features/squeezenet.ts";

/** Side of the detail that is shown, in pixels of the original. */
const DETAIL = 128;

/** Means over the images. */
export interface ModelScores extends Readonly<Record<Protocol, Score>> {
  readonly model: string;
  /** Gradient magnitude similarity deviation from the original. */
  readonly gmsd: number;
  /** Distance to the original in SqueezeNet's features, where there is one. */
  readonly perceptual?: number;
  /** Median over the images that are large enough. */
  readonly weave?: Weave;
}

/** One image as the low resolution (pixels repeated), each model's and the original show it. */
export interface DetailRow {
  readonly image: string;
  readonly pictures: readonly Image[];
}

export interface Comparison {
  readonly images: number;
  readonly models: readonly ModelScores[];
  /** Of the originals, as of the models. */
  readonly weave?: Weave;
  readonly details: readonly DetailRow[];
  /** Images that are left out. */
  readonly failed: readonly Unmeasured[];
}

export interface CompareOptions {
  readonly eye?: SqueezeNet | undefined;
  /** Told before each image and model, and at the end. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/**
 * @param models by the name that results carry
 * @throws InputError when there is no image that can be measured
 */
export async function compareUpscalers(
  pairs: readonly Pair[],
  models: ReadonlyMap<string, Upscaler>,
  { eye, onProgress = () => {} }: CompareOptions = {},
): Promise<Comparison> {
  const sums = new Map([...models.keys()].map((name) => [name, newSum()]));
  const details: DetailRow[] = [];
  const originals: (Weave | undefined)[] = [];
  const failed: Unmeasured[] = [];
  const side = Math.max(...PROTOCOLS.map((protocol) => smallestSide(protocol)));
  const total = pairs.length * models.size;
  let done = 0;
  const onFailed = (one: Unmeasured) => {
    failed.push(one);
    done += models.size;
  };
  for await (const { name: image, lr, hr } of measurable(pairs, side, onFailed)) {
    const { x, y, side: shown } = detailWindow(hr, DETAIL);
    const detail = (picture: Image) => crop(picture, x, y, shown, shown);
    const pictures = [detail(await nearest(lr))];
    for (const [name, upscaler] of models) {
      onProgress(done++, total, `${image} by ${name}`);
      const sr = await upscaler(lr);
      const sum = sums.get(name) as Sum;
      for (const protocol of PROTOCOLS) {
        const { psnr, ssim } = score(sr, hr, protocol);
        sum[protocol].psnr += psnr;
        sum[protocol].ssim += ssim;
      }
      if (eye) sum.perceptual += await perceptualDistance(eye, sr, hr);
      sum.gmsd += imageGmsd(sr, hr);
      sum.weaves.push(weave(sr));
      pictures.push(detail(sr));
    }
    originals.push(weave(hr));
    details.push({ image, pictures: [...pictures, detail(hr)] });
  }
  onProgress(done, total, "");
  const images = details.length;
  const mean = ({ psnr, ssim }: Score): Score => ({ psnr: psnr / images, ssim: ssim / images });
  const median = (weaves: Sum["weaves"]) => {
    const found = medianWeave(weaves);
    return found && { weave: found };
  };
  const scores = [...sums].map(([model, { perceptual, gmsd, matlab, ledig2017, weaves }]) => ({
    model,
    matlab: mean(matlab),
    ledig2017: mean(ledig2017),
    gmsd: gmsd / images,
    ...(eye && { perceptual: perceptual / images }),
    ...median(weaves),
  }));
  return { images, models: scores, ...median(originals), details, failed };
}

type Sum = Record<Protocol, { psnr: number; ssim: number }> & {
  perceptual: number;
  gmsd: number;
  readonly weaves: (Weave | undefined)[];
};

const newSum = (): Sum => ({
  matlab: { psnr: 0, ssim: 0 },
  ledig2017: { psnr: 0, ssim: 0 },
  perceptual: 0,
  gmsd: 0,
  weaves: [],
});
