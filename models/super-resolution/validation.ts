/** Measuring a super-resolution network while it trains, and showing what it does. */
import { crop, type Image, toRgb } from "../../engine/io/image.ts";
import { bicubic, nearest } from "./baselines.ts";
import { type Degradation, degrade } from "./degradation/degrade.ts";
import { matchPair } from "./evaluate.ts";
import { score } from "../metrics/index.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import { perceptualDistance } from "../features/perceptual.ts";
import type { SqueezeNet } from "../features/squeezenet.ts";
import type { SRResNet } from "./srresnet.ts";
import { upscaleImage } from "./enlarge.ts";
import { asSuperResolver } from "./upscale.ts";

/** Side of the part of a photograph that is used, in pixels. */
const SIDE = 192;
/** Images shown on the sample sheet. */
const ROWS = 4;

/** The middle of a photograph, so that all validation images are alike in size. */
export function validationImage(image: Image): Image {
  const rgb = toRgb(image);
  const width = Math.min(SIDE, rgb.width - (rgb.width % 4));
  const height = Math.min(SIDE, rgb.height - (rgb.height % 4));
  return crop(rgb, Math.floor((rgb.width - width) / 2), Math.floor((rgb.height - height) / 2), width, height);
}

export interface ValidationScore {
  /** Means over the images, protocol `matlab`. */
  readonly psnr: number;
  readonly ssim: number;
  /** PSNR of bicubic interpolation on the same images. */
  readonly bicubic: number;
  /** Mean distance to the originals in SqueezeNet's features, where there is one. */
  readonly perceptual?: number;
}

export class Validation {
  private readonly pairs: readonly { lr: Image; hr: Image }[];

  private readonly eye: SqueezeNet | undefined;

  /**
   * @param eye measures the perceptual distance too
   * @param degradation that low resolutions go through, the same in every run
   */
  constructor(images: readonly Image[], eye?: SqueezeNet, degradation: Degradation = "none") {
    this.eye = eye;
    this.pairs = images.map((image, k) => {
      const { hr, lr } = matchPair(`validation image ${k}`, image);
      return {
        hr,
        lr: degradation === "none" ? lr : degrade(hr, degradation, { seed: 0, batch: 0, place: k }),
      };
    });
  }

  async measure(net: SRResNet): Promise<ValidationScore> {
    const scores = await this.inEvaluation(net, async (upscale) => {
      const list = [];
      for (const { lr, hr } of this.pairs) {
        const sr = await upscale(lr);
        list.push({
          ours: score(sr, hr, "matlab"),
          plain: score(await bicubic(lr), hr, "matlab"),
          distance: this.eye ? await perceptualDistance(this.eye, sr, hr) : 0,
        });
      }
      return list;
    });
    const mean = (of: (s: (typeof scores)[number]) => number) =>
      scores.reduce((sum, s) => sum + of(s), 0) / scores.length;
    return {
      psnr: mean((s) => s.ours.psnr),
      ssim: mean((s) => s.ours.ssim),
      bicubic: mean((s) => s.plain.psnr),
      ...(this.eye && { perceptual: mean((s) => s.distance) }),
    };
  }

  /** A picture with a row an image: pixels repeated, bicubic, the network, the original. */
  async sheet(net: SRResNet): Promise<Image> {
    const rows = await this.inEvaluation(net, (upscale) =>
      Promise.all(
        this.pairs
          .slice(0, ROWS)
          .map(async ({ lr, hr }) => [await nearest(lr), await bicubic(lr), await upscale(lr), hr]),
      ),
    );
    return pictureSheet(rows);
  }

  /** Batch norm must use its running statistics while images are made, and go back to training afterwards. */
  private async inEvaluation<T>(
    net: SRResNet,
    work: (upscale: (lr: Image) => Promise<Image>) => Promise<T>,
  ): Promise<T> {
    const { training } = net;
    const model = asSuperResolver(net, "in training");
    try {
      return await work((lr) => upscaleImage(lr, model, isSmall(lr) ? { tile: 0 } : {}));
    } finally {
      net.train(training);
    }
  }
}

/** The same few photographs come again and again: of what is small each can have a program for its own size. */
const isSmall = ({ width, height }: Image): boolean => width * height <= 2 ** 14;
