/** Parts of a set. */
import { expect, test } from "vitest";
import { type Dataset, subset } from "../../../models/datasets/dataset.ts";
import { holdOut, onlyClasses, requireClasses } from "../../../models/datasets/split.ts";

/** Picture k holds the one value k and belongs to class k mod 3. */
const numbers = (size: number, classes = ["a", "b", "c"]): Dataset => ({
  name: "numbers",
  size,
  shape: [1, 1, 1],
  classes,
  fingerprint: "n",
  item: (k) => ({ picture: Uint8Array.of(k), label: k % 3 }),
});

const valuesOf = async (set: Dataset) =>
  (await Promise.all(Array.from({ length: set.size }, (_, k) => set.item(k)))).map(
    ({ picture }) => picture[0],
  );

test("held-out pictures and the others are the whole, each in order, and follow from the seed", async () => {
  const { training, heldOut } = holdOut(numbers(50), 12, 7);
  const [rest, held] = [await valuesOf(training), await valuesOf(heldOut)];
  expect([rest.length, held.length]).toEqual([38, 12]);
  expect(new Set([...rest, ...held]).size).toBe(50);
  for (const list of [rest, held]) expect(list).toEqual(list.toSorted((a = 0, b = 0) => a - b));
  const again = holdOut(numbers(50), 12, 7);
  expect(await valuesOf(again.heldOut)).toEqual(held);
  expect(again.heldOut.fingerprint).toBe(heldOut.fingerprint);
  const other = holdOut(numbers(50), 12, 8);
  expect(await valuesOf(other.heldOut)).not.toEqual(held);
  expect(other.heldOut.fingerprint).not.toBe(heldOut.fingerprint);
  expect(training.fingerprint).not.toBe(heldOut.fingerprint);
});

test("something is left on both sides", () => {
  for (const count of [0, 5, 6, 1.5])
    expect(() => holdOut(numbers(5), count, 0)).toThrow(/from 1 to 4 can be held/);
});

test("some classes, counted anew in the order asked for", async () => {
  const set = await onlyClasses(numbers(8), ["c", "a"]);
  expect([set.classes, await valuesOf(set)]).toEqual([
    ["c", "a"],
    [0, 2, 3, 5, 6],
  ]);
  expect((await Promise.all([0, 1].map((k) => set.item(k)))).map(({ label }) => label)).toEqual([1, 0]);
  await expect(onlyClasses(numbers(8), ["d"])).rejects.toThrow('numbers has no class "d"; it has a, b, c');
  await expect(onlyClasses(numbers(8, []), ["d"])).rejects.toThrow('has no class "d"; it has none');
  await expect(onlyClasses(numbers(2), ["c"])).rejects.toThrow("numbers has no picture of the class c");
});

test("one class is too few to choose from", () => {
  expect(() => requireClasses(numbers(3, ["a", "b"]))).not.toThrow();
  expect(() => requireClasses(numbers(3, ["a"]))).toThrow(
    /has one class only \(a\); at least two are needed/,
  );
  expect(() => requireClasses(numbers(3, []))).toThrow(/has no classes; at least two are needed/);
});

test("parts of one length but of other items have other fingerprints", () => {
  const set = numbers(9);
  expect(subset(set, [1, 2]).fingerprint).not.toBe(subset(set, [1, 3]).fingerprint);
});
