/**
 * Scores of samples against real pictures, by the measures of `metrics/` and a classifier of our own. Beside each score stands
 * what real pictures reach by the same measure: pictures that were held out where samples are asked about, and the other way round.
 */
import { GanvasError } from "../../engine/errors.ts";
import type { Classifier } from "../features/classifier.ts";
import { parzenEstimateInBlocks, type Samples, spreads } from "../metrics/index.ts";
import { copying } from "./copying.ts";
import { distances } from "./distances.ts";
import { type Look, lookAt } from "./look.ts";
import { firstOf, middleOf, type Pictures, pixelsOf, standardised } from "./pictures.ts";

/** One number of a verdict. Plain data, for JSON. */
export interface Score {
  readonly name: string;
  readonly value: number;
  readonly standardError?: number;
  /** What real pictures have by the same measure. */
  readonly real?: number;
  /** The value for each class. */
  readonly classes?: readonly number[];
  /** What else must be said of it. */
  readonly note?: string;
}

export interface Evidence {
  /** What is judged; labels are the classes that were asked for. */
  readonly samples: Pictures;
  /** What the generator was trained on. */
  readonly train: Pictures;
  /** Real pictures that neither generator nor classifier were trained on. */
  readonly heldOut: Pictures;
  /** Names samples and gives features. */
  readonly classifier?: { readonly name: string; readonly net: Classifier };
  /** Number of classes. */
  readonly classes: number;
}

export interface JudgeOptions {
  /** Told the name of each part before it is done. */
  readonly progress?: (part: string) => void;
}

/** Validation pictures that the Parzen window's deviation is chosen by: the last of those trained on (Goodfellow et al. 2014). */
const PARZEN_VALIDATION = 1000;
/** So many pictures are compared with each other. */
const COMPARED = 3000;

/** The classifier looks at no more of the training pictures: a look takes longer than all else. */
const LOOKED_AT = 10_000;

/** @throws InputError where samples and data do not go together */
export async function judge(
  evidence: Evidence,
  { progress = () => {} }: JudgeOptions = {},
): Promise<Score[]> {
  const { samples, classes, classifier } = evidence;
  if (samples.count < 2) throw new GanvasError(`judge: needs at least 2 samples, got ${samples.count}`);
  const train = middleOf(evidence.train, samples.shape);
  const heldOut = middleOf(evidence.heldOut, samples.shape);
  const scores: Score[] = [];

  progress("Parzen window");
  scores.push(await parzen(samples, train, heldOut));
  progress("diversity");
  scores.push(...(await diversity(samples, heldOut, classes)));
  progress("nearest training pictures");
  scores.push(await copying("copies by pixels", pixelsOf(samples), pixelsOf(train), pixelsOf(heldOut)));
  if (!classifier) return scores;

  const { name, net } = classifier;
  progress("features");
  const [seen, known, unknown] = [
    await lookAt(net, samples),
    await lookAt(net, firstOf(train, LOOKED_AT)),
    await lookAt(net, heldOut),
  ];
  if (samples.labels) scores.push(agreement(seen, samples.labels, unknown, heldOut.labels, classes));
  progress("distances of features");
  scores.push(...(await distances(name, seen.features, unknown.features, known.features)));
  scores.push(
    await copying(`copies by features of ${name}`, seen.features, known.features, unknown.features),
  );
  return scores;
}

/** By the papers' protocol (MODELS 3.9, 4.1); grey pictures in [0, 1], colours in deviations of each pixel, as the papers have them. */
async function parzen(samples: Pictures, train: Pictures, heldOut: Pictures): Promise<Score> {
  const isGrey = samples.shape[2] === 1;
  const pixels = pixelsOf(train);
  const units = (points: Samples): Samples => (isGrey ? points : standardised(points, pixels));
  const size = pixels.dimension;
  const last = Math.min(PARZEN_VALIDATION, train.count);
  const validation: Samples = {
    count: last,
    dimension: size,
    data: pixels.data.subarray((train.count - last) * size),
  };
  const estimate = await parzenEstimateInBlocks(
    units(pixelsOf(samples)),
    units(validation),
    units(pixelsOf(heldOut)),
  );
  return {
    name: "Parzen log-likelihood",
    value: estimate.mean,
    standardError: estimate.standardError,
    note: `nats a picture, values ${isGrey ? "in [0, 1]" : "in deviations of each pixel"}, sigma ${estimate.sigma.toFixed(3)}, ${samples.count} samples, ${heldOut.count} test pictures, deviation between pictures ${estimate.deviation.toFixed(1)}`,
  };
}

/** Mean distances of samples by pixels, as shares of those of real pictures. */
async function diversity(samples: Pictures, heldOut: Pictures, classes: number): Promise<Score[]> {
  const spreadsOf = (pictures: Pictures) => {
    const { labels, ...few } = firstOf(pictures, COMPARED);
    return spreads(pixelsOf(few), labels, classes);
  };
  const [made, real] = [await spreadsOf(samples), await spreadsOf(heldOut)];
  const across: Score = {
    name: "diversity across",
    value: made.across.mean / real.across.mean,
    standardError: made.across.standardError / real.across.mean,
    real: 1,
  };
  if (!samples.labels || !heldOut.labels) return [across];
  const shares = made.within.map(({ mean }, k) => mean / (real.within[k]?.mean ?? Number.NaN));
  const least = shares.indexOf(Math.min(...shares));
  return [
    across,
    {
      name: "diversity within the least diverse class",
      value: shares[least] ?? Number.NaN,
      standardError: (made.within[least]?.standardError ?? 0) / (real.within[least]?.mean ?? 1),
      real: 1,
      classes: shares,
    },
  ];
}

/** Share of the samples that the classifier names as asked. */
function agreement(
  seen: Look,
  asked: readonly number[],
  unknown: Look,
  truth: readonly number[] | undefined,
  classes: number,
): Score {
  const share = shareRight(seen.classes, asked);
  const perClass = Array.from({ length: classes }, (_, k) => {
    const members = [...asked.keys()].filter((i) => asked[i] === k);
    return shareRight(
      members.map((i) => seen.classes[i] as number),
      members.map(() => k),
    );
  });
  return {
    name: "named as asked",
    value: share,
    standardError: Math.sqrt((share * (1 - share)) / asked.length),
    ...(truth && { real: shareRight(unknown.classes, truth) }),
    classes: perClass,
  };
}

function shareRight(named: ArrayLike<number>, asked: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < asked.length; i++) if (named[i] === asked[i]) right++;
  return right / asked.length;
}
