/** The text-to-image GAN in training: how its networks take part in the game. */
import { abs, add, avgPool2d, concat, lt, mean, mul, slice, sub, type Tensor } from "../../engine/index.ts";
import { AdversarialTraining } from "../training/adversarial.ts";
import { tensorsOf, type Weights } from "../training/trainer.ts";
import { withReader } from "./files.ts";
import { sentenceDiscriminator, sentenceGenerator } from "./generator.ts";
import { withInterpolations } from "./losses.ts";
import { drawNoise } from "./noise.ts";
import type { CaptionReader } from "./reader.ts";
import type { Text2ImageRecipe } from "./recipe.ts";

/** In the loss of the modern generator: of the sentence that the discriminator takes its picture for. */
const CONFUSION_WEIGHT = 0.5;

/** What both networks are told of a picture. */
interface Told {
  /** [n, textDim], what is said of it. */
  readonly text: Tensor;
  /** [n, styleDim], the code of its style, where the recipe has styles. */
  readonly style?: Tensor;
}

/** Its files hold the encoder too: a generator understands the embeddings of no other. */
export class Text2ImageTraining extends AdversarialTraining<Told, Text2ImageRecipe> {
  /** Missing where nothing is going to be saved. */
  reader?: CaptionReader;

  override async weights(): Promise<Weights> {
    const { tensors, metadata } = await super.weights();
    return this.reader ? withReader(tensors, metadata, this.reader) : { tensors, metadata };
  }
}

/**
 * How far each of two sets' pictures are apart, pixel by pixel and in their colours at 16×16 and at 8×8 pixels: that a heart is red
 * is learnt from this in a hundredth of the updates in which a discriminator finds it out. @returns [n]
 */
function farness(a: Tensor, b: Tensor): Tensor {
  const difference = sub(a, b);
  const views = [difference, ...[4, 8].map((kernel) => avgPool2d(difference, { kernel }))];
  return views.map((view) => mean(abs(view), [1, 2, 3])).reduce((sum, term) => add(sum, term));
}

/**
 * How far pictures are from the real ones, where they are the nearer of two tries: the farther one may be another drawing of the same
 * thing, and noise comes to say which (implicit maximum likelihood, Li and Malik 2018). Counted twice, as half of them count.
 */
function nearerFarness(x: Tensor, real: Tensor, others: Tensor): Tensor {
  const far = farness(x, real); // [n]
  return mul(mean(mul(far, lt(far.detach(), farness(others, real)))), 2);
}

/** Sentences between others too, in the styles of the first of each two. */
function withMixed({ text, style }: Told): Told {
  const mixed = withInterpolations(text);
  if (!style) return { text: mixed };
  const more = (mixed.shape[0] as number) - (style.shape[0] as number);
  return { text: mixed, style: concat([style, slice(style, [0, 0], [more, style.shape[1] as number])], 0) };
}

/**
 * A run's trainer; its batches hold "picture" [n, 64, 64, 3] in [-1, 1], "text" [n, textDim], embeddings of captions, where the
 * recipe has styles "style" [n, styleDim], their codes, and where it is `mismatched` as many "wrong" captions as there are pictures,
 * of pictures that show something else.
 */
export function text2imageTraining(recipe: Text2ImageRecipe): Text2ImageTraining {
  const { seed, mismatched, resemblance = 0, styleDim = 0 } = recipe;
  const generator = sentenceGenerator(recipe, seed);
  const { network, judge } = sentenceDiscriminator(recipe, seed + 1);
  return new Text2ImageTraining(
    recipe,
    {
      generator,
      discriminator: network,
      mismatched,
      open(batch) {
        const { picture, text } = tensorsOf(batch, "picture", "text");
        return {
          real: picture,
          condition: { text, ...(styleDim > 0 && { style: tensorsOf(batch, "style").style }) },
          ...(mismatched && { wrong: { text: tensorsOf(batch, "wrong").wrong } }),
        };
      },
      generate: ({ text, style }, rng) =>
        generator.forward(drawNoise(recipe, text.shape[0] as number, rng, style), text),
      judge: (x, { text, style }, wrong) => judge(x, text, wrong?.text, style),
      taskWeight: CONFUSION_WEIGHT,
      ...(resemblance > 0 && {
        compare: (...pictures: [Tensor, Tensor, Tensor]) => mul(nearerFarness(...pictures), resemblance),
      }),
      ...(recipe.interpolated && { imagine: withMixed }),
    },
    () => sentenceGenerator(recipe),
  );
}
