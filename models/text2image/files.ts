/** Weights files of text to image: the generator under its own names, the text encoder beside, the recipe in the metadata. */
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";
import type { EncoderForm } from "../text-encoder/recipe.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import type { Weights } from "../training/trainer.ts";
import { type SentenceGenerator, sentenceGenerator } from "./generator.ts";
import { type CaptionReader, readerOf } from "./reader.ts";
import { TEXT2IMAGE_RECIPE, type Text2ImageRecipe } from "./recipe.ts";

export interface Text2ImageFile {
  readonly recipe: Text2ImageRecipe;
  /** In evaluation mode. */
  readonly generator: SentenceGenerator;
  readonly reader: CaptionReader;
}

/** A generator's file, with what it needs to be told sentences. */
export async function withReader(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>>,
  reader: CaptionReader,
): Promise<Weights> {
  return {
    tensors: new Map([...tensors, ...(await reader.tensors())]),
    metadata: { ...metadata, encoder: JSON.stringify(reader.encoder.form) },
  };
}

/** @throws InputError for weights of another system, or that do not fit their recipe */
export function parseText2image(bytes: Uint8Array, file: string): Text2ImageFile {
  const { recipe, tensors } = recipeOf<Text2ImageRecipe>(bytes, file, TEXT2IMAGE_RECIPE, "text to image");
  const generator = sentenceGenerator(recipe);
  const own = [...tensors].filter(([name]) => !/^(encoder|captions|style)\./.test(name));
  generator.loadStateDict(new Map(own), file);
  generator.eval();
  const { metadata } = openWeights(bytes, file);
  return { recipe, generator, reader: readerOf(formOf(metadata.encoder, file), tensors, file) };
}

function formOf(text: string | undefined, file: string): EncoderForm {
  try {
    return JSON.parse(text ?? "") as EncoderForm;
  } catch {
    throw new InputError(`${file}: its metadata does not say which text encoder it was trained with`);
  }
}
