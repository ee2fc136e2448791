/** Whether what is drawn has the colour that was asked for: judged by hue alone, without a network. */
import { integer, randomBits } from "../../engine/random.ts";
import {
  COLOUR_NAMES,
  colouredCaptions,
  type ColourName,
  meanHue,
  nearestColour,
} from "../datasets/recolour.ts";
import { type Drawer, drawPlaces } from "./sampler.ts";
import { drawnNoise } from "./noise.ts";

/** Things that are drawn in one colour. */
const THINGS = ["heart", "circle", "square", "book"] as const;
/** Of the forms of a caption with a colour: "red heart" and "a red heart". */
const PLAIN_FORMS = 2;
/** Purpose of the random numbers. */
const ASKED = 0x5b21;

/** "purple circle" and the like, that were trained on and that were not: kept from training, or not in the data at all. */
export function colourPairs(
  classes: readonly string[],
  unseen: readonly string[],
): { readonly seen: readonly ColourPair[]; readonly unseen: readonly ColourPair[] } {
  const pairs = THINGS.flatMap((thing) => COLOUR_NAMES.map((colour) => ({ thing, colour })));
  const name = ({ thing, colour }: ColourPair) => `${colour} ${thing}`;
  const known = (pair: ColourPair) => classes.includes(name(pair)) && !unseen.includes(name(pair));
  // A thing that is known in no colour at all says nothing of colours.
  const there = pairs.filter(({ thing }) => pairs.some((pair) => pair.thing === thing && known(pair)));
  return { seen: there.filter(known), unseen: there.filter((pair) => !known(pair)) };
}

export interface ColourPair {
  readonly thing: string;
  readonly colour: ColourName;
}

/**
 * How many of `count` pictures of these pairs in turn have a mean hue that is nearest to the colour asked for.
 * @returns share, and of each pair
 */
export async function colourAgreement(
  file: Drawer,
  pairs: readonly ColourPair[],
  count: number,
  seed: number,
): Promise<{ readonly share: number; readonly of: readonly number[] }> {
  const asked = Array.from({ length: count }, (_, k) => {
    const pair = pairs[k % pairs.length] as ColourPair;
    return colouredCaptions(pair.thing, pair.colour)[
      integer(randomBits(seed, k, ASKED)[0], PLAIN_FORMS)
    ] as string;
  });
  const told = await file.reader.read(asked);
  const { data, shape } = await drawPlaces(
    file,
    told.map((text, k) => ({ text, noise: drawnNoise(file.recipe, seed, k) })),
  );
  const size = shape[0] * shape[1] * shape[2];
  const right = asked.map((_, k) => {
    const hue = meanHue(data.subarray(k * size, (k + 1) * size));
    return hue !== undefined && nearestColour(hue) === pairs[k % pairs.length]?.colour ? 1 : 0;
  });
  const meanOf = (values: readonly number[]) =>
    values.reduce<number>((a, b) => a + b, 0) / Math.max(values.length, 1);
  return {
    share: meanOf(right),
    of: pairs.map((_, at) => meanOf(right.filter((__, k) => k % pairs.length === at))),
  };
}
