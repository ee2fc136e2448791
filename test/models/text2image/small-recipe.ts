/** A text2image network so small that a test can afford it. */
import { TEXT2IMAGE_PRESETS, type Text2ImageRecipe } from "../../../models/text2image/recipe.ts";

/** @param textDim numbers of an embedding */
export const smallRecipe = (textDim: number): Text2ImageRecipe => ({
  ...TEXT2IMAGE_PRESETS.modern,
  ngf: 4,
  ndf: 4,
  latentDim: 6,
  styleDim: 0,
  textDim,
  textProjDim: 5,
  batchSize: 2,
  system: "text2image",
  preset: "modern",
  unseen: [],
  shown: ["a duck", "a whale"],
  seed: 0,
});
