/** PNG written row by row: read by libvips, as small as others make it. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/imresize.ts";
import { type Image, makeImage } from "../../../engine/io/image.ts";
import { pngFile, readMetadata } from "../../../engine/io/index.ts";
import { encodePng } from "../../../engine/io/node.ts";
import { picture } from "./png-files.ts";

async function write(image: Image, rows: number, more = {}): Promise<Uint8Array> {
  const stride = image.width * image.channels;
  async function* strips() {
    for (let y = 0; y < image.height; y += rows)
      yield { data: image.data.subarray(y * stride, (y + rows) * stride) };
  }
  const parts: Uint8Array[] = [];
  for await (const part of pngFile({ ...image, ...more }, strips())) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

describe.each([1, 2, 3, 4])("%d channels", (channels) => {
  test.each([1, 5, 100])("in strips of %d rows come back as they were", async (rows) => {
    const image = picture(23, 19, channels);
    const { data, info } = await sharp(await write(image, rows))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([23, 19]);
    const want =
      channels < 3
        ? await sharp(await encodePng(image))
            .raw()
            .toBuffer()
        : image.data;
    expect([...data]).toEqual([...want]);
  });
});

test("a photograph takes no more than 1.1 of what libpng's filters and zlib give", async () => {
  // A smooth picture, as results are, with edges in it.
  const large = imresize(picture(40, 30, 3), { scale: 8 });
  const image = makeImage(large.data, 320, 240, 3);
  const raw = sharp(image.data, { raw: { width: 320, height: 240, channels: 3 } });
  const best = await raw.png({ adaptiveFiltering: true, compressionLevel: 6 }).toBuffer();
  expect((await write(image, 50)).length).toBeLessThanOrEqual(1.1 * best.length);
});

test("metadata are read back, by others too", async () => {
  const exif = Uint8Array.from("II*\0\b\0\0\0\0\0\0\0\0\0", (c) => c.charCodeAt(0));
  const xmp = new TextEncoder().encode("<x:xmpmeta xmlns:x='adobe:ns:meta/'>é</x:xmpmeta>");
  const file = await write(picture(3, 2, 3), 2, { exif, xmp });
  expect(readMetadata(file)).toEqual({ exif, xmp });
  const found = await sharp(file).metadata();
  expect(new Uint8Array(found.xmp as Buffer)).toEqual(xmp);
  expect(found.exif).toBeDefined();
});
