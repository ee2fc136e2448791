/** Files of text encoders: the tensors under "text.", those of the pictures' side under "image.", the recipe in the metadata. */
import { InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";
import type { CaptionedSet } from "../datasets/captioned.ts";
import type { JudgeRequest, Sampler } from "../system.ts";
import { under } from "../training/state.ts";
import { memoryStore } from "../training/store-memory.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import type { CaptionEncoder } from "./caption-encoder.ts";
import { pictureVectors, type PictureVectors, vectorSource } from "./picture-vectors.ts";
import { publishedEncoder } from "./published.ts";
import { ENCODER_RECIPE, type EncoderRecipe, encoderOf } from "./recipe.ts";
import type { JointNetworks } from "./retrieval.ts";
import { sideOf } from "./training.ts";

export interface TextEncoderFile extends JointNetworks {
  /** In evaluation mode. */
  readonly encoder: CaptionEncoder;
  readonly recipe: EncoderRecipe;
}

/**
 * An encoder that a run has made, that comes with the project, or that was published under the names of its PyTorch port.
 * @throws InputError for weights of another system, or that do not fit their recipe
 */
export function parseTextEncoder(bytes: Uint8Array, file: string): TextEncoderFile {
  const { metadata, tensors: given } = openWeights(bytes, file);
  const published = metadata.recipe === undefined ? publishedEncoder(given) : undefined;
  const { recipe, tensors } =
    published ?? recipeOf<EncoderRecipe>(bytes, file, ENCODER_RECIPE, "text encoder");
  const encoder = encoderOf(recipe.form);
  encoder.loadStateDict(under("text.", tensors), file);
  encoder.eval();
  return { encoder, recipe, side: loadSide(recipe, tensors, file) };
}

function loadSide(recipe: EncoderRecipe, tensors: ReadonlyMap<string, HostTensor>, file: string) {
  const side = sideOf(recipe);
  side?.loadStateDict(under("image.", tensors), file);
  side?.eval();
  return side;
}

/** What `eval` and `sample` open. */
export class EncoderSampler implements Sampler {
  readonly title: string;
  readonly classes = [];
  readonly networks: TextEncoderFile;

  constructor(networks: TextEncoderFile) {
    this.title = "text encoder";
    this.networks = networks;
  }

  /** @throws InputError always: vectors are no pictures */
  async sample(): Promise<never> {
    throw new InputError(
      "a text encoder makes no pictures; `ganvas sample text2image` draws what a sentence says",
    );
  }

  /** The vectors that the recipe's pictures' side takes: those of the network that it was trained with. */
  readonly vectorsFor = async (
    set: CaptionedSet,
    { host, perceptual }: JudgeRequest,
  ): Promise<PictureVectors | undefined> => {
    const { side } = this.networks.recipe;
    if (side !== "features" && side !== "vectors") return undefined;
    if (perceptual === undefined)
      throw new InputError(
        "this encoder was trained with vectors of pictures: give --perceptual with their file",
      );
    const source = vectorSource(await host.read(perceptual), perceptual);
    return pictureVectors(source, set.pictures, memoryStore());
  };
}

export const encoderSampler = (bytes: Uint8Array, file: string): EncoderSampler =>
  new EncoderSampler(parseTextEncoder(bytes, file));
