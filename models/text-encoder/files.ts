/** Files of text encoders: the tensors under "text.", those of the pictures' side under "image.", the recipe in the metadata. */
import { under } from "../training/state.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import type { CaptionEncoder } from "./caption-encoder.ts";
import { ENCODER_RECIPE, type EncoderRecipe, encoderOf } from "./recipe.ts";

export interface TextEncoderFile {
  /** In evaluation mode. */
  readonly encoder: CaptionEncoder;
  readonly recipe: EncoderRecipe;
}

/**
 * An encoder that a run has made, or that comes with the project.
 * @throws InputError for weights of another system, or that do not fit their recipe
 */
export function parseTextEncoder(bytes: Uint8Array, file: string): TextEncoderFile {
  const { recipe, tensors } = recipeOf<EncoderRecipe>(bytes, file, ENCODER_RECIPE, "text encoder");
  const encoder = encoderOf(recipe.form);
  encoder.loadStateDict(under("text.", tensors), file);
  return { encoder: encoder.eval() as CaptionEncoder, recipe };
}
