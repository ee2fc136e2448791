/** Captioned pictures as text to image is trained on them: which are seen, which can be recoloured, and what is said of all. */
import type { CaptionedSet } from "../datasets/captioned.ts";
import { COLOUR_NAMES, colouredCaptions, soleHue, takesColour } from "./recolour.ts";

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

/** Everything that training may say: captions of the set, and of pictures in other colours. */
export function allCaptions(set: CaptionedSet, recoloured: Iterable<number>): string[] {
  const names = new Set([...recoloured].map((number) => nameOf(set, number)));
  const coloured = [...names].flatMap((name) =>
    COLOUR_NAMES.flatMap((colour) => colouredCaptions(name, colour)),
  );
  return [...set.captions.flat(), ...coloured];
}

/** Names for a sheet: of classes spread evenly over the set, each as the first caption of its first picture has it. */
export function namesToShow(classes: readonly string[], count: number): string[] {
  const step = Math.max(classes.length / count, 1);
  return Array.from(
    { length: Math.min(count, classes.length) },
    (_, k) => classes[Math.floor((k + 0.5) * step)] as string,
  );
}
