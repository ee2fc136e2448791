/** Both forms of the networks behind one face: noise and a sentence in, a picture out; a picture and a sentence in, a logit out. */
import type { Module, Tensor } from "../../engine/index.ts";
import type { Verdict } from "../training/adversarial.ts";
import { AffineGenerator, ProjectionDiscriminator } from "./affine-networks.ts";
import { Text2ImageDiscriminator, Text2ImageGenerator } from "./networks.ts";
import type { Text2ImageForm } from "./recipe.ts";

export interface SentenceGenerator extends Module {
  /** @param z [n, latentDim] @param text [n, textDim] @returns [n, 64, 64, 3], in [-1, 1] */
  forward(z: Tensor, text: Tensor): Tensor;
}

export interface SentenceDiscriminator {
  readonly network: Module;
  /**
   * @param x [n, 64, 64, 3]
   * @param text [n, textDim]
   * @param wrong [n, textDim], of other pictures
   * @param style [n, styleDim], codes of the styles that the pictures should be in; the paper's networks are not told
   */
  judge(x: Tensor, text: Tensor, wrong?: Tensor, style?: Tensor): Verdict;
}

export const sentenceGenerator = (form: Text2ImageForm, seed = 0): SentenceGenerator =>
  form.networks === "affine" ? new AffineGenerator(form, seed) : new Text2ImageGenerator({ ...form, seed });

export function sentenceDiscriminator(form: Text2ImageForm, seed = 1): SentenceDiscriminator {
  if (form.networks === "affine") {
    const network = new ProjectionDiscriminator(form, seed);
    const judge = (x: Tensor, text: Tensor, wrong?: Tensor, style?: Tensor): Verdict => {
      const seen = network.look(x);
      return {
        answers: network.match(seen, text, style),
        task: network.confusion(seen, text),
        ...(wrong && { wrong: network.match(seen, wrong, style) }),
      };
    };
    return { network, judge };
  }
  const network = new Text2ImageDiscriminator({ ...form, seed });
  // A pass for each kind of pair, so that batch norm has statistics of each, as in the paper's code.
  const judge = (x: Tensor, text: Tensor, wrong?: Tensor): Verdict => ({
    answers: network.forward(x, text),
    ...(wrong && { wrong: network.forward(x, wrong) }),
  });
  return { network, judge };
}
