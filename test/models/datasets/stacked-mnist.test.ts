/** Stacked MNIST: three digits drawn by number, as colours of one picture. */
import { expect, test } from "vitest";
import type { Dataset } from "../../../models/datasets/dataset.ts";
import { pixelMeans } from "../../../models/datasets/pixel-means.ts";
import { STACKED_CLASSES, stackedMnist } from "../../../models/datasets/stacked-mnist.ts";

/** 40 pictures of 2×1 pixels; picture k is of digit k mod 10, and its pixels are k and 200. */
const digits: Dataset = {
  name: "digits",
  size: 40,
  shape: [2, 1, 1],
  classes: Array.from({ length: 10 }, (_, k) => String(k)),
  fingerprint: "digits",
  item: (k) => ({ picture: Uint8Array.of(k, 200), label: k % 10 }),
};

test("each colour is a digit, and the label their number", async () => {
  const stacked = stackedMnist(digits, 500);
  expect(stacked.shape).toEqual([2, 1, 3]);
  expect(STACKED_CLASSES).toHaveLength(1000);
  for (let k = 0; k < 20; k++) {
    const { picture, label } = await stacked.item(k);
    const [red, green, blue] = picture as unknown as [number, number, number];
    expect([...picture.subarray(3)]).toEqual([200, 200, 200]);
    expect(STACKED_CLASSES[label]).toBe(`${red % 10}${green % 10}${blue % 10}`);
  }
});

test("pictures are drawn by number: the same again, other ones under another seed, all kinds alike", async () => {
  const stacked = stackedMnist(digits, 5000);
  const labels = await Promise.all(
    Array.from({ length: 5000 }, async (_, k) => (await stacked.item(k)).label),
  );
  expect((await stackedMnist(digits, 5000).item(17)).picture).toEqual((await stacked.item(17)).picture);
  const others = stackedMnist(digits, 5000, 1);
  const differing = await Promise.all(
    Array.from({ length: 50 }, async (_, k) => (await others.item(k)).label !== labels[k]),
  );
  expect(differing.filter(Boolean).length).toBeGreaterThan(40);
  expect(others.fingerprint).not.toBe(stacked.fingerprint);
  // 5,000 draws leave out about 1000 / e⁵ = 7 of the 1,000 kinds.
  expect(new Set(labels).size).toBeGreaterThan(980);
  for (const place of [1, 10, 100]) {
    const counts = Array.from(
      { length: 10 },
      (_, digit) => labels.filter((label) => Math.floor(label / place) % 10 === digit).length,
    );
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(450));
  }
});

test("what has other than ten classes of grey pictures is refused", () => {
  expect(() => stackedMnist({ ...digits, classes: ["a"] })).toThrow("digits has 1 channels and 1 classes");
  expect(() => stackedMnist({ ...digits, shape: [2, 1, 3] })).toThrow("digits has 3 channels");
});

test("the mean picture of a set", async () => {
  const means = await pixelMeans(digits);
  expect(means[0]).toBeCloseTo(19.5 / 255, 12);
  expect(means[1]).toBeCloseTo(200 / 255, 12);
});
