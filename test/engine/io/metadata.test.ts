/** EXIF and XMP from file to file: upright and of the result's size. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { jpegWith, metadataOfResult, readMetadata, webpWith } from "../../../engine/io/index.ts";

/** A JPEG as a camera writes it, turned by a quarter. */
const photo = () =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: "teal" } })
    .withExif({
      IFD0: { Make: "Pinhole" },
      IFD2: { PixelXDimension: "30", PixelYDimension: "20", DateTimeOriginal: "2026:11:30 08:00:00" },
    })
    .withMetadata({ orientation: 6 })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="6">word</x:xmpmeta>');
const blank = () => sharp({ create: { width: 80, height: 120, channels: 3, background: "red" } });

const FORMATS = {
  jpeg: async () => ({ from: await photo().jpeg().toBuffer(), into: await blank().jpeg().toBuffer() }),
  webp: async () => ({ from: await photo().webp().toBuffer(), into: await blank().webp().toBuffer() }),
};

describe.each(["jpeg", "webp"] as const)("%s", (format) => {
  test("keeps what the camera said, turned upright", async () => {
    const made = await FORMATS[format]();
    const [from, into] = [new Uint8Array(made.from), new Uint8Array(made.into)];
    expect((await sharp(from).metadata()).orientation).toBe(6);
    const metadata = metadataOfResult(readMetadata(from), 80, 120);
    const file =
      format === "jpeg"
        ? jpegWith(into, metadata)
        : webpWith(into, metadata, { width: 80, height: 120, alpha: false });
    const found = await sharp(file).metadata();
    expect([found.width, found.height, found.orientation]).toEqual([80, 120, 1]);
    expect(found.exif?.includes("Pinhole")).toBe(true);
    expect(found.exif?.includes("2026:11:30 08:00:00")).toBe(true);
    expect(found.xmp?.toString()).toContain('tiff:Orientation="1">word');
    await expect(sharp(file).raw().toBuffer()).resolves.toEqual(await sharp(into).raw().toBuffer());
    expect(readMetadata(file)).toEqual(metadata);
  });
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["text", new TextEncoder().encode("no picture")],
  [
    "a cut PNG",
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 255, 255, 255, 255, 0x65, 0x58, 0x49, 0x66),
  ],
  ["a cut JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, 9)],
])("%s has none", (_, bytes) => {
  const { exif, xmp } = readMetadata(bytes);
  expect([exif?.length ?? 0, xmp]).toEqual([0, undefined]);
});

test("EXIF that leads nowhere is left out", () => {
  const exif = Uint8Array.from("II*\0\xff\xff\0\0", (c) => c.charCodeAt(0));
  expect(metadataOfResult({ exif }, 4, 4)).toEqual({});
});
