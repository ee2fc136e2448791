/** Clean pictures told from compressed ones. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/index.ts";
import { crop, type Image, makeImage } from "../../../engine/io/image.ts";
import { fillNormal } from "../../../engine/random.ts";
import { blocksSeen } from "../../../models/super-resolution/blocks-seen.ts";
import { jpegQuality } from "../../../models/super-resolution/degradation/jpeg-quality.ts";
import { jpegRoundTrip } from "../../../models/super-resolution/degradation/jpeg.ts";
import { inputKind } from "../../../models/super-resolution/input-kind.ts";

/** Waves of no common length in every direction, longer ones stronger, and noise. */
function photograph(width: number, height: number): Image {
  const data = fillNormal(new Float32Array(width * height * 3), 3, 0, 128, 3);
  for (let wave = 1; wave <= 24; wave++) {
    const [angle, phase] = [2.4 * wave, 1.7 * wave];
    const length = 2.6 * 1.16 ** wave;
    const [u, v] = [Math.cos(angle) / length, Math.sin(angle) / length];
    for (let k = 0; k < data.length; k++) {
      const [x, y] = [Math.floor(k / 3) % width, Math.floor(k / 3 / width)];
      data[k] = (data[k] as number) + 0.5 * length ** 0.8 * Math.cos(2 * Math.PI * (u * x + v * y) + phase);
    }
  }
  return makeImage(new Uint8Array(Uint8ClampedArray.from(data).buffer), width, height, 3);
}

const enlarged = (image: Image, scale: number): Image => {
  const { data, width, height } = imresize(image, { scale });
  return makeImage(data, width, height, 3);
};

const clean = photograph(256, 208);
const saved = jpegRoundTrip(clean, { quality: 50 });

describe("blocks", () => {
  test("are not seen in clean pictures, enlarged ones neither", () => {
    for (const image of [clean, enlarged(clean, 1.5), enlarged(clean, 2), enlarged(clean, 4)])
      expect(inputKind(image)).toBe("clean");
  });

  test("are seen where a picture was saved, cut or enlarged since", () => {
    for (const image of [saved, crop(saved, 3, 5, 240, 190), enlarged(saved, 1.5), enlarged(saved, 2)])
      expect(inputKind(image)).toBe("compressed");
  });

  test("of grey and transparent pictures too", () => {
    const { data, width, height } = saved;
    const grey = makeImage(
      data.filter((_, k) => k % 3 === 1),
      width,
      height,
      1,
    );
    expect(inputKind(grey)).toBe("compressed");
  });

  test("cannot be told in small pictures and plain ones", () => {
    expect(blocksSeen(crop(saved, 0, 0, 24, 24))).toBe(0);
    expect(blocksSeen(makeImage(new Uint8Array(64 * 64).fill(9), 64, 64, 1))).toBe(0);
  });
});

describe("the quality of a file", () => {
  const file = (quality: number) =>
    sharp(clean.data, { raw: { width: clean.width, height: clean.height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer();

  test.each([5, 30, 50, 75, 90, 96, 100])("is read from its tables: %i", async (quality) => {
    expect(jpegQuality(new Uint8Array(await file(quality)))).toBe(quality);
  });

  test("decides before blocks are looked for", async () => {
    const bytes = new Uint8Array(await file(75));
    expect(inputKind(clean, bytes)).toBe("compressed");
    expect(inputKind(clean, new Uint8Array(await file(97)))).toBe("clean");
  });

  test("is unknown of other files and of cut ones", async () => {
    const bytes = new Uint8Array(await file(75));
    expect(jpegQuality(new Uint8Array([1, 2, 3]))).toBeUndefined();
    for (const length of [0, 1, 2, 3, 20, 60]) expect(jpegQuality(bytes.subarray(0, length))).toBeUndefined();
  });
});
