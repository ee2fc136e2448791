/** Captioned pictures as text to image is trained on them: what is said of all of them. */
import type { CaptionedSet } from "../datasets/captioned.ts";
import { COLOUR_NAMES, colouredCaptions } from "../datasets/recolour.ts";

/** Everything that training may say: captions of the set, and of pictures in other colours. */
export function allCaptions(
  { captions, classes, classOf }: CaptionedSet,
  recoloured: Iterable<number>,
): string[] {
  const names = new Set([...recoloured].map((number) => classes[classOf[number] as number] as string));
  const coloured = [...names].flatMap((name) =>
    COLOUR_NAMES.flatMap((colour) => colouredCaptions(name, colour)),
  );
  return [...captions.flat(), ...coloured];
}

/** Names for a sheet: of classes spread evenly over the set, each as the first caption of its first picture has it. */
export function namesToShow(classes: readonly string[], count: number): string[] {
  const step = Math.max(classes.length / count, 1);
  return Array.from(
    { length: Math.min(count, classes.length) },
    (_, k) => classes[Math.floor((k + 0.5) * step)] as string,
  );
}
