import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { type Image, makeImage } from "../../../engine/io/image.ts";
import { readImageHeader } from "../../../engine/io/image-header.ts";
import { decodeImage, encodePng, readImage, writePng } from "../../../engine/io/image-node.ts";
import { tiff } from "./tiff-files.ts";
import { givenFolder } from "../data/given.ts";
import { chunk, decodeRgbPng, picture, png } from "./png-files.ts";

const folder = mkdtempSync(join(tmpdir(), "ganvas-image-"));
afterAll(() => rmSync(folder, { recursive: true }));

const encode = (image: Image) =>
  sharp(image.data, { raw: { width: image.width, height: image.height, channels: image.channels } });
const pixels = async (bytes: Uint8Array) => {
  const { channels, data } = await decodeImage(bytes, "x");
  return [channels, ...data];
};

describe("PNG variants become RGB or RGBA of 8 bits", () => {
  const palette = chunk("PLTE", Uint8Array.of(1, 2, 3, 4, 5, 6));
  test.each([
    ["RGB", png(2, 1, 8, 2, [0, 1, 2, 3, 254, 255, 0]), [3, 1, 2, 3, 254, 255, 0]],
    ["RGBA, colour kept under zero alpha", png(1, 1, 8, 6, [0, 77, 10, 200, 0]), [4, 77, 10, 200, 0]],
    ["grey", png(2, 1, 8, 0, [0, 7, 200]), [3, 7, 7, 7, 200, 200, 200]],
    ["grey with alpha", png(1, 1, 8, 4, [0, 77, 10]), [4, 77, 77, 77, 10]],
    ["one bit", png(3, 1, 1, 0, [0, 0b10100000]), [3, 255, 255, 255, 0, 0, 0, 255, 255, 255]],
    ["palette", png(2, 1, 8, 3, [0, 1, 0], [palette]), [3, 4, 5, 6, 1, 2, 3]],
    [
      "palette with transparency",
      png(2, 1, 8, 3, [0, 0, 1], [palette, chunk("tRNS", Uint8Array.of(9))]),
      [4, 1, 2, 3, 9, 4, 5, 6, 255],
    ],
    ["16 bits", png(1, 1, 16, 2, [0, 0x12, 0xff, 0x80, 0x00, 0x7f, 0x80]), [3, 0x12, 0x80, 0x7f]],
    ["16 bits with alpha", png(1, 1, 16, 6, [0, 77, 1, 10, 255, 200, 3, 128, 0]), [4, 77, 10, 200, 128]],
    ["16 bits grey", png(2, 1, 16, 0, [0, 0x12, 0xff, 0x34, 0x80]), [3, 0x12, 0x12, 0x12, 0x34, 0x34, 0x34]],
    [
      "linear light, as gAMA says, becomes sRGB",
      png(1, 1, 8, 2, [0, 77, 10, 200], [chunk("gAMA", Uint8Array.of(0, 1, 0x86, 0xa0))]),
      [3, 149, 56, 229],
    ],
  ])("%s", async (_, bytes, expected) => {
    expect(await pixels(bytes)).toEqual(expected);
  });
});

describe("other formats", () => {
  const original = picture(40, 30, 3);
  test.each(["jpeg", "webp", "gif", "tiff", "avif"] as const)(
    "%s is close to the original",
    async (format) => {
      const options = format === "gif" ? {} : { quality: 95 };
      const bytes = await encode(original)
        [format](options as object)
        .toBuffer();
      const image = await decodeImage(bytes, `x.${format}`);
      expect([image.width, image.height]).toEqual([40, 30]);
      const error =
        image.channels === 3
          ? image.data.reduce((sum, v, i) => sum + Math.abs(v - (original.data[i] ?? 0)), 0) /
            image.data.length
          : 0;
      expect(error).toBeLessThan(12);
    },
  );

  test("lossless WebP is exact", async () => {
    expect(await decodeImage(await encode(original).webp({ lossless: true }).toBuffer(), "x")).toEqual(
      original,
    );
  });

  test("only the first frame of an animation", async () => {
    const frames = await sharp(picture(8, 12, 3).data, {
      raw: { width: 8, height: 12, channels: 3, pageHeight: 6 },
    })
      .gif()
      .toBuffer();
    expect(await decodeImage(frames, "x.gif")).toMatchObject({ width: 8, height: 6 });
  });

  test("EXIF orientation 6 turns the picture by 90 degrees", async () => {
    const bytes = await encode(original).withMetadata({ orientation: 6 }).webp({ lossless: true }).toBuffer();
    const turned = await decodeImage(bytes, "x");
    expect([turned.width, turned.height]).toEqual([30, 40]);
    // The stored top left pixel comes to the top right.
    expect([...turned.data.subarray(29 * 3, 30 * 3)]).toEqual([...original.data.subarray(0, 3)]);
  });

  test("a wide-gamut profile is converted to sRGB, an sRGB profile changes nothing", async () => {
    const flat = makeImage(Uint8Array.from([200, 100, 50]), 1, 1, 3);
    const p3 = await encode(flat).withIccProfile("p3").png().toBuffer(); // sharp converts the pixels to P3 here
    expect([...new Uint8Array(await sharp(p3, { ignoreIcc: true }).raw().toBuffer())]).not.toEqual([
      200, 100, 50,
    ]);
    for (const value of (await decodeImage(p3, "x")).data.entries())
      expect(Math.abs(value[1] - (flat.data[value[0]] ?? 0))).toBeLessThanOrEqual(2);
    const srgb = await encode(original).withIccProfile("srgb").png().toBuffer();
    expect((await sharp(srgb).metadata()).hasProfile).toBe(true);
    expect(await decodeImage(srgb, "x")).toEqual(original);
  });

  test("CMYK becomes RGB", async () => {
    const bytes = await encode(original).toColourspace("cmyk").jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    expect((await decodeImage(bytes, "x")).channels).toBe(3);
  });

  test.each([
    ["png", encode(picture(321, 45, 3)).png()],
    ["jpeg", encode(picture(321, 45, 3)).jpeg({ progressive: true })],
    ["webp", encode(picture(321, 45, 3)).webp()],
    ["webp", encode(picture(321, 45, 3)).webp({ lossless: true })],
    ["webp", encode(picture(321, 45, 4)).webp()],
    ["gif", encode(picture(321, 45, 3)).gif()],
  ] as const)("readImageHeader: %s", async (format, image) => {
    expect(readImageHeader(await image.toBuffer())).toEqual({ format, width: 321, height: 45 });
  });
});

