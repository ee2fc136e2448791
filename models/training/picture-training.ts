/** What systems share that learn to make pictures and are told nothing else of them. */
import { InputError } from "../../engine/errors.ts";
import type { Module } from "../../engine/index.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { type LoaderOptions, PictureLoader } from "../datasets/loader.ts";
import type { OpenOptions } from "../datasets/options.ts";
import type { NoiseSampler } from "../sampling/unconditional.ts";
import type { Data, Request, Training } from "../system.ts";
import type { AdversarialTraining } from "./adversarial.ts";
import type { GameRecipe } from "./adversarial-recipe.ts";
import { pictureSheet } from "./picture-sheet.ts";

export interface PictureData extends Data {
  readonly dataset: Dataset;
}

/** Opens a set for a run. @throws InputError where it holds fewer pictures than two, which no batch norm learns from */
export async function openPictures(
  { host, path, leaveOut }: Pick<Request, "host" | "path" | "leaveOut">,
  options: OpenOptions,
): Promise<PictureData> {
  const { dataset, what, leftOut } = await host.openDataset(path, options);
  for (const file of leftOut) leaveOut(file);
  if (dataset.size < 2)
    throw new InputError(`${path}: a GAN needs at least two pictures, found ${dataset.size}`);
  return pictureData(dataset, what);
}

export function pictureData(dataset: Dataset, what: string): PictureData {
  const [height, width] = dataset.shape;
  return {
    dataset,
    fingerprint: dataset.fingerprint,
    count: dataset.size,
    items: "pictures",
    summary: `${what}: ${dataset.size} pictures of ${width}×${height}`,
  };
}

/** Pictures on the sheet of a run, always of the same noise. */
const SHEET = { count: 100, seed: 1, walk: false } as const;

/** @param sampler of a generator in evaluation mode */
export function pictureTraining<R extends GameRecipe>(
  trainer: AdversarialTraining<undefined, R>,
  dataset: Dataset,
  loading: Pick<LoaderOptions, "range" | "mirror">,
  sampler: (generator: Module) => NoiseSampler,
): Training<R> {
  const { seed, batchSize } = trainer.recipe;
  return {
    trainer,
    source: new PictureLoader(dataset, { seed, batchSize, ...loading }),
    items: "pictures",
    merits: {},
    assess: async () => ({ scores: {}, note: "" }),
    async sheet() {
      const generator = trainer.current();
      const { training } = generator;
      generator.eval();
      try {
        return pictureSheet((await sampler(generator).sample(SHEET)).rows);
      } finally {
        generator.train(training);
      }
    },
  };
}
