/**
 * Scores of samples against real pictures, by the measures of `metrics/` and a classifier of our own. Beside each score stands
 * what real pictures reach by the same measure: pictures that were held out where samples are asked about, and the other way round.
 */
import { InputError } from "../../engine/errors.ts";
import { parzenEstimateInBlocks, type Samples, spreads } from "../metrics/index.ts";
import { copying } from "./copying.ts";
import { distances } from "./distances.ts";
import { type Look, lookAt } from "./look.ts";
import { PARZEN } from "./papers.ts";
import { firstOf, middleOf, type Pictures, pixelsOf, standardised } from "./pictures.ts";
import type { Evidence, Score } from "./score.ts";

/** Told of each part before it is begun: how many are done, of how many, and its name. */
export type Progress = (done: number, total: number, part: string) => void;

/** Validation pictures that the Parzen window's deviation is chosen by: the last of those trained on (Goodfellow et al. 2014). */
const PARZEN_VALIDATION = 1000;
/** So many pictures are compared with each other. */
const COMPARED = 3000;

/** The classifier looks at no more of the training pictures: a look takes longer than all else. */
const LOOKED_AT = 10_000;

/** @throws InputError where samples and data do not go together */
export async function judge(evidence: Evidence, onProgress: Progress = () => {}): Promise<Score[]> {
  const { samples, classifier } = evidence;
  const classes = evidence.classes.length;
  if (samples.count < 2) throw new InputError(`at least 2 samples can be judged, got ${samples.count}`);
  const train = middleOf(evidence.train, samples.shape);
  const heldOut = middleOf(evidence.heldOut, samples.shape);
  const parts: (readonly [name: string, measure: () => Promise<readonly Score[]>])[] = [
    ["Parzen window", () => parzen(samples, train, heldOut)],
    ["diversity", () => diversity(samples, heldOut, classes)],
    [
      "nearest training pictures",
      () => copying("copies by pixels", pixelsOf(samples), pixelsOf(train), pixelsOf(heldOut)),
    ],
  ];
  if (classifier) {
    const { name, net } = classifier;
    parts.push([
      `features of ${name}`,
      async () => {
        const seen = await lookAt(net, samples);
        const known = await lookAt(net, firstOf(train, LOOKED_AT));
        const unknown = await lookAt(net, heldOut);
        const { labels } = samples;
        return [
          ...(labels ? [agreement(seen, labels, unknown, heldOut.labels, classes)] : []),
          ...distances(name, seen.features, unknown.features, known.features),
          ...(await copying(
            `copies by features of ${name}`,
            seen.features,
            known.features,
            unknown.features,
          )),
        ];
      },
    ]);
  }
  const scores: Score[] = [];
  for (const [done, [name, measure]] of parts.entries()) {
    onProgress(done, parts.length, name);
    scores.push(...(await measure()));
  }
  return scores;
}

/** By the papers' protocol (MODELS 3.9, 4.1); grey pictures in [0, 1], colours in deviations of each pixel, as the papers have them. */
async function parzen(samples: Pictures, train: Pictures, heldOut: Pictures): Promise<Score[]> {
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
  const values = isGrey ? "in [0, 1]" : "in deviations of each pixel";
  const counts = `${samples.count} samples, ${heldOut.count} test pictures`;
  return [
    {
      name: PARZEN,
      value: estimate.mean,
      standardError: estimate.standardError,
      note: `nats a picture, values ${values}, sigma ${estimate.sigma.toFixed(3)}, ${counts}, deviation between pictures ${estimate.deviation.toFixed(1)}`,
    },
  ];
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