describe("encodePng", () => {
  test.each([1, 2, 3, 4])("%d channels come back exactly", async (channels) => {
    const image = picture(19, 7, channels);
    const bytes = await encodePng(image);
    expect(bytes[25]).toBe([0, 0, 4, 2, 6][channels]); // IHDR colour type: grey, grey alpha, RGB, RGBA
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const step = info.channels / channels; // sharp repeats grey
    if (step === 1) expect(new Uint8Array(data)).toEqual(image.data);
    expect(await decodeImage(bytes, "x")).toMatchObject({
      width: 19,
      height: 7,
      channels: channels % 2 ? 3 : 4,
    });
  });

  test("RGB agrees with an independent decoder", async () => {
    const image = picture(31, 17, 3);
    expect(decodeRgbPng(await encodePng(image))).toEqual(image);
  });

  test("refuses bytes that do not fit", async () => {
    await expect(encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(5) })).rejects.toThrow(
      /5 bytes are not/,
    );
  });
});

describe("floats", () => {
  const decode = async (channels: 1 | 3, values: readonly number[]) => {
    const notes: string[] = [];
    const photometric = channels === 1 ? 1 : 2;
    const kind = {
      width: values.length / channels,
      height: 1,
      channels,
      bits: 32,
      photometric,
      float: true,
    } as const;
    const bytes = tiff(kind, new Uint8Array(Float32Array.from(values).buffer));
    const { data } = await decodeImage(bytes, "x.tif", { onNote: (note) => notes.push(note) });
    return { data: [...data], notes };
  };

  test("from 0 to 1 become bytes", async () => {
    const colour = await decode(3, [0, 0.2, 1, 0.5, 100 / 255, 0.999]);
    expect(colour).toEqual({ data: [0, 51, 255, 128, 100, 255], notes: [] });
    expect((await decode(1, [0, 0.2, 1])).data).toEqual([0, 51, 255].flatMap((v) => [v, v, v]));
  });

  test("from 0 to 255 and beyond, too, and that is told", async () => {
    expect((await decode(3, [0, 51, 255])).data).toEqual([0, 51, 255]);
    expect(await decode(1, [-1, 65535])).toEqual({
      data: [0, 0, 0, 255, 255, 255],
      notes: ["x.tif: its numbers reach 65535; 65535 is taken for white"],
    });
  });
});

test("of an animation the first frame is used, and that is told", async () => {
  const frame = (background: string) =>
    sharp({ create: { width: 4, height: 3, channels: 3, background } })
      .png()
      .toBuffer();
  const moving = await sharp([await frame("#ff0000"), await frame("#00ff00")], { join: { animated: true } })
    .gif()
    .toBuffer();
  const notes: string[] = [];
  const image = await decodeImage(moving, "x.gif", { onNote: (note) => notes.push(note) });
  expect([image.width, image.height, image.data[0], image.data[1]]).toEqual([4, 3, 255, 0]);
  expect(notes).toEqual(["x.gif: it has 2 frames; only the first is used"]);
});

