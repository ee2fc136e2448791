import { describe, expect, test } from "vitest";
import { InputError, ShapeError } from "../../../engine/errors.ts";
import {
  checkImageSize,
  crop,
  hasAlpha,
  type Image,
  makeImage,
  mergeAlpha,
  splitAlpha,
  toRgb,
  toRgba,
  withoutNeutralColour,
} from "../../../engine/io/image.ts";
import { readImageHeader } from "../../../engine/io/image-header.ts";

const image = (channels: number, ...bytes: number[]) =>
  makeImage(Uint8Array.from(bytes), bytes.length / channels, 1, channels);
const grey = image(1, 10, 20);
const greyAlpha = image(2, 10, 1, 20, 2);
const rgb = image(3, 1, 2, 3, 4, 5, 6);
const rgba = image(4, 1, 2, 3, 100, 4, 5, 6, 200);

describe("channels", () => {
  test("toRgb repeats grey and drops alpha", () => {
    expect(toRgb(grey)).toEqual(image(3, 10, 10, 10, 20, 20, 20));
    expect(toRgb(greyAlpha)).toEqual(image(3, 10, 10, 10, 20, 20, 20));
    expect(toRgb(rgba)).toEqual(rgb);
    expect(toRgb(rgb)).toBe(rgb);
  });

  test("toRgba keeps alpha and is opaque without", () => {
    expect(toRgba(grey)).toEqual(image(4, 10, 10, 10, 255, 20, 20, 20, 255));
    expect(toRgba(greyAlpha)).toEqual(image(4, 10, 10, 10, 1, 20, 20, 20, 2));
    expect(toRgba(rgb)).toEqual(image(4, 1, 2, 3, 255, 4, 5, 6, 255));
    expect(toRgba(rgba)).toBe(rgba);
  });

  test("splitAlpha and mergeAlpha undo each other", () => {
    expect(splitAlpha(rgba)).toEqual({ color: rgb, alpha: image(1, 100, 200) });
    expect(splitAlpha(rgb)).toEqual({ color: rgb, alpha: undefined });
    for (const whole of [rgba, greyAlpha]) {
      const { color, alpha } = splitAlpha(whole);
      expect(mergeAlpha(color, alpha as Image)).toEqual(whole);
    }
    expect([grey, greyAlpha, rgb, rgba].map(hasAlpha)).toEqual([false, true, false, true]);
  });

  test("mergeAlpha refuses other sizes and a second alpha", () => {
    expect(() => mergeAlpha(rgb, image(1, 1))).toThrow(/got 2x1x3 and 1x1x1/);
    expect(() => mergeAlpha(rgba, grey)).toThrow(ShapeError);
    expect(() => mergeAlpha(rgb, rgb)).toThrow(ShapeError);
  });
});

describe("crop", () => {
  const whole = makeImage(
    Uint8Array.from({ length: 24 }, (_, i) => i),
    4,
    3,
    2,
  );
  test("takes a rectangle", () => {
    expect(crop(whole, 1, 1, 2, 2)).toEqual(
      makeImage(Uint8Array.of(10, 11, 12, 13, 18, 19, 20, 21), 2, 2, 2),
    );
    expect(crop(whole, 0, 0, 4, 3)).toEqual(whole);
  });
  test.each([
    [-1, 0, 1, 1],
    [0, 0, 5, 1],
    [0, 2, 1, 2],
    [0, 0, 0, 1],
    [0.5, 0, 1, 1],
    [0, 0, Number.NaN, 1],
  ])("refuses (%d, %d) %dx%d", (left, top, width, height) => {
    expect(() => crop(whole, left, top, width, height)).toThrow(ShapeError);
  });
});

test("makeImage refuses bytes that do not fit", () => {
  expect(() => makeImage(new Uint8Array(5), 2, 1, 3)).toThrow(/5 bytes are not 2x1 pixels of 3 channels/);
  expect(() => makeImage(new Uint8Array(0), 0, 0, 3)).toThrow(ShapeError);
  expect(() => makeImage(new Uint8Array(5), 1, 1, 5)).toThrow(ShapeError);
});

test("checkImageSize", () => {
  checkImageSize(10_000, 10_000, "x");
  expect(() => checkImageSize(20_000, 20_000, "x.png")).toThrow(
    "x.png: the image says it is 20000x20000 pixels; the limit is 100 megapixels",
  );
  expect(() => checkImageSize(2, 1, "x", 1)).toThrow(InputError);
  expect(() => checkImageSize(0, 0, "x.png")).toThrow(
    "x.png: the image is 0x0 pixels, so there is nothing in it",
  );
});

describe("readImageHeader", () => {
  test("gives undefined for other bytes and for headers cut short", () => {
    for (const bytes of [
      [],
      [0x89],
      [0x89, 0x50, 0x4e, 0x47],
      [0xff, 0xd8],
      [0xff, 0xd8, 0x00, 0x00],
      [0x47, 0x49, 0x46, 0x38],
    ]) {
      expect(readImageHeader(Uint8Array.from(bytes))).toBeUndefined();
    }
    expect(readImageHeader(new TextEncoder().encode("This is a text, not an image at all."))).toBeUndefined();
  });

  test("never fails, whatever the bytes", () => {
    for (let seed = 0; seed < 500; seed++) {
      const bytes = Uint8Array.from(
        { length: 40 },
        (_, i) => Math.imul(seed * 40 + i + 1, 2654435761) >>> 24,
      );
      bytes.set(
        [
          [0xff, 0xd8, 0xff],
          [0x47, 0x49, 0x46, 0x38],
          [0x89, 0x50, 0x4e, 0x47],
        ][seed % 3] ?? [],
      );
      readImageHeader(bytes);
    }
  });
});

test("grey in three channels becomes one, colour stays", () => {
  const grey = makeImage(Uint8Array.of(5, 5, 5, 9, 9, 9), 2, 1, 3);
  expect(withoutNeutralColour(grey)).toEqual(makeImage(Uint8Array.of(5, 9), 2, 1, 1));
  const clear = makeImage(Uint8Array.of(5, 5, 5, 1, 9, 9, 9, 2), 2, 1, 4);
  expect(withoutNeutralColour(clear)).toEqual(makeImage(Uint8Array.of(5, 1, 9, 2), 2, 1, 2));
  const colour = makeImage(Uint8Array.of(5, 5, 5, 9, 9, 8), 2, 1, 3);
  expect(withoutNeutralColour(colour)).toBe(colour);
});
