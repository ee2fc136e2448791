/**
 * The objectives of discriminator and generator, as functions of logits: what the discriminator says before any sigmoid. Each
 * is a mean over all logits of its arguments, which may have any shape.
 */
import { GanvasError, shown } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { relu, softplus } from "../ops/activations.ts";
import { add, mul, neg, sub } from "../ops/pointwise.ts";
import { mean } from "../ops/reduce.ts";
import { wide } from "../precision.ts";
import { expectTensors, type Tensor } from "../tensor.ts";
import { bceWithLogits, mse } from "./losses.ts";

/** What the two players of a GAN minimise. */
export interface GanLoss {
  /** Loss of the discriminator on its logits of real and of generated samples. */
  discriminator(real: Tensor, fake: Tensor): Tensor;
  /**
   * Loss of the generator on the discriminator's logits of its samples.
   * @param real logits of real samples, which only the relativistic losses need
   */
  generator(fake: Tensor, real?: Tensor): Tensor;
  /**
   * What the discriminator says as this loss reads it: logits that real and that generated samples are real, by themselves or,
   * where the loss is relativistic, against each other.
   */
  answers(real: Tensor, fake: Tensor): readonly [real: Tensor, fake: Tensor];
}

/**
 * - "non-saturating": D -log σ(real) - log(1 - σ(fake)); G -log σ(fake) (Goodfellow et al. 2014)
 * - "saturating": D the same; G log(1 - σ(fake)), the minimax game itself, whose gradient vanishes where D is sure; for teaching
 * - "hinge": D max(0, 1 - real) + max(0, 1 + fake); G -fake (Lim and Ye 2017; Miyato et al. 2018)
 * - "least-squares": D ½ (real - 1)² + ½ fake²; G ½ (fake - 1)² (Mao et al. 2017)
 * - "wasserstein": D fake - real; G -fake (Arjovsky et al. 2017); needs a gradient penalty or clipped weights
 * - "relativistic-average": D -log σ(real - mean fake) - log(1 - σ(fake - mean real)), G with the parts exchanged
 *   (Jolicoeur-Martineau 2019)
 * - "relativistic-pairing": D -log σ(real - fake), G -log σ(fake - real), one by one: for samples that belong together, as a
 *   photograph and what was made of its reduction, all they have in common cancels out (the same, section 4.1)
 */
export type GanLossKind =
  | "non-saturating"
  | "saturating"
  | "hinge"
  | "least-squares"
  | "wasserstein"
  | "relativistic-average"
  | "relativistic-pairing";

/** Options of adversarial losses. */
export interface GanLossOptions {
  /**
   * What the discriminator is to answer for real samples where the loss has such a target: below 1 for one-sided label smoothing
   * (Salimans et al. 2016 take 0.9); default 1.
   */
  readonly realTarget?: number;
}

/** What a loss makes of answers (see `GanLoss.answers`). The generator's are those of real samples only where it is relativistic. */
interface Objective {
  discriminator(real: Tensor, fake: Tensor): Tensor;
  generator(fake: Tensor, real: Tensor): Tensor;
}

type Loss = (options: Required<GanLossOptions>) => Objective;

const crossEntropies = (real: Tensor, fake: Tensor, realTarget: number): Tensor =>
  add(bceWithLogits(real, realTarget), bceWithLogits(fake, 0));

const LOSSES: Readonly<Record<GanLossKind, Loss>> = {
  "non-saturating": ({ realTarget }) => ({
    discriminator: (real, fake) => crossEntropies(real, fake, realTarget),
    generator: (fake) => bceWithLogits(fake, 1),
  }),
  saturating: ({ realTarget }) => ({
    discriminator: (real, fake) => crossEntropies(real, fake, realTarget),
    generator: (fake) => neg(mean(softplus(fake))),
  }),
  hinge: () => ({
    discriminator: (real, fake) => add(mean(relu(sub(1, real))), mean(relu(add(fake, 1)))),
    generator: (fake) => neg(mean(fake)),
  }),
  "least-squares": ({ realTarget }) => ({
    discriminator: (real, fake) => mul(add(mse(real, realTarget), mse(fake, 0)), 0.5),
    generator: (fake) => mul(mse(fake, 1), 0.5),
  }),
  wasserstein: () => ({
    discriminator: (real, fake) => sub(mean(fake), mean(real)),
    generator: (fake) => neg(mean(fake)),
  }),
  "relativistic-average": ({ realTarget }) => ({
    discriminator: (real, fake) => crossEntropies(real, fake, realTarget),
    generator: (fake, real) => crossEntropies(fake, real, 1),
  }),
  "relativistic-pairing": ({ realTarget }) => ({
    discriminator: (real) => bceWithLogits(real, realTarget),
    generator: (fake) => bceWithLogits(fake, 1),
  }),
};

/** What relativistic losses compare logits with: the mean of the other kind, or each with its partner. */
const COMPARED: { readonly [kind in GanLossKind]?: (others: Tensor) => Tensor } = {
  "relativistic-average": (others) => mean(others),
  "relativistic-pairing": (others) => others,
};

/** Losses that compare logits of generated samples with those of real ones. */
export const isRelativistic = (kind: GanLossKind): boolean => kind in COMPARED;

/** Losses without a target that could be smoothed. */
const TARGETLESS: readonly GanLossKind[] = ["hinge", "wasserstein"];

/** Names of all kinds, for menus and tests. */
export const ganLossKinds = Object.keys(LOSSES) as readonly GanLossKind[];

/**
 * The losses of both players.
 * @throws GanvasError for an unknown kind, a target outside (0, 1], or a target where the kind has none
 */
export function ganLoss(kind: GanLossKind, options: GanLossOptions = {}): GanLoss {
  checkOptions("ganLoss", options, ["realTarget"]);
  const { realTarget = 1 } = options;
  const make = ganLossKinds.includes(kind) ? LOSSES[kind] : undefined;
  if (!make)
    throw new GanvasError(`ganLoss: kind must be one of ${ganLossKinds.join(", ")}, got ${shown(kind)}`);
  if (!(realTarget > 0 && realTarget <= 1))
    throw new GanvasError(`ganLoss: realTarget must be above 0 and at most 1, got ${realTarget}`);
  if (realTarget !== 1 && TARGETLESS.includes(kind))
    throw new GanvasError(`ganLoss: the ${kind} loss has no target that could be smoothed to ${realTarget}`);
  const loss = make({ realTarget });
  const compared = COMPARED[kind];
  const answers: GanLoss["answers"] = (real, fake) => {
    expectTensors("ganLoss", { real, fake });
    const [r, f] = [wide(real), wide(fake)];
    return compared ? [sub(r, compared(f)), sub(f, compared(r))] : [r, f];
  };
  return {
    answers,
    discriminator: (real, fake) => loss.discriminator(...answers(real, fake)),
    generator(fake, real) {
      if (!real && compared)
        throw new GanvasError(`ganLoss: the generator's ${kind} loss needs logits of real samples`);
      const [r, f] = answers(real ?? fake, fake);
      return loss.generator(f, r);
    },
  };
}
