/** Weights of text to image with random numbers, small enough for visits: sentences and styles change what they draw. */
import { init } from "../../engine/index.ts";
import { writeSafetensors } from "../../engine/io/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { type EncoderForm, encoderOf } from "../../models/text-encoder/recipe.ts";
import { parseText2image, styleEncoderOf, withStyle } from "../../models/text2image/files.ts";
import { CaptionReader } from "../../models/text2image/reader.ts";
import { smallRecipe } from "../models/text2image/small-recipe.ts";
import { text2imageTraining } from "../../models/text2image/training.ts";

const EMBEDDING = 7;

const form: EncoderForm = {
  kind: "char-cnn-rnn",
  config: {
    channels: [4, 6, 4],
    hidden: 5,
    embedding: EMBEDDING,
    recurrent: "gru",
    pool3: false,
    states: "mean",
    length: 84,
  },
};

const recipe = smallRecipe(EMBEDDING);

/** A file with a style encoder, as runs write it. */
export async function madeUpText2image(): Promise<Uint8Array> {
  await init();
  const trainer = text2imageTraining(recipe);
  const normalisation = { mean: new Float32Array(EMBEDDING), deviation: 0.1 };
  trainer.reader = new CaptionReader({ form, network: encoderOf(form) }, normalisation);
  const { tensors, metadata } = await trainer.weights();
  const file = parseText2image(writeSafetensors(tensors, metadata), "made up");
  const styled = await withStyle(file, styleEncoderOf(recipe), recipe);
  // Networks begin with weights so small that what they draw is grey, whatever they are told.
  [...styled.tensors.values()].forEach(({ shape, data }, k) => {
    if (shape.length < 2) return;
    const inputs = data.length / (shape[0] as number);
    fillUniform(data as Float32Array, 4, k, -Math.sqrt(6 / inputs), Math.sqrt(6 / inputs));
  });
  return writeSafetensors(styled.tensors, styled.metadata);
}
