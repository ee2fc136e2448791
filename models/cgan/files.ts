/** Weights files of conditional GANs: the tensors of the generator, and the recipe in the metadata. */
import type { HostTensor } from "../../engine/io/index.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import { type PictureGenerator, pictureGenerator } from "./generator.ts";
import { CGAN_RECIPE, type CganNetworks, type CganRecipe } from "./recipe.ts";

export interface CganFile extends PictureGenerator {
  readonly form: CganNetworks;
}

/**
 * A generator in evaluation mode.
 * @throws InputError for weights of another system, or that do not fit their recipe
 */
export function parseCgan(bytes: Uint8Array, file: string): CganFile {
  const { recipe, tensors } = recipeOf<CganRecipe>(bytes, file, CGAN_RECIPE, "conditional GAN");
  return cganFrom(tensors, recipe, file);
}

/** The same from tensors in memory. */
export function cganFrom(
  tensors: ReadonlyMap<string, HostTensor>,
  form: CganNetworks,
  file: string,
): CganFile {
  const { network, draw } = pictureGenerator(form);
  network.loadStateDict(tensors, file);
  network.eval();
  return { form, network, draw };
}
