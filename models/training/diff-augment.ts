/**
 * Differentiable augmentation: whatever the discriminator sees, real or generated, is changed at random in the same ways, in
 * its own update and in the generator's, so that a small data set cannot be learnt by heart.
 * Zhao, Liu, Lin, Zhu and Han, "Differentiable Augmentation for Data-Efficient GAN Training", NeurIPS 2020.
 */
import { add, matmul, mean, mul, permute, reshape, sub, type Tensor, tensor } from "../../engine/index.ts";
import { randomBits } from "../../engine/random.ts";

/**
 * - "translation": moves by up to an eighth of the side, zeros come in
 * - "cutout": a square of half the side is zero
 * - "colour": brightness, saturation and contrast; not where the condition names colours
 * - "mirror": left and right exchanged for half of the pictures; not where that changes what is seen, as with digits
 */
export const AUGMENTATIONS = ["translation", "cutout", "colour", "mirror"] as const;
export type AugmentationKind = (typeof AUGMENTATIONS)[number];

/** The purpose of the random numbers. */
const STREAM = 0xd1ff;

/** One drawn change of a batch of pictures: the same for everything that is given to `apply`. */
export interface Augmentation {
  /** @param pictures [n, h, w, c], of the size that it was drawn for. All but "colour" is linear: T(a) + T(b) = T(a + b). */
  apply(pictures: Tensor): Tensor;
}

const NOTHING: Augmentation = { apply: (pictures) => pictures };

/**
 * Draws the changes of one pass. They are data: passes that differ in nothing else share one compiled program.
 * @param shape [n, h, w, c] of the pictures
 * @param place counters that the numbers belong to: the update and the pass in it
 */
export function drawAugmentation(
  kinds: readonly AugmentationKind[],
  [n, h, w]: readonly [number, number, number, number],
  seed: number,
  ...place: readonly [step: number, pass: number]
): Augmentation {
  if (kinds.length === 0) return NOTHING;
  /** Numbers uniform in [0, 1), four for each picture and kind. */
  const draw = (kind: AugmentationKind, picture: number): readonly number[] =>
    [...randomBits(seed, ...place, picture * AUGMENTATIONS.length + AUGMENTATIONS.indexOf(kind), STREAM)].map(
      (word) => (word >>> 8) / 2 ** 24,
    );
  const steps: ((x: Tensor) => Tensor)[] = [];
  if (kinds.includes("colour")) {
    const drawn = Array.from({ length: n }, (_, k) => draw("colour", k));
    const column = (at: number, scale: number, shift: number) =>
      tensor(
        Float32Array.from(drawn, (d) => (d[at] as number) * scale + shift),
        [n, 1, 1, 1],
      );
    const [brightness, saturation, contrast] = [column(0, 1, -0.5), column(1, 2, 0), column(2, 1, 0.5)];
    steps.push((x) => {
      const bright = add(x, brightness);
      const grey = mean(bright, [3], { keepDims: true });
      const saturated = add(mul(sub(bright, grey), saturation), grey);
      const middle = mean(saturated, [1, 2, 3], { keepDims: true });
      return add(mul(sub(saturated, middle), contrast), middle);
    });
  }
  if (kinds.includes("translation") || kinds.includes("mirror")) {
    const moving = kinds.includes("translation");
    const mirroring = kinds.includes("mirror");
    const rows = new Float32Array(n * h * h);
    const columns = new Float32Array(n * w * w);
    for (let k = 0; k < n; k++) {
      const [u = 0, v = 0] = moving ? draw("translation", k) : [0.5, 0.5];
      const down = Math.floor(u * (2 * Math.floor(h / 8) + 1)) - Math.floor(h / 8);
      const right = Math.floor(v * (2 * Math.floor(w / 8) + 1)) - Math.floor(w / 8);
      const flip = mirroring && (draw("mirror", k)[0] as number) < 0.5;
      for (let y = 0; y < h; y++) if (y - down >= 0 && y - down < h) rows[(k * h + y) * h + y - down] = 1;
      for (let x = 0; x < w; x++) {
        const from = x - right;
        if (from >= 0 && from < w) columns[(k * w + x) * w + (flip ? w - 1 - from : from)] = 1;
      }
    }
    // A move is a product with a matrix of zeros and ones on either side, which any derivative goes through.
    const [byRow, byColumn] = [tensor(rows, [n, h, h]), tensor(columns, [n, w, w])];
    steps.push((x) => {
      const channels = x.shape[3] as number;
      const down = reshape(matmul(byRow, reshape(x, [n, h, w * channels])), [n, h, w, channels]);
      const turned = reshape(permute(down, [0, 2, 1, 3]), [n, w, h * channels]);
      return permute(reshape(matmul(byColumn, turned), [n, w, h, channels]), [0, 2, 1, 3]);
    });
  }
  if (kinds.includes("cutout")) {
    const [tall, wide] = [Math.floor(h / 2), Math.floor(w / 2)];
    const mask = new Float32Array(n * h * w).fill(1);
    for (let k = 0; k < n; k++) {
      const [u = 0, v = 0] = draw("cutout", k);
      const [top, left] = [Math.floor(u * (h + 1)) - (tall >> 1), Math.floor(v * (w + 1)) - (wide >> 1)];
      for (let y = Math.max(top, 0); y < Math.min(top + tall, h); y++)
        mask.fill(0, (k * h + y) * w + Math.max(left, 0), (k * h + y) * w + Math.min(left + wide, w));
    }
    const kept = tensor(mask, [n, h, w, 1]);
    steps.push((x) => mul(x, kept));
  }
  return { apply: (pictures) => steps.reduce((x, step) => step(x), pictures) };
}