describe("whole files of formats that are not built in are not called damaged", () => {
  const text = (start: string) => Uint8Array.from({ length: 200 }, (_, i) => start.charCodeAt(i) || 0);
  test.each([
    ["BMP", text("BM")],
    ["JPEG XL", text("\xff\x0a")],
    ["JPEG XL", text("\0\0\0\x0cJXL \r\n\x87\n")],
    ["JPEG 2000", text("\0\0\0\x0cjP  \r\n\x87\n")],
    ["HEIC", text("\0\0\0\x18ftypheic\0\0\0\0mif1heic")],
    ["HEIC", text("\0\0\0\x18ftypmif1\0\0\0\0mif1heix")],
    ["this kind of image", labTiff()],
  ])("%s", async (format, bytes) => {
    await expect(decodeImage(bytes, "x")).rejects.toThrow(
      new InputError(`x: ${format} is not built in; convert it to PNG, JPEG, WebP, AVIF, TIFF or GIF`),
    );
  });

  const given = givenFolder("cases/heic");
  test.skipIf(given === undefined).each(["x.bmp", "x.heic", "x.jxl", "lab.tif"])(
    "%s (given)",
    async (name) => {
      await expect(readImage(join(given ?? "", name))).rejects.toThrow(/ is not built in; convert it to PNG/);
    },
  );

  function labTiff(): Uint8Array {
    return tiff({ width: 2, height: 2, channels: 3, bits: 8, photometric: 8 }, new Uint8Array(12).fill(99));
  }
});

describe("bad input is refused by a sentence that names the file", () => {
  const whole = png(
    64,
    64,
    8,
    2,
    Array.from({ length: 64 * 193 }, (_, i) => (i % 193 === 0 ? 0 : (i * i * 7) & 255)),
  );
  test.each([
    ["nothing", new Uint8Array(0), /the file is empty/],
    [
      "text",
      new TextEncoder().encode("this is no image"),
      /not an image \(expected PNG, JPEG, WebP, AVIF, TIFF or GIF\)/,
    ],
    [
      "SVG",
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /svg files are not read/,
    ],
    ["truncated", whole.slice(0, whole.length / 2), /truncated or damaged/],
    ["header only", whole.slice(0, 33), /truncated or damaged/],
    ["0x0", png(0, 0, 8, 2, []), /is 0x0 pixels/],
    ["0 wide", png(0, 5, 8, 2, []), /is 0x5 pixels/],
    ["header bomb", png(20_000, 20_000, 8, 2, [0]), /20000x20000 pixels; the limit is 100 megapixels/],
    ["the largest bomb", png(2 ** 31 - 1, 2 ** 31 - 1, 8, 2, [0]), /2147483647x2147483647/],
  ])("%s", async (_, bytes, message) => {
    const failure = decodeImage(bytes, "bad.png");
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/^bad\.png: /);
    await expect(failure).rejects.toBeInstanceOf(InputError);
  });

  test.each(["jpeg", "webp", "gif", "tiff", "avif"] as const)("truncated %s", async (format) => {
    const bytes = await encode(picture(200, 150, 3))
      [format]()
      .toBuffer();
    for (const part of [0.2, 0.6, 0.95]) {
      const failure = decodeImage(bytes.subarray(0, Math.floor(bytes.length * part)), "bad");
      await expect(failure, `${part}`).rejects.toBeInstanceOf(InputError);
      await expect(failure).rejects.toThrow(/^bad: [^\n]*$/);
    }
  });

  test("a JPEG and a TIFF whose header is over the limit", async () => {
    for (const format of ["jpeg", "tiff"] as const) {
      const bytes = await encode(picture(64, 64, 3))
        [format]()
        .toBuffer();
      await expect(decodeImage(bytes, "x", { maxPixels: 4095 })).rejects.toThrow(
        /64x64 pixels; the limit is 0 megapixels/,
      );
      await expect(decodeImage(bytes, "x", { maxPixels: 4096 })).resolves.toMatchObject({ width: 64 });
    }
  });
});

describe("files", () => {
  test("1x1 goes there and back", async () => {
    const path = join(folder, "one.png");
    await writePng(path, makeImage(Uint8Array.of(9, 8, 7, 6), 1, 1, 4));
    expect(await readImage(path)).toEqual(makeImage(Uint8Array.of(9, 8, 7, 6), 1, 1, 4));
  });

  test("missing file, folder, and an image that is none", async () => {
    await expect(readImage(join(folder, "no.png"))).rejects.toThrow(
      /cannot read .*no\.png: there is no such file/,
    );
    await expect(readImage(folder)).rejects.toThrow(/it is a folder/);
    writeFileSync(join(folder, "text.png"), "hello");
    await expect(readImage(join(folder, "text.png"))).rejects.toThrow(/text\.png: not an image/);
  });

  test("unwritable output leaves nothing", async () => {
    const before = readdirSync(folder);
    await expect(writePng(join(folder, "no", "x.png"), picture(2, 2, 3))).rejects.toThrow(
      /there is no folder/,
    );
    await expect(writePng(folder, picture(2, 2, 3))).rejects.toBeInstanceOf(InputError);
    expect(readdirSync(folder)).toEqual(before);
  });
});

const set5 = givenFolder("data/sr_set5");
describe.skipIf(set5 === undefined)("Set5 is decoded byte for byte", () => {
  const names = set5 === undefined ? [] : readdirSync(set5);
  test.each(names)("%s", async (name) => {
    const path = join(set5 ?? "", name);
    const image = await readImage(path);
    const expected = decodeRgbPng(readFileSync(path));
    expect([image.width, image.height, image.channels]).toEqual([expected.width, expected.height, 3]);
    expect(Buffer.compare(image.data, expected.data)).toBe(0); // toEqual takes seconds for so many bytes
  });
});
