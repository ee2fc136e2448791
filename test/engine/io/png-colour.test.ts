/** What PNGs say of their colours, against the spaces' definitions; the page is compared with this in image-browser.test.ts. */
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../../engine/io/node.ts";
import { withProfile } from "../../../engine/io/png-colour.ts";
import {
  ADOBE_RGB,
  COLOURS,
  codesChunk,
  gammaChunk,
  inSrgb,
  primariesChunk,
  profileChunk,
  ramp16,
  rampPng,
} from "./colour-files.ts";
import { chunk } from "./png-files.ts";

/** Linear light of Display P3 and Adobe RGB (1998) to that of sRGB (both D65), from the published matrices. */
const FROM_P3 = [
  [1.2249401, -0.2249402, 0],
  [-0.0420569, 1.0420571, 0],
  [-0.0196376, -0.0786507, 1.0982884],
];
const FROM_ADOBE = [
  [1.3983557, -0.3983557, 0],
  [0, 1, 0],
  [0, -0.042929, 1.042929],
];
const srgb = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const P3 = {
  red: [0.68, 0.32],
  green: [0.265, 0.69],
  blue: [0.15, 0.06],
  white: [0.3127, 0.329],
  curve: srgb,
} as const;
const IDENTITY = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

async function expectColours(bytes: Uint8Array, matrix: number[][], curve: (v: number) => number) {
  const { data, channels } = await decodeImage(bytes, "x.png");
  expect(channels).toBe(3);
  const errors = COLOURS.map((color, k) =>
    Math.max(...inSrgb(color, matrix, curve).map((want, c) => Math.abs(want - (data[3 * k + c] as number)))),
  );
  // Half a level is rounding.
  expect(Math.max(...errors)).toBeLessThanOrEqual(1.5);
}

describe("PNG", () => {
  test.each([
    ["a profile of Display P3", [profileChunk(P3)], FROM_P3, srgb],
    ["a profile of Adobe RGB", [profileChunk(ADOBE_RGB)], FROM_ADOBE, ADOBE_RGB.curve],
    [
      "gAMA and cHRM of Adobe RGB",
      [gammaChunk(1 / 2.19921875), primariesChunk(ADOBE_RGB)],
      FROM_ADOBE,
      ADOBE_RGB.curve,
    ],
    ["gAMA alone", [gammaChunk(1 / 1.8)], IDENTITY, (v: number) => v ** 1.8],
    ["cICP of Display P3", [codesChunk(12, 13)], FROM_P3, srgb],
    ["cICP before a profile", [codesChunk(12, 13), profileChunk(ADOBE_RGB)], FROM_P3, srgb],
    ["cICP of sRGB before a profile", [codesChunk(1, 13), profileChunk(ADOBE_RGB)], IDENTITY, srgb],
    ["a profile before gAMA", [profileChunk(P3), gammaChunk(1)], FROM_P3, srgb],
    [
      "sRGB before gAMA and cHRM",
      [chunk("sRGB", Uint8Array.of(0)), gammaChunk(1), primariesChunk(ADOBE_RGB)],
      IDENTITY,
      srgb,
    ],
    [
      "what programs write for sRGB",
      [gammaChunk(0.45455), primariesChunk({ ...ADOBE_RGB, green: [0.3, 0.6] })],
      IDENTITY,
      srgb,
    ],
    ["a code that nobody knows", [codesChunk(77, 13)], IDENTITY, srgb],
  ] as const)("%s", async (_, chunks, matrix, curve) => {
    await expectColours(rampPng([...chunks]), matrix as number[][], curve);
  });

  test("of 16 bits", async () => {
    await expectColours(ramp16([codesChunk(12, 13)]), FROM_P3, srgb);
  });

  test("what cannot be followed is told", async () => {
    const notes: string[] = [];
    await decodeImage(rampPng([codesChunk(9, 16)]), "hdr.png", { onNote: (note) => notes.push(note) });
    expect(notes).toEqual(["hdr.png: its colours are coded as 9/16/0 (H.273), which is not followed"]);
  });

  test("files without such chunks, and files that are cut, are left as they are", () => {
    const plain = rampPng() as Uint8Array<ArrayBuffer>;
    expect(withProfile(plain)).toBe(plain);
    const cut = (rampPng([gammaChunk(1)]) as Uint8Array<ArrayBuffer>).slice(0, 45);
    expect(withProfile(cut)).toBe(cut);
  });
});
