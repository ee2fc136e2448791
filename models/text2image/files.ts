/** Weights files of text to image: the generator under its own names, the text encoder beside, the recipe in the metadata. */
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";
import type { EncoderForm } from "../text-encoder/recipe.ts";
import { prefixed, under } from "../training/state.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import type { Weights } from "../training/trainer.ts";
import { type SentenceGenerator, sentenceGenerator } from "./generator.ts";
import { StyleEncoder } from "./networks.ts";
import { type CaptionReader, readerOf } from "./reader.ts";
import { TEXT2IMAGE_RECIPE, type Text2ImageRecipe } from "./recipe.ts";

export interface Text2ImageFile {
  readonly recipe: Text2ImageRecipe;
  /** In evaluation mode. */
  readonly generator: SentenceGenerator;
  readonly reader: CaptionReader;
  /** In evaluation mode; missing where none has been trained. */
  readonly style?: StyleEncoder;
  /** What the file holds. */
  readonly weights: Weights;
}

/** What a style encoder has to be known by. */
export interface StyleForm {
  /** Numbers of noise. */
  readonly latentDim: number;
  /** Channels of the first convolution. */
  readonly ndf: number;
}

/** With random weights; without the residual block of the paper's code, which was made for wider networks. */
export const styleEncoderOf = ({ latentDim, ndf }: StyleForm, seed = 2): StyleEncoder =>
  new StyleEncoder({ latentDim, ndf, residual: false, seed });

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
  const encoder = formOf<EncoderForm>(metadata, "encoder", file);
  return {
    recipe,
    generator,
    reader: readerOf(encoder, tensors, file),
    ...(metadata.style !== undefined && {
      style: loadStyle(formOf<StyleForm>(metadata, "style", file), tensors, file),
    }),
    weights: { tensors, metadata },
  };
}

function loadStyle(form: StyleForm, tensors: ReadonlyMap<string, HostTensor>, file: string): StyleEncoder {
  const style = styleEncoderOf(form);
  style.loadStateDict(under("style.", tensors), file);
  style.eval();
  return style;
}

/** A file with a style encoder for its generator, in place of the one that it may have. */
export async function withStyle(
  { weights }: Text2ImageFile,
  style: StyleEncoder,
  { latentDim, ndf }: StyleForm,
): Promise<Weights> {
  const others = [...weights.tensors].filter(([name]) => !name.startsWith("style."));
  const own = await prefixed("style.", style.stateDict());
  const form: StyleForm = { latentDim, ndf };
  return {
    tensors: new Map([...others, ...own]),
    metadata: { ...weights.metadata, style: JSON.stringify(form) },
  };
}

function formOf<T>(metadata: Readonly<Record<string, string>>, what: string, file: string): T {
  try {
    return JSON.parse(metadata[what] ?? "") as T;
  } catch {
    throw new InputError(`${file}: its metadata does not say which ${what} it was trained with`);
  }
}
