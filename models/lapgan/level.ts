/** One level of the pyramid as a game of two networks. */
import { GanvasError } from "../../engine/errors.ts";
import {
  add,
  logSoftmax,
  mean,
  mul,
  neg,
  rand,
  randn,
  type Rng,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "../../engine/index.ts";
import type { Game } from "../training/adversarial.ts";
import { dropoutRng } from "../training/dropout-rng.ts";
import { tensorsOf } from "../training/trainer.ts";
import { LargeDiscriminator, LargeGenerator } from "./large-networks.ts";
import { ModernBaseDiscriminator, ModernBaseGenerator } from "./modern-base.ts";
import { ModernFineDiscriminator, ModernFineGenerator } from "./modern-networks.ts";
import {
  LapganBaseDiscriminator,
  LapganBaseGenerator,
  LapganFineDiscriminator,
  LapganFineGenerator,
} from "./networks.ts";
import type { Normalisation } from "./normalisation.ts";
import { consistentBand, type PyramidLevel, pyrDown, splitLevel } from "./pyramid.ts";
import { type LevelNetworks, type LevelRecipe, sizeOfLevel } from "./recipe.ts";

type BaseGenerator = LapganBaseGenerator | ModernBaseGenerator;
type BaseDiscriminator = LapganBaseDiscriminator | ModernBaseDiscriminator;
type FineGenerator = LapganFineGenerator | LargeGenerator | ModernFineGenerator;
type FineDiscriminator = LapganFineDiscriminator | LargeDiscriminator | ModernFineDiscriminator;
export type LevelGenerator = BaseGenerator | FineGenerator;

/** What both networks of a level are told. */
export interface LevelCondition {
  /** [n, classes], one-hot, where classes are told. */
  readonly label: Tensor | undefined;
  /** [n, s', s', 3] and [n, s, s, 3]; absent at the coarsest level. */
  readonly coarse?: Tensor;
  readonly lowPass?: Tensor;
}

/** Of the class that a modern coarsest discriminator names, in the generator's loss. */
const CLASS_WEIGHT = 0.5;

/** Sides below which the large and the paper's networks are not defined. */
const LEAST_LARGE = 13;

/** A generator with random weights. @param rng where dropout takes its numbers from */
export function makeGenerator(
  form: LevelNetworks,
  seed: number,
  bandScale = 1,
  rng = dropoutRng(seed),
): LevelGenerator {
  const { classes, width, blocks, level, networks } = form;
  const size = sizeOfLevel(form);
  const options = { size, classes, seed };
  if (networks === "modern")
    return level === 0
      ? new ModernBaseGenerator({ ...options, width })
      : new ModernFineGenerator({ ...options, width, blocks, bandScale });
  if (level === 0) return new LapganBaseGenerator({ ...options, hidden: width });
  return networks === "large" && size >= LEAST_LARGE
    ? new LargeGenerator({ ...options, rng })
    : new LapganFineGenerator({ ...options, featureMaps: width });
}

/** The discriminator that goes with it. */
function makeDiscriminator(
  form: LevelNetworks,
  seed: number,
  bandScale: number,
  rng: Rng,
): BaseDiscriminator | FineDiscriminator {
  const { classes, width, level, networks } = form;
  const size = sizeOfLevel(form);
  const options = { size, classes, seed, rng };
  if (networks === "modern")
    return level === 0
      ? new ModernBaseDiscriminator({ ...options, width })
      : new ModernFineDiscriminator({ ...options, width, bandScale });
  // The paper's coarsest D has half of G's units; the large ones of LSUN as many.
  if (level === 0)
    return new LapganBaseDiscriminator({ ...options, hidden: networks === "large" ? width : width / 2 });
  return networks === "large" && size >= LEAST_LARGE
    ? new LargeDiscriminator(options)
    : new LapganFineDiscriminator({ ...options, featureMaps: networks === "large" ? width / 2 : width });
}

/** Shape of the noise of one picture. */
export const noiseShape = (generator: LevelGenerator): readonly number[] =>
  "latentDim" in generator ? [generator.latentDim] : [generator.size, generator.size, 1];

/** Modern networks take normal noise, the paper's uniform noise in [-1, 1]. */
export const isNormal = ({ networks }: Pick<LevelNetworks, "networks">): boolean => networks === "modern";

/** The images of a level, and the level itself where there is a coarser one: of pictures at their full size. */
export function openLevel(
  recipe: Pick<LevelRecipe, "sizes" | "level" | "pyramid">,
  normalisation: Normalisation,
  pictures: Tensor,
): { readonly image: Tensor; readonly split?: PyramidLevel } {
  const { sizes, level, pyramid } = recipe;
  let image = normalisation.forward(pictures); // [n, full, full, 3]
  for (let k = sizes.length - 2; k >= level; k--) image = pyrDown(image, sizes[k] as number, pyramid);
  return level === 0 ? { image } : { image, split: splitLevel(image, sizes[level - 1] as number, pyramid) };
}

/** The band that a generator makes, set right where the recipe has it so. */
export function makeBand(
  generator: LevelGenerator,
  noise: Tensor,
  { lowPass, coarse, label }: LevelCondition,
  consistent: boolean,
): Tensor {
  if (!lowPass || !coarse || "latentDim" in generator)
    throw new GanvasError(
      "LAPGAN: a band is made by a finer level's generator of a coarse image and its low pass",
    );
  const band = generator.forward(noise, lowPass, label);
  return consistent ? consistentBand(band, lowPass, coarse) : band;
}

/** The game of the recipe's level. Samples are images at the coarsest level, bands at the others. */
export function levelGame(
  recipe: LevelRecipe,
  normalisation: Normalisation,
  bandScale: number,
): Game<LevelCondition> {
  const { seed, level, classes, consistent } = recipe;
  const dropout = dropoutRng(seed);
  const generator = makeGenerator(recipe, seed + 2 * level, bandScale, dropout);
  const discriminator = makeDiscriminator(recipe, seed + 2 * level + 1, bandScale, dropout);
  const open: Game<LevelCondition>["open"] = (batch) => {
    const { image, split } = openLevel(recipe, normalisation, tensorsOf(batch, "picture").picture);
    const label = classes > 0 ? tensorsOf(batch, "label").label : undefined;
    return split
      ? { real: split.bandPass, condition: { label, coarse: split.coarse, lowPass: split.lowPass } }
      : { real: image, condition: { label } };
  };
  const shape = [recipe.batchSize, ...noiseShape(generator)];
  const noise = (rng: Rng) => (isNormal(recipe) ? randn(shape, rng) : rand(shape, rng, -1, 1));
  if (level === 0) {
    const [G, D] = [generator as BaseGenerator, discriminator as BaseDiscriminator];
    return {
      generator,
      discriminator,
      dropout,
      open,
      generate: ({ label }, rng) => G.forward(noise(rng), label),
      taskWeight: CLASS_WEIGHT,
      judge(images, { label }) {
        const said = D.forward(images, label);
        if (!("answers" in said)) return said;
        const { answers, classes: named } = said;
        return label && named
          ? { answers, task: neg(mean(sum(mul(label, logSoftmax(named, 1)), [1]))) }
          : answers;
      },
    };
  }
  const D = discriminator as FineDiscriminator;
  return {
    generator,
    discriminator,
    dropout,
    open,
    generate: (condition, rng) => makeBand(generator, noise(rng), condition, consistent),
    judge: (bands, { lowPass, label }) => D.forward(bands, lowPass as Tensor, label),
    // The sharp image is what is changed, and its low pass with it.
    augment(bands, condition, augmentation) {
      const lowPass = augmentation.apply(condition.lowPass as Tensor);
      const image = augmentation.apply(add(bands, condition.lowPass as Tensor));
      return [sub(image, lowPass), { ...condition, lowPass }];
    },
  };
}

/** How strong the bands of real images are: the root of their mean square. @param pictures [n, full, full, 3], from 0 to 1 */
export async function measureBandScale(
  recipe: LevelRecipe,
  normalisation: Normalisation,
  pictures: Tensor,
): Promise<number> {
  const { split } = openLevel(recipe, normalisation, pictures);
  return split ? sqrt(mean(square(split.bandPass))).item() : 1;
}
