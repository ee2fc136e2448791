/** Whether pictures have more of the colours that their own sentences name than of those that other sentences do: a permutation test. */
import { permutation } from "../../engine/random.ts";
import { COLOUR_NAMES, type ColourName, hsv, nearestColour } from "../datasets/recolour.ts";
import { wordsOf } from "../datasets/sentences.ts";
import type { Pictures } from "../judging/pictures.ts";

/** What sentences name and pixels have. */
const NAMED = [...COLOUR_NAMES, "black"] as const;
type Named = ColourName | "black";

/** Shuffles that the sentences' own order is compared with, and the purpose of their random numbers. */
const SHUFFLES = 9999;
const SHUFFLED = 0x5b25;

/** The colours that a sentence names, each once. */
export const coloursNamed = (sentence: string): readonly Named[] => {
  const words = new Set(wordsOf(sentence));
  return NAMED.filter((name) => words.has(name));
};

export interface NamedColours {
  /** Mean of how much more of a named colour its picture has than all pictures have, in deviations of that colour's share. */
  readonly excess: number;
  /** How often sentences in another order have as much: a one-sided p-value, at least 1 / 10,000. */
  readonly p: number;
  readonly sentences: number;
}

/** @param pictures RGB, one for each sentence; sentences that name no colour are left out */
export function namedColours(
  { count, shape: [h, w, c], data }: Pictures,
  sentences: readonly string[],
  seed = 0,
): NamedColours {
  const size = h * w * c;
  const named = sentences.slice(0, count).map(coloursNamed);
  const used = named.flatMap((names, k) => (names.length > 0 ? [k] : []));
  const shares = standardised(used.map((k) => coloursOf(data.subarray(k * size, (k + 1) * size))));
  const fits = used.map((k) =>
    shares.map(
      (share) => named[k]?.reduce((sum, name) => sum + (share[NAMED.indexOf(name)] as number), 0) ?? 0,
    ),
  );
  const fitOf = (order: ArrayLike<number>) =>
    fits.reduce((sum, row, k) => sum + (row[order[k] as number] as number), 0);
  const own = fitOf(used.map((_, k) => k));
  let asMuch = 1;
  for (let k = 0; k < SHUFFLES; k++) if (fitOf(permutation(used.length, seed, SHUFFLED, k)) >= own) asMuch++;
  const mentions = used.reduce((sum, k) => sum + (named[k]?.length ?? 0), 0);
  return {
    excess: own / Math.max(mentions, 1),
    p: asMuch / (SHUFFLES + 1),
    sentences: used.length,
  };
}

/** The share of a picture's pixels that have each colour. */
function coloursOf(picture: Uint8Array): number[] {
  const shares = NAMED.map(() => 0);
  const one = 3 / picture.length;
  for (let at = 0; at < picture.length; at += 3) {
    const [hue, saturation, value] = hsv(
      picture[at] as number,
      picture[at + 1] as number,
      picture[at + 2] as number,
    );
    const name = value < 0.2 ? "black" : saturation >= 0.35 ? nearestColour(hue) : undefined;
    if (name) shares[NAMED.indexOf(name)] = (shares[NAMED.indexOf(name)] as number) + one;
  }
  return shares;
}

/** Each column with mean 0 and deviation 1; one that never varies is 0. */
function standardised(rows: readonly (readonly number[])[]): number[][] {
  const columns = NAMED.map((_, j) => {
    const mean = rows.reduce((sum, row) => sum + (row[j] as number), 0) / rows.length;
    const squares = rows.reduce((sum, row) => sum + ((row[j] as number) - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / rows.length) || 1 };
  });
  return rows.map((row) =>
    row.map((value, j) => (value - (columns[j]?.mean ?? 0)) / (columns[j]?.deviation ?? 1)),
  );
}
