/**
 * Whether two pictures are of one style, by the noise that the style encoder reads from them: the retrieval of section 5.2 of Reed et
 * al. 2016, which had clusters of backgrounds and poses; here a picture's style is whose hand drew it.
 */
import { integer, randomBits } from "../../engine/random.ts";
import type { CaptionedSet } from "../datasets/captioned.ts";
import { aucRoc } from "../metrics/index.ts";
import type { StyleEncoder } from "../text2image/networks.ts";
import type { CaptionReader } from "../text2image/reader.ts";
import { readStyles } from "../text2image/styles.ts";

/** Purpose of the random numbers. */
const PAIRS = 0x5b31;

export interface Verification {
  /** How often a pair of one style is more alike than a pair of two, by the style encoder. */
  readonly style: number;
  /** The same by the captions, which say nothing of styles. */
  readonly captions: number;
  readonly pairs: number;
}

/** @param pictures numbers of those that pairs are drawn of; pairs show different things */
export async function verifyStyles(
  style: StyleEncoder,
  reader: CaptionReader,
  set: CaptionedSet,
  pictures: Uint32Array,
  pairs: number,
): Promise<Verification> {
  const drawn: (readonly [number, number])[] = [];
  for (let k = 0; drawn.length < pairs && k < 20 * pairs; k++) {
    const [a, b] = randomBits(0, k, PAIRS);
    const [x, y] = [integer(a, pictures.length), integer(b, pictures.length)];
    const classOf = (at: number) => set.classOf[pictures[at] as number];
    if (classOf(x) !== classOf(y)) drawn.push([x, y]);
  }
  const bytes: Uint8Array[] = [];
  for (const number of pictures) bytes.push((await set.pictures.item(number)).picture);
  const styles = await readStyles(style, bytes);
  const texts = await reader.read(Array.from(pictures, (k) => set.captions[k]?.[0] as string));
  const same = drawn.map(([x, y]) =>
    set.styleOf[pictures[x] as number] === set.styleOf[pictures[y] as number] ? 1 : 0,
  );
  const auc = (rows: readonly Float32Array[]) =>
    aucRoc(
      drawn.map(([x, y]) => cosine(rows[x] as Float32Array, rows[y] as Float32Array)),
      same,
    );
  return { style: auc(styles), captions: auc(texts), pairs: drawn.length };
}

function cosine(a: Float32Array, b: Float32Array): number {
  const product = a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
  return product / Math.max(Math.hypot(...a) * Math.hypot(...b), 1e-12);
}
