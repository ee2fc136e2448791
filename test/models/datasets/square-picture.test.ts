/** Pictures as squares of bytes: what is cut, what shows through, and how near a large one comes to plain resizing. */
import { describe, expect, test } from "vitest";
import { imresize } from "../../../engine/data/index.ts";
import { makeImage } from "../../../engine/io/image.ts";
import { squarePicture } from "../../../models/datasets/square-picture.ts";
import { picture } from "../../engine/io/png-files.ts";

const BLACK = [0, 0, 0] as const;
const rgb = (size: number) => ({ size, channels: 3, background: BLACK }) as const;

describe("the central square", () => {
  test.each([
    [7, 4, 1, 0],
    [4, 7, 0, 1],
    [4, 4, 0, 0],
  ])("of %i×%i pixels", (width, height, left, top) => {
    const image = picture(width, height, 3);
    const expected: number[] = [];
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 4; x++)
        for (let c = 0; c < 3; c++) expected.push((40 * c + 5 * (x + left) + 3 * (y + top)) & 255);
    expect([...squarePicture(image, rgb(4))]).toEqual(expected);
  });
});

describe("channels", () => {
  test("grey becomes RGB, RGB becomes BT.601's luma", () => {
    expect([...squarePicture(makeImage(Uint8Array.of(9), 1, 1, 1), rgb(1))]).toEqual([9, 9, 9]);
    const grey = { ...rgb(1), channels: 1 } as const;
    // 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2
    expect([...squarePicture(makeImage(Uint8Array.of(200, 100, 50), 1, 1, 3), grey)]).toEqual([124]);
    for (let value = 0; value < 256; value++)
      expect([...squarePicture(makeImage(Uint8Array.of(value, value, value), 1, 1, 3), grey)]).toEqual([
        value,
      ]);
  });

  test("the background shows through, and hidden colours do not", () => {
    const form = { ...rgb(1), background: [255, 255, 255] } as const;
    const pixel = (...bytes: number[]) => [
      ...squarePicture(makeImage(Uint8Array.from(bytes), 1, 1, bytes.length), form),
    ];
    expect(pixel(200, 10, 10, 0)).toEqual([255, 255, 255]);
    expect(pixel(200, 10, 10, 255)).toEqual([200, 10, 10]);
    expect(pixel(0, 0, 0, 51)).toEqual([204, 204, 204]);
    expect(pixel(100, 51)).toEqual([224, 224, 224]);
  });

  test("no hidden colour bleeds into an edge when a picture is reduced", () => {
    // A red half beside a transparent one whose hidden colour is black: over white nothing is darker than red.
    const data = Uint8Array.from({ length: 16 * 16 * 4 }, (_, i) =>
      (i >> 2) % 16 < 8 ? ([255, 0, 0, 255][i & 3] as number) : 0,
    );
    const out = squarePicture(makeImage(data, 16, 16, 4), { ...rgb(4), background: [255, 255, 255] });
    for (let i = 0; i < out.length; i += 3) expect(out[i]).toBe(255);
  });
});

describe("resizing", () => {
  test("is bicubic and antialiased", () => {
    const image = picture(21, 17, 3);
    const square = squarePicture(image, rgb(17));
    const expected = imresize(
      { width: 17, height: 17, channels: 3, data: square },
      { width: 6, height: 6 },
      { roundEachPass: false },
    ).data;
    expect(squarePicture(image, rgb(6))).toEqual(expected);
  });

  test("of much larger pictures averages first, and is off by little", () => {
    const [side, size] = [200, 5];
    const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
      return 128 + 60 * Math.sin(x / 30 + (i % 3)) + 50 * Math.cos(y / 40) + ((x + y) & 1 ? 15 : -15);
    });
    const made = squarePicture(makeImage(data, side, side, 3), rgb(size));
    const exact = imresize(
      { width: side, height: side, channels: 3, data: Float64Array.from(data) },
      { width: size, height: size },
    ).data;
    for (const [i, value] of made.entries()) expect(Math.abs(value - (exact[i] as number))).toBeLessThan(1.5);
  });
});
