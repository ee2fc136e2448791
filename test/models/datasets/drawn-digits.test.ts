import { expect, test } from "vitest";
import { openBuiltIn } from "../../../models/datasets/built-in.ts";
import { drawnDigits } from "../../../models/datasets/drawn-digits.ts";

const pictureOf = async (set: ReturnType<typeof drawnDigits>, index: number) =>
  (await set.item(index)).picture;

test("a digit follows from its number alone, fits into its frame, and classes take turns", async () => {
  const [one, other] = [drawnDigits(), drawnDigits()];
  for (const index of [0, 13, 3999]) {
    const picture = await pictureOf(one, index);
    expect(picture).toHaveLength(28 * 28);
    expect(await pictureOf(other, index)).toEqual(picture);
    expect((await one.item(index)).label).toBe(index % 10);
    const ink = picture.filter((byte) => byte > 128).length;
    expect(ink).toBeGreaterThan(30);
    expect(ink).toBeLessThan(260);
    expect(picture.subarray(0, 28).every((byte) => byte < 128)).toBe(true);
  }
  expect(await pictureOf(one, 3)).not.toEqual(await pictureOf(one, 13));
});

test("digits of one class are more alike than those of two", async () => {
  const set = drawnDigits();
  const apart = async (a: number, b: number) => {
    const [p, q] = [await pictureOf(set, a), await pictureOf(set, b)];
    return p.reduce((sum, byte, k) => sum + Math.abs(byte - (q[k] as number)), 0);
  };
  let [same, different] = [0, 0];
  for (let k = 0; k < 60; k++) {
    same += await apart(k, k + 60);
    different += await apart(k, k + 63);
  }
  expect(same).toBeLessThan(0.8 * different);
});

test("parts have no picture in common, and the set comes in any size and in colour", async () => {
  expect(drawnDigits("test").fingerprint).not.toBe(drawnDigits().fingerprint);
  expect(await pictureOf(drawnDigits("test"), 0)).not.toEqual(await pictureOf(drawnDigits(), 0));
  const opened = openBuiltIn("drawn-digits", { size: 16, channels: 3 });
  expect(opened?.dataset.shape).toEqual([16, 16, 3]);
  expect((await opened?.dataset.item(0))?.picture).toHaveLength(16 * 16 * 3);
  expect(openBuiltIn("somewhere/else")).toBeUndefined();
});
