/** Small captioned sets: two pictures of each class, in two colours. */
import type { CaptionedSet } from "../../../models/datasets/captioned.ts";
import type { Dataset } from "../../../models/datasets/dataset.ts";

const NAMES = ["red heart", "blue book", "green square", "white moon"] as const;

/** Pictures of 16×16 pixels: number k is of class ⌊k / 2⌋. */
export const captionedPictures = (names: readonly string[]): Dataset => ({
  name: "given",
  size: 2 * names.length,
  shape: [16, 16, 3],
  classes: names,
  fingerprint: `given ${names.join()}`,
  item: (k) => {
    const label = Math.floor(k / 2);
    return {
      picture: new Uint8Array(16 * 16 * 3).map((_, at) => (label * 70 + (at % 3) * 40 + k) % 256),
      label,
      captions: [names[label] as string, `a ${names[label]}`],
    };
  },
});

export const captions: CaptionedSet = {
  pictures: captionedPictures(NAMES),
  captions: NAMES.flatMap((name) => [
    [name, `a ${name}`],
    [name, `the ${name}`],
  ]),
  classes: NAMES,
  classOf: Int32Array.from([0, 0, 1, 1, 2, 2, 3, 3]),
  styles: [""],
  styleOf: new Int32Array(8),
};
