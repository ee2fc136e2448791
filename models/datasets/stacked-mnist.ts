/**
 * Stacked MNIST: three digits drawn at random, as red, green and blue of one picture. That makes 1,000 kinds of pictures, and
 * what a generator misses of them can be counted (Metz, Poole, Pfau and Sohl-Dickstein, "Unrolled Generative Adversarial
 * Networks", ICLR 2017, section 3.3.1).
 */
import { GanvasError } from "../../engine/errors.ts";
import { integer, randomBits } from "../../engine/random.ts";
import type { Dataset, Item } from "./dataset.ts";

/** The purpose of the random numbers. */
const DIGITS_OF = 0x57ac;

/** Every kind of picture: "000" to "999". */
export const STACKED_CLASSES = Array.from({ length: 1000 }, (_, k) => String(k).padStart(3, "0"));

/**
 * @param digits pictures of one channel in ten classes
 * @param size pictures in the set: 128,000 as in most papers
 */
export function stackedMnist(digits: Dataset, size = 128_000, seed = 0): Dataset {
  const [height, width, channels] = digits.shape;
  if (channels !== 1 || digits.classes.length !== 10)
    throw new GanvasError(
      `stackedMnist: needs grey pictures of ten classes, ${digits.name} has ${channels} channels and ${digits.classes.length} classes`,
    );
  return {
    name: `three of ${digits.name}`,
    size,
    shape: [height, width, 3],
    classes: STACKED_CLASSES,
    fingerprint: `stacked/${size}/${seed}/${digits.fingerprint}`,
    async item(index): Promise<Item> {
      const drawn = randomBits(seed, index, 0, 0, DIGITS_OF).slice(0, 3);
      const three = await Promise.all(drawn.map((word) => digits.item(integer(word, digits.size))));
      const picture = new Uint8Array(height * width * 3);
      for (const [c, digit] of three.entries())
        for (let k = 0; k < height * width; k++) picture[3 * k + c] = digit.picture[k] as number;
      return { picture, label: three.reduce((number, { label }) => 10 * number + label, 0) };
    },
  };
}
