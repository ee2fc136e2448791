import { describe, expect, test } from "vitest";
import type { CaptionedSet } from "../../../models/datasets/captioned.ts";
import {
  COLOUR_NAMES,
  COLOURED_FORMS,
  colouredCaptions,
  type ColourName,
  HUES,
  hsv,
  hueDistance,
  meanHue,
  nearestColour,
  soleHue,
  soleHues,
  takesColour,
  withColours,
  withHueTurned,
} from "../../../models/datasets/recolour.ts";

const WHITE = [255, 255, 255];
/** A row of pixels. */
const picture = (...pixels: readonly (readonly number[])[]): Uint8Array => Uint8Array.from(pixels.flat());

test("hues lie on a circle", () => {
  expect(hsv(255, 0, 0)).toEqual([0, 1, 1]);
  expect(hsv(0, 255, 0)).toEqual([120, 1, 1]);
  expect(hsv(0, 0, 255)).toEqual([240, 1, 1]);
  expect(hsv(255, 0, 128)[0]).toBeCloseTo(329.9, 1);
  expect(hsv(100, 100, 100)).toEqual([0, 0, 100 / 255]);
  expect(hueDistance(350, 20)).toBe(30);
  expect(hueDistance(20, 350)).toBe(30);
  expect(nearestColour(355)).toBe("red");
  expect(nearestColour(200)).toBe("blue");
});

test("the mean hue goes around the circle, not through its middle, and leaves out what has no colour", () => {
  const reddish = picture([255, 0, 20], [255, 20, 0], WHITE, [0, 0, 0], [128, 128, 128]);
  expect(hueDistance(meanHue(reddish) as number, 0)).toBeLessThan(0.5);
  expect(meanHue(picture(WHITE, [90, 90, 90]))).toBeUndefined();
});

describe("turning hues", () => {
  test("takes a picture from one colour to another, and whites and greys stay", () => {
    const red = picture([220, 30, 30], WHITE, [77, 77, 77]);
    for (const name of COLOUR_NAMES) {
      const turned = withHueTurned(red, HUES[name] - (meanHue(red) as number));
      expect(hueDistance(meanHue(turned) as number, HUES[name])).toBeLessThan(1);
      expect([...turned.subarray(3)]).toEqual([...WHITE, 77, 77, 77]);
    }
  });

  test("there and back is the same but for rounding", () => {
    const one = picture([10, 200, 90], [255, 128, 3], [4, 5, 250]);
    const back = withHueTurned(withHueTurned(one, 133), -133);
    for (const [at, byte] of one.entries()) expect(Math.abs((back[at] as number) - byte)).toBeLessThan(4);
  });
});

test("pictures of one colour are told from others", () => {
  const red = [220, 30, 30];
  expect(soleHue(picture(red, red, red, WHITE, WHITE))).toBeCloseTo(0, 5);
  expect(soleHue(picture(red, red, [30, 30, 220], WHITE))).toBeUndefined();
  expect(soleHue(picture(red, [60, 60, 60], [60, 60, 60]))).toBeUndefined();
  expect(soleHue(picture(WHITE, WHITE))).toBeUndefined();
});

test("only short names without a colour are given one", () => {
  expect(takesColour("strawberry")).toBe(true);
  expect(takesColour("open book")).toBe(true);
  expect(takesColour("purple heart")).toBe(false);
  expect(takesColour("Orange")).toBe(false);
  expect(takesColour("redwood")).toBe(true);
  expect(takesColour("flag: Peru")).toBe(false);
  expect(takesColour("a man rides a horse")).toBe(false);
  expect(colouredCaptions("duck", "orange")).toEqual([
    "orange duck",
    "an orange duck",
    "a picture of an orange duck",
    "duck in orange",
  ]);
  expect(colouredCaptions("duck", "blue").slice(0, 2)).toEqual(["blue duck", "a blue duck"]);
  expect(colouredCaptions("duck", "blue")).toHaveLength(COLOURED_FORMS);
});

test("a set in colours keeps its own pictures first, and each thing in a colour is a class of its own", async () => {
  const red = [220, 30, 30];
  const pictures = [picture(red, red, WHITE), picture(WHITE, WHITE, WHITE), picture(red, WHITE, red)];
  const set: CaptionedSet = {
    pictures: {
      name: "made up",
      size: 3,
      shape: [1, 3, 3],
      classes: [],
      fingerprint: "f",
      item: (k) => ({ picture: pictures[k] as Uint8Array, label: 0 }),
    },
    captions: [["berry"], ["ghost"], ["berry", "fruit"]],
    classes: ["berry", "ghost"],
    classOf: Int32Array.of(0, 1, 0),
    styles: ["a", "b"],
    styleOf: Int32Array.of(0, 0, 1),
  };
  const hues = await soleHues(set, Uint32Array.of(0, 1, 2));
  expect([...hues.keys()]).toEqual([0, 2]);
  const coloured = withColours(set, hues);
  expect(coloured.pictures.size).toBe(3 + 2 * COLOUR_NAMES.length);
  expect(coloured.pictures.fingerprint).not.toBe("f");
  expect(coloured.captions).toHaveLength(coloured.pictures.size);
  for (let k = 0; k < 3; k++) expect((await coloured.pictures.item(k)).picture).toBe(pictures[k]);
  for (let k = 3; k < coloured.pictures.size; k++) {
    const colour = COLOUR_NAMES[(k - 3) % COLOUR_NAMES.length] as ColourName;
    const hue = meanHue((await coloured.pictures.item(k)).picture) as number;
    expect(nearestColour(hue)).toBe(colour);
    expect(coloured.classes[coloured.classOf[k] as number]).toBe(`${colour} berry`);
    expect(coloured.captions[k]?.[0]).toBe(`${colour} berry`);
    expect(coloured.styleOf[k]).toBe(k < 3 + COLOUR_NAMES.length ? 0 : 1);
  }
});
