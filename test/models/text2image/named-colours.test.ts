import { expect, test } from "vitest";
import { coloursNamed, namedColours } from "../../../models/text2image/named-colours.ts";

const PAINT = { red: [220, 20, 20], blue: [20, 90, 220], black: [5, 5, 5], white: [255, 255, 255] } as const;
type Paint = keyof typeof PAINT;

/** Pictures of four pixels. */
const pictures = (rows: readonly (readonly Paint[])[]) => ({
  count: rows.length,
  shape: [2, 2, 3] as const,
  data: Uint8Array.from(rows.flat().flatMap((name) => PAINT[name])),
});
const SENTENCES = [
  "a red box",
  "blue blocks",
  "There is a BLACK item",
  "one red and one blue item",
  "no colour",
];
const repeated = <T>(values: readonly T[]): T[] => Array.from({ length: 8 }, () => values).flat();

test("colours are words, each named once", () => {
  expect(coloursNamed("A red, a RED and a blue box")).toEqual(["red", "blue"]);
  expect(coloursNamed("a scored redwood")).toEqual([]);
});

test("pictures in the colours of their own sentences are told from those in others'", () => {
  const right = pictures(
    repeated<readonly Paint[]>([
      ["red", "white", "white", "white"],
      ["blue", "blue", "white", "white"],
      ["black", "white", "white", "white"],
      ["red", "blue", "white", "white"],
      ["white", "white", "white", "white"],
    ]),
  );
  const found = namedColours(right, repeated(SENTENCES));
  expect(found.sentences).toBe(32);
  expect(found.p).toBe(1 / 10_000);
  expect(found.excess).toBeGreaterThan(0.5);
});

test("pictures that are all alike, or whose colours belong to others, are not taken for right ones", () => {
  const alike = pictures(repeated(SENTENCES.map(() => ["red", "blue", "white", "white"] as const)));
  expect(namedColours(alike, repeated(SENTENCES)).p).toBe(1);
  const wrong = pictures(
    repeated<readonly Paint[]>([
      ["blue", "white", "white", "white"],
      ["black", "white", "white", "white"],
      ["red", "white", "white", "white"],
      ["black", "black", "white", "white"],
      ["white", "white", "white", "white"],
    ]),
  );
  expect(namedColours(wrong, repeated(SENTENCES)).p).toBeGreaterThan(0.9);
});
