/**
 * The conditional GAN that tags images: what is made is the vector of a word, what both networks are told is an image's features.
 * Mirza and Osindero 2014, section 4.2: features of 4096 numbers from a classifier, word vectors of 200 from a skip-gram model,
 * both frozen; dropout as in the paper's other network, after every hidden layer.
 */
import {
  concat,
  Dropout,
  Initializer,
  Linear,
  Maxout,
  Module,
  type Rng,
  randn,
  relu,
  reshape,
  type Tensor,
} from "../../engine/index.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { dropoutRng } from "../training/dropout-rng.ts";
import type { GameRecipe } from "../training/adversarial-recipe.ts";
import { tensorsOf } from "../training/trainer.ts";

export interface TaggingSize {
  /** Numbers of an image's features: 4096. */
  readonly features: number;
  /** Numbers of a word's vector: 200. */
  readonly wordDim: number;
  /** Numbers of noise, normal: 100. */
  readonly latentDim: number;
  /** The generator's units that see the noise, 500, and the image, 2000. */
  readonly noiseUnits: number;
  readonly generatorImageUnits: number;
  /** The discriminator's units that see the word, 500, and the image, 1200. */
  readonly wordUnits: number;
  readonly discriminatorImageUnits: number;
  /** Units of the discriminator's joint layer, each the largest of three pieces: 1000. */
  readonly jointUnits: number;
}

export const TAGGING_PAPER: TaggingSize = {
  features: 4096,
  wordDim: 200,
  latentDim: 100,
  noiseUnits: 500,
  generatorImageUnits: 2000,
  wordUnits: 500,
  discriminatorImageUnits: 1200,
  jointUnits: 1000,
};

const PIECES = 3;

/** Weights as in the code that the paper was built on. */
const GENERATOR = { weightInit: { bound: 0.05 } };
const DISCRIMINATOR = { weightInit: { bound: 0.005 } };

export class TaggingGenerator extends Module {
  readonly fz: Linear;
  readonly fi: Linear;
  readonly fo: Linear;
  readonly dropout: Dropout;

  constructor(size: TaggingSize = TAGGING_PAPER, seed = 0, rng: Rng = dropoutRng(seed)) {
    super();
    const { latentDim, features, wordDim, noiseUnits, generatorImageUnits } = size;
    const init = new Initializer(seed);
    this.fz = new Linear(latentDim, noiseUnits, init, GENERATOR);
    this.fi = new Linear(features, generatorImageUnits, init, GENERATOR);
    this.fo = new Linear(noiseUnits + generatorImageUnits, wordDim, init, GENERATOR);
    this.dropout = new Dropout(0.5, rng);
  }

  /**
   * @param z [n, latentDim], normal
   * @param image [n, features]
   * @returns vectors of words, [n, wordDim]
   */
  forward(z: Tensor, image: Tensor): Tensor {
    const both = concat([relu(this.fz.forward(z)), relu(this.fi.forward(image))], 1); // [n, 500 + 2000]
    return this.fo.forward(this.dropout.forward(both)); // [n, 200]
  }
}

export class TaggingDiscriminator extends Module {
  readonly fw: Linear;
  readonly fi: Linear;
  readonly mj: Maxout;
  readonly fo: Linear;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;

  constructor(size: TaggingSize = TAGGING_PAPER, seed = 1, rng: Rng = dropoutRng(seed)) {
    super();
    const { wordDim, features, wordUnits, discriminatorImageUnits, jointUnits } = size;
    const init = new Initializer(seed);
    this.fw = new Linear(wordDim, wordUnits, init, DISCRIMINATOR);
    this.fi = new Linear(features, discriminatorImageUnits, init, DISCRIMINATOR);
    this.mj = new Maxout(wordUnits + discriminatorImageUnits, jointUnits, PIECES, init, DISCRIMINATOR);
    this.fo = new Linear(jointUnits, 1, init, DISCRIMINATOR);
    this.dropout1 = new Dropout(0.5, rng);
    this.dropout2 = new Dropout(0.5, rng);
  }

  /**
   * @param word [n, wordDim]
   * @param image [n, features]
   * @returns [n], logits: positive for a word that people gave the image
   */
  forward(word: Tensor, image: Tensor): Tensor {
    const seen = concat([relu(this.fw.forward(word)), relu(this.fi.forward(image))], 1); // [n, 500 + 1200]
    const joint = this.mj.forward(this.dropout1.forward(seen)); // [n, 1000]
    return reshape(this.fo.forward(this.dropout2.forward(joint)), [-1]);
  }
}

/** Trained as the paper's other network (`CGAN_PRESETS.paper`). Batches hold "word" [n, wordDim] and "image" [n, features]. */
export function taggingTraining<R extends GameRecipe>(
  recipe: R,
  size: TaggingSize = TAGGING_PAPER,
): AdversarialTraining<Tensor, R> {
  const { seed, batchSize } = recipe;
  const dropout = dropoutRng(seed);
  const generator = new TaggingGenerator(size, seed, dropout);
  const discriminator = new TaggingDiscriminator(size, seed + 1, dropout);
  return new AdversarialTraining(
    recipe,
    {
      generator,
      discriminator,
      dropout,
      open(batch) {
        const { word, image } = tensorsOf(batch, "word", "image");
        return { real: word, condition: image };
      },
      generate: (image, rng) => generator.forward(randn([batchSize, size.latentDim], rng), image),
      judge: (word, image) => discriminator.forward(word, image),
    },
    () => new TaggingGenerator(size, seed),
  );
}
