/**
 * Pictures of one colour in other colours, with captions that name them. A few dozen of an emoji set's captions name colours; a
 * network that is to draw what is asked for has to see many more, or it takes "blue" for a part of "blue heart".
 */
import type { CaptionedSet } from "./captioned.ts";
import { fingerprint } from "./fingerprint.ts";

/** Hues of the colours that are named, in degrees. */
export const HUES = {
  red: 0,
  orange: 30,
  yellow: 50,
  green: 115,
  blue: 210,
  purple: 275,
  pink: 330,
} as const;
export type ColourName = keyof typeof HUES;
export const COLOUR_NAMES = Object.keys(HUES) as readonly ColourName[];

/** Words that name a colour, also those that no hue is. */
const COLOUR_WORD =
  /\b(red|orange|yellow|green|blue|purple|violet|pink|brown|black|white|gr[ae]y|gold(en)?|silver|rainbow)\b/i;
/** A name of more words is a sentence, which no colour can be put in front of. */
const MOST_WORDS = 3;

/** Saturation from which a pixel has a colour, and which part of those that are not white have to have the same. */
const COLOURED = 0.35;
const OF_ONE_COLOUR = 0.6;
/** Hues so near to each other are one colour, in degrees. */
const SPREAD = 25;

/** Hue in degrees, saturation and value from 0 to 1. */
export function hsv(
  red: number,
  green: number,
  blue: number,
): [hue: number, saturation: number, value: number] {
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  if (range === 0) return [0, 0, most / 255];
  const sector =
    most === red
      ? (green - blue) / range
      : most === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4;
  return [(sector * 60 + 360) % 360, range / most, most / 255];
}

function rgb(hue: number, saturation: number, value: number): [number, number, number] {
  const part = (n: number) => {
    const k = (n + hue / 60) % 6;
    return Math.round(255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [part(5), part(3), part(1)];
}

/** How far two hues lie apart, from 0 to 180 degrees. */
export const hueDistance = (a: number, b: number): number => Math.abs(((((a - b) % 360) + 540) % 360) - 180);

/** The colour whose hue is nearest. */
export const nearestColour = (hue: number, names: readonly ColourName[] = COLOUR_NAMES): ColourName =>
  names.reduce((best, name) => (hueDistance(hue, HUES[name]) < hueDistance(hue, HUES[best]) ? name : best));

/**
 * The mean hue of what is coloured in a picture, each pixel by how strong its colour is; undefined where there is none.
 * @param picture RGB, a byte each
 */
export function meanHue(picture: Uint8Array): number | undefined {
  let [x, y] = [0, 0];
  for (let at = 0; at < picture.length; at += 3) {
    const [hue, saturation, value] = pixel(picture, at);
    if (saturation < COLOURED || value < 0.2) continue;
    x += saturation * Math.cos((hue * Math.PI) / 180);
    y += saturation * Math.sin((hue * Math.PI) / 180);
  }
  return x === 0 && y === 0 ? undefined : ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

const pixel = (picture: Uint8Array, at: number): [number, number, number] =>
  hsv(picture[at] as number, picture[at + 1] as number, picture[at + 2] as number);

/** The hue of a picture that is of one colour, but for white, grey and black; undefined for any other. */
export function soleHue(picture: Uint8Array): number | undefined {
  const mean = meanHue(picture);
  if (mean === undefined) return undefined;
  let [seen, coloured, same] = [0, 0, 0];
  for (let at = 0; at < picture.length; at += 3) {
    const [hue, saturation, value] = pixel(picture, at);
    if (saturation < 0.1 && value > 0.9) continue;
    seen++;
    if (saturation < COLOURED || value < 0.2) continue;
    coloured++;
    if (hueDistance(hue, mean) <= SPREAD) same++;
  }
  return same >= OF_ONE_COLOUR * seen && same >= 0.9 * coloured ? mean : undefined;
}

/** A picture with all its hues turned. */
export function withHueTurned(picture: Uint8Array, degrees: number): Uint8Array {
  const out = new Uint8Array(picture.length);
  for (let at = 0; at < picture.length; at += 3) {
    const [hue, saturation, value] = pixel(picture, at);
    out.set(rgb((hue + degrees + 360) % 360, saturation, value), at);
  }
  return out;
}

/** Whether a name is short, and names no colour yet. */
export const takesColour = (name: string): boolean =>
  !COLOUR_WORD.test(name) && !/[:,]/.test(name) && name.split(/\s+/).length <= MOST_WORDS;

/** What a picture of this name is called in a colour: in as many forms whatever the name and the colour. */
export function colouredCaptions(name: string, colour: ColourName): readonly string[] {
  const article = colour === "orange" ? "an" : "a";
  return [
    `${colour} ${name}`,
    `${article} ${colour} ${name}`,
    `a picture of ${article} ${colour} ${name}`,
    `${name} in ${colour}`,
  ];
}

/** How many of them there are. */
export const COLOURED_FORMS = 4;

const nameOf = ({ classes, classOf }: CaptionedSet, picture: number): string =>
  classes[classOf[picture] as number] as string;

/** The hues of those pictures that are of one colour and called by a name without any. */
export async function soleHues(set: CaptionedSet, pictures: Uint32Array): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const number of pictures) {
    if (!takesColour(nameOf(set, number))) continue;
    const hue = soleHue((await set.pictures.item(number)).picture);
    if (hue !== undefined) found.set(number, hue);
  }
  return found;
}

/** A set and, after its own pictures, those of `hues` in each colour: each thing in a colour is a class of its own. */
export function withColours(set: CaptionedSet, hues: ReadonlyMap<number, number>): CaptionedSet {
  const { pictures } = set;
  const added = [...hues].flatMap(([number, hue]) =>
    COLOUR_NAMES.map((colour) => ({ number, turn: HUES[colour] - hue, colour, name: nameOf(set, number) })),
  );
  const classes = [...new Set([...set.classes, ...added.map(({ name, colour }) => `${colour} ${name}`)])];
  const numbers = new Map(classes.map((name, k) => [name, k]));
  return {
    ...set,
    pictures: {
      ...pictures,
      size: pictures.size + added.length,
      fingerprint: fingerprint(pictures.fingerprint, "in colours", ...hues.keys()),
      async item(index) {
        const copy = added[index - pictures.size];
        if (!copy) return pictures.item(index);
        const item = await pictures.item(copy.number);
        return { ...item, picture: withHueTurned(item.picture, copy.turn) };
      },
    },
    captions: [...set.captions, ...added.map(({ name, colour }) => colouredCaptions(name, colour))],
    classes,
    classOf: Int32Array.from([
      ...set.classOf,
      ...added.map(({ name, colour }) => numbers.get(`${colour} ${name}`) as number),
    ]),
    styleOf: Int32Array.from([...set.styleOf, ...added.map(({ number }) => set.styleOf[number] as number)]),
  };
}
