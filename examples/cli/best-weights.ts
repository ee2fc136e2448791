/** The best weights that a run has had, by what validation measures: the end of a run is not always its best. */
import { join } from "node:path";
import { writeSafetensorsFile } from "../../engine/io/node.ts";
import { metadataOf } from "../../models/architecture.ts";
import type { SRResNet } from "../../models/super-resolution/srresnet.ts";
import type { ValidationScore } from "../../models/super-resolution/validation.ts";

/** What is compared: the distance where it is measured, which is to be small; else PSNR, which is to be large. */
export type Merit = "perceptual" | "psnr";

/** Plain data: it is stored in checkpoints. */
export interface Best {
  readonly step: number;
  readonly merit: Merit;
  readonly value: number;
}

export class BestWeights {
  readonly file: string;
  best: Best | undefined;

  /** @param before of the run that goes on */
  constructor(out: string, before?: Best) {
    this.file = join(out, "best.safetensors");
    this.best = before;
  }

  /** Keeps the weights of an update if none were better before. */
  async offer(step: number, score: ValidationScore, net: SRResNet): Promise<void> {
    const { perceptual, psnr } = score;
    const merit = perceptual === undefined ? "psnr" : "perceptual";
    const value = perceptual ?? psnr;
    const before = this.best?.merit === merit ? this.best.value : undefined;
    if (before !== undefined && (merit === "psnr" ? value <= before : value >= before)) return;
    await writeSafetensorsFile(this.file, await net.stateDict(), metadataOf(net.config));
    this.best = { step, merit, value };
  }
}

export function describeBest({ step, merit, value }: Best): string {
  const figure = merit === "psnr" ? `${value.toFixed(2)} dB` : `perceptual distance ${value.toFixed(4)}`;
  return `the best of the validations, after ${step} updates (${figure})`;
}
