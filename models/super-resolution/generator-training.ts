/** What the runs of both super-resolution systems share: options, photographs, patches, validation. */
import type { BatchSource, ImageLoader } from "../../engine/data/index.ts";
import { parseSqueezeNet } from "../features/squeezenet.ts";
import type { Assessment, Data, Merit, Request, Training } from "../system.ts";
import type { Host } from "../training/host.ts";
import { choice, flag, number, type Options, RUN_OPTIONS, text, whole } from "../training/options.ts";
import { DEGRADATIONS, type Degradation } from "./degradation/degrade.ts";
import { findPhotographs, type Photographs } from "./photographs.ts";
import { type PatchFields, type PatchOptions, PatchSource } from "./patches.ts";
import type { GeneratorTrainer, Recipe } from "./recipe.ts";
import { findShipped } from "./shipped.ts";
import type { SRResNet } from "./srresnet.ts";
import { parseSRResNet } from "./srresnet-files.ts";
import { Validation } from "./validation.ts";

/** What `--data` is. */
export const PHOTOGRAPHS =
  "photographs to train on, at least as large as a patch: 96×96 (64×64 for compact, 32×32 for tiny); files that cannot be read are named and left out";

export const GENERATOR_OPTIONS = {
  from: text({
    help: "the generator to begin with, a model's name, its weights or a run's checkpoint; train srresnet takes one with fewer residual blocks too",
    placeholder: "MODEL",
  }),
  lr: number(
    { above: 0 },
    { help: "learning rate at the start (the preset's or 1e-4 by default)", paper: 1e-4 },
  ),
  batch: whole(1, { help: "patches in a batch (the preset's or size's by default)", paper: 16 }),
  candidates: whole(1, {
    help: "random places that compete for a patch; the one with the most detail is taken (the preset's or size's by default, mostly 1)",
    paper: 1,
  }),
  degrade: choice(DEGRADATIONS, {
    help: "what low resolutions go through: jpeg saves most of them at quality 30 to 95, some twice; second-order blurs, resizes, adds noise and saves twice, in random order (none by default)",
    paper: "none",
  }),
  ...RUN_OPTIONS,
  recompute: flag({
    help: "computes the generator's blocks again in the backward pass instead of keeping their values: half the memory, a third more work, for large patches and batches",
    again: true,
  }),
  val: text({
    help: "photographs to validate on (by default one of ten of the training folder is held out)",
    placeholder: "DIR",
    again: true,
  }),
  perceptual: text({
    help: "weights of SqueezeNet 1.1 (Caffe's): validation measures how different images look, too",
    again: true,
  }),
} as const satisfies Options;

type Asked = Request<typeof GENERATOR_OPTIONS, Recipe>;

/** What a run has read. */
export interface Photos extends Data {
  readonly photographs: Photographs;
  readonly validation: Validation;
  /** Batches of this recipe's patches. The worker is started once, however often it is asked for. */
  source(recipe: Recipe): BatchSource<PatchFields>;
}

/**
 * Opens the photographs.
 * @param name of the system whose patches they become
 * @param degradation of those to validate on, which is that of the recipe
 * @throws InputError where none is of use
 */
export async function openPhotos(
  name: string,
  request: Asked,
  patch: number,
  degradation: Degradation = "none",
): Promise<Photos> {
  const { host, options, path, leaveOut } = request;
  const photographs = await findPhotographs(host, path, options.val, patch);
  const { training, validating, images, leftOut, fingerprint } = photographs;
  leftOut.forEach(leaveOut);
  const file = options.perceptual;
  const eye = file === undefined ? undefined : parseSqueezeNet(await host.read(file), file);
  const small = training.skipped.length;
  const count = training.paths.length;
  let source: BatchSource<PatchFields> | undefined;
  return {
    photographs,
    fingerprint,
    items: "photographs",
    count,
    summary: `${count} photographs, ${validating.paths.length} to validate on${small > 0 ? `, ${small} too small` : ""}`,
    validation: new Validation(images, eye, degradation),
    source({ seed, batchSize, patch, candidates = 1, allSymmetries, degrade }) {
      const cut = {
        seed,
        batchSize,
        patch,
        candidates,
        flipVertical: allSymmetries,
        transpose: allSymmetries,
        ...(degrade && { degrade }),
      };
      source ??= host.batches(name, training, cut, leaveOut) as BatchSource<PatchFields>;
      return source;
    },
  };
}

/** Patches of images, as `Photos.source` asks for them. */
export const patchesOf = (images: ImageLoader, options: Readonly<Record<string, unknown>>): BatchSource =>
  new PatchSource(images, options as unknown as PatchOptions);

/** Scores by which the best weights are chosen: the distance where it is measured, which is to be small; else PSNR, which is to be large. */
export const MERITS: Readonly<Record<string, Merit>> = {
  psnr: { better: "higher", show: (value) => `${value.toFixed(2)} dB` },
  perceptual: { better: "lower", show: (value) => `perceptual distance ${value.toFixed(4)}` },
};

/** A run of this trainer. @param assessFirst the generator has been trained before, so what it can do is measured first */
export function trainingOf<R extends Recipe>(
  trainer: GeneratorTrainer<R>,
  photos: Photos,
  { options }: Pick<Asked, "options">,
  assessFirst: boolean,
): Training<R> {
  if (options.recompute === true) trainer.recompute();
  const { validation } = photos;
  return {
    trainer,
    source: photos.source(trainer.recipe),
    items: "patches",
    merits: MERITS,
    assessFirst,
    async assess(): Promise<Assessment> {
      const scores = await validation.measure(trainer.current());
      const { psnr, bicubic, perceptual } = scores;
      const notes = [`PSNR ${psnr.toFixed(2)} dB (bicubic ${bicubic.toFixed(2)})`];
      if (perceptual !== undefined) notes.push(`perceptual ${perceptual.toFixed(4)}`);
      return {
        scores: { ...scores },
        merit: perceptual === undefined ? "psnr" : "perceptual",
        note: notes.join("  "),
      };
    },
    sheet: () => validation.sheet(trainer.current()),
  };
}

/** A generator to train further: a model by name, a file of weights, or a checkpoint of a run. @throws InputError */
export async function loadGenerator(host: Pick<Host, "read" | "shipped">, name: string): Promise<SRResNet> {
  const entry = findShipped(name);
  return entry
    ? parseSRResNet(await host.shipped(entry.file), entry.file)
    : parseSRResNet(await host.read(name), name);
}
