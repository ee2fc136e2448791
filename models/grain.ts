/** Noise that generators make grain of, fixed to the places of a picture. */
import { normalPair, randomBits } from "../engine/random.ts";

/** What these numbers are told from others by. */
const GRAIN = 1;
const SEED = 0;

/**
 * Part of an endless plane of normal numbers. A number belongs to its place: a picture that is made tile by tile has the grain
 * of the whole, and the same picture has the same grain each time.
 * @param x left and `y` upper edge; whole numbers, x a multiple of 4
 * @param width a multiple of 4
 * @returns [height, width]
 */
export function grain(x: number, y: number, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column += 4) {
      const [a, b, c, d] = randomBits(SEED, (x + column) / 4, y + row, 0, GRAIN);
      const at = row * width + column;
      out.set(normalPair(a, b), at);
      out.set(normalPair(c, d), at + 2);
    }
  return out;
}
