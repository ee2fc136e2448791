import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../../engine/errors.ts";
import { type Image, makeImage } from "../../../../engine/io/image.ts";
import { type ChromaSampling, jpegRoundTrip } from "../../../../models/super-resolution/degradation/jpeg.ts";

/** Waves, an edge and noise-like detail in all three channels. */
function picture(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const edge = x > 0.4 * width + 0.3 * y ? 70 : -40;
      const fine = ((x * 7919 + y * 104729 + ((x * y) % 13) * 31) % 41) - 20;
      data[at] = Math.min(Math.max(120 + edge + 50 * Math.sin(x / 5) + fine, 0), 255);
      data[at + 1] = Math.min(Math.max(110 + 60 * Math.sin(y / 7 + x / 11) - fine, 0), 255);
      data[at + 2] = Math.min(Math.max(140 - edge + 40 * Math.cos((x + y) / 9), 0), 255);
    }
  return makeImage(data, width, height, 3);
}

async function libjpeg({ data, width, height }: Image, quality: number, chroma: ChromaSampling) {
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: chroma })
    .toBuffer();
  return sharp(file).raw().toBuffer();
}

describe("jpegRoundTrip", () => {
  test.each([
    ["4:2:0", 30],
    ["4:2:0", 60],
    ["4:2:0", 95],
    ["4:4:4", 40],
    ["4:4:4", 85],
    ["4:4:4", 100],
  ] as const)("equals libjpeg's %s at quality %i to the byte", async (chroma, quality) => {
    const image = picture(75, 53);
    const ours = jpegRoundTrip(image, { quality, chroma });
    const theirs = await libjpeg(image, quality, chroma);
    expect(Buffer.compare(ours.data, theirs)).toBe(0);
  });

  test("grey stays grey", () => {
    const grey = makeImage(
      Uint8Array.from({ length: 17 * 9 }, (_, k) => (k * 37) % 256),
      17,
      9,
      1,
    );
    const { data } = jpegRoundTrip(grey, { quality: 50 });
    for (let k = 0; k < data.length; k += 3) expect([data[k + 1], data[k + 2]]).toEqual([data[k], data[k]]);
  });

  test("a quality out of range is told", () => {
    for (const quality of [0, 101, 50.5])
      expect(() => jpegRoundTrip(picture(8, 8), { quality })).toThrow(InputError);
  });
});
