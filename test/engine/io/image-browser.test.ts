import { createServer, type Server } from "node:http";
import { build } from "esbuild";
import sharp from "sharp";
import puppeteer, { type Browser, type Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Image } from "../../../engine/io/image.ts";
import type * as browserImages from "../../../engine/io/image-browser.ts";
import { decodeImage, encodePng } from "../../../engine/io/image-node.ts";
import { findBrowsers } from "../../../examples/setup/browsers.mjs";
import {
  ADOBE_RGB,
  codesChunk,
  gammaChunk,
  primariesChunk,
  profileChunk,
  ramp16,
  rampJpeg,
  rampPng,
  rampWithAlpha,
  vividPng,
} from "./colour-files.ts";
import { picture, png } from "./png-files.ts";

const P3 = { ...ADOBE_RGB, red: [0.68, 0.32], green: [0.265, 0.69] } as const;

const COLOUR_FILES: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>> = {
  "PNG without a word": () => rampPng(),
  "PNG with a profile of Display P3": () => rampPng([profileChunk(P3)]),
  "PNG with a profile of Adobe RGB": () => rampPng([profileChunk(ADOBE_RGB)]),
  "PNG with a profile and alpha": () => rampWithAlpha([profileChunk(P3)]),
  "PNG with gAMA and cHRM": () => rampPng([gammaChunk(0.4547), primariesChunk(ADOBE_RGB)]),
  "PNG with gAMA": () => rampPng([gammaChunk(1 / 1.8)]),
  "PNG with cICP": () => rampPng([codesChunk(12, 13)]),
  "PNG of 16 bits": () => ramp16(),
  "PNG of 16 bits with a profile": () => ramp16([profileChunk(P3)]),
  "JPEG of Display P3": () => rampJpeg((image) => image.withIccProfile("p3")),
  "PNG of Display P3 beyond sRGB": () => vividPng([profileChunk(P3)]),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [
      `WebP of orientation ${orientation}`,
      () =>
        sharp(rampPng())
          .resize(6, 4, { fit: "fill" })
          .withMetadata({ orientation })
          .webp({ lossless: true })
          .toBuffer(),
    ]),
  ),
  "WebP of Display P3": async () =>
    sharp(await rampJpeg((image) => image))
      .withIccProfile("p3")
      .webp({ lossless: true })
      .toBuffer(),
};

/** The module under test, as the page sees it. */
declare const images: typeof browserImages;

const [found] = findBrowsers();

describe.skipIf(found === undefined)("images in a browser", () => {
  let browser: Browser;
  let server: Server;
  let page: Page;

  beforeAll(async () => {
    const bundle = await build({
      entryPoints: [new URL("../../../engine/io/image-browser.ts", import.meta.url).pathname],
      bundle: true,
      format: "iife",
      globalName: "images",
      write: false,
    });
    server = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<title>test</title>"),
    );
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    browser = await puppeteer.launch({
      executablePath: found?.path ?? "",
      args: ["--no-sandbox", "--enable-unsafe-swiftshader"],
    });
    page = await browser.newPage();
    const address = server.address();
    await page.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? "" });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Decodes in the page: [width, height, channels, …bytes], or the error's name and message. */
  const decode = (bytes: Uint8Array, maxPixels?: number) =>
    page.evaluate(
      async (data, limit) => {
        try {
          const file = new File([Uint8Array.from(data)], "x.png");
          const image = await images.decodeImage(file, undefined, limit === null ? {} : { maxPixels: limit });
          return [image.width, image.height, image.channels, ...image.data];
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      },
      [...bytes],
      maxPixels ?? null,
    );

  const flat = (image: Image) => [image.width, image.height, image.channels, ...image.data];

  test.each([3, 4])("a PNG of %d channels is decoded exactly, also under zero alpha", async (channels) => {
    const image = picture(23, 9, channels);
    if (channels === 4) for (let i = 0; i < 8; i++) image.data[4 * i + 3] = i < 4 ? 0 : 3 * i;
    expect(await decode(await encodePng(image))).toEqual(flat(image));
  });

  test("16 bits and grey give what they give in Node", async () => {
    for (const bytes of [png(2, 1, 8, 0, [0, 7, 200]), png(1, 1, 8, 4, [0, 77, 10])]) {
      expect(await decode(bytes)).toEqual(flat(await decodeImage(bytes, "x")));
    }
  });

  test.each(Object.entries(COLOUR_FILES))("%s: colours are those of Node within a level", async (_, make) => {
    const bytes = await make();
    const [here, there] = [await decode(bytes), flat(await decodeImage(bytes, "x"))];
    expect(here.slice(0, 3)).toEqual(there.slice(0, 3));
    const differences = there.map((value, k) => Math.abs(value - Number(here[k])));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  test.each([1, 2, 3, 4])("encodePng of %d channels is exact", async (channels) => {
    const image = picture(17, 11, channels);
    const bytes = await page.evaluate(
      async (data, count) => {
        const blob = await images.encodePng({
          width: 17,
          height: 11,
          channels: count as 1,
          data: Uint8Array.from(data),
        });
        return [blob.type, ...new Uint8Array(await blob.arrayBuffer())] as [string, ...number[]];
      },
      [...image.data],
      channels,
    );
    expect(bytes.shift()).toBe("image/png");
    const decoded = await decodeImage(Uint8Array.from(bytes as unknown as number[]), "x");
    const expected = await decodeImage(await encodePng(image), "x");
    expect([decoded.width, decoded.height]).toEqual([17, 11]);
    // Some browsers write an opaque picture as RGBA.
    const rgb = (i: typeof decoded) => i.data.filter((_, at) => at % i.channels < 3);
    expect(rgb(decoded)).toEqual(rgb(expected));
    if (channels % 2 === 0) expect(decoded).toEqual(expected);
  });

  test.each([
    ["empty", new Uint8Array(0), /^InputError: x\.png: the file is empty/],
    [
      "text",
      new TextEncoder().encode("hello there, no image"),
      /^InputError: x\.png: not an image that this browser/,
    ],
    ["0x0", png(0, 0, 8, 2, []), /^InputError: x\.png: the image is 0x0/],
    [
      "a header bomb",
      png(20_000, 20_000, 8, 2, [0]),
      /^InputError: x\.png: the image says it is 20000x20000/,
    ],
    ["a damaged header", png(4, 4, 3, 2, [0]), /^InputError: x\.png: the image is truncated or damaged/],
  ])("refuses %s", async (_, bytes, message) => {
    expect(await decode(bytes)).toMatch(message);
  });

  test("the limit can be set", async () => {
    expect(await decode(await encodePng(picture(8, 8, 3)), 63)).toMatch(/8x8 pixels; the limit is/);
  });
});
