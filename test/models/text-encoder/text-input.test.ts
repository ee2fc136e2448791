import { expect, test } from "vitest";
import { ALPHABET, TEXT_LENGTH, textIds } from "../../../models/text-encoder/text-input.ts";

test("the alphabet has 70 places and 69 characters", () => {
  expect(ALPHABET).toHaveLength(70);
  expect(new Set(ALPHABET).size).toBe(69);
});

test("letters are numbered from 1, capitals as small ones, and the end is filled with zeros", () => {
  const ids = textIds("aBz 0");
  expect(ids).toHaveLength(TEXT_LENGTH);
  expect([...ids.slice(0, 7)]).toEqual([1, 2, 26, 70, 27, 0, 0]);
});

test("a dash has the number of its second place", () => {
  expect(textIds("-")[0]).toBe(60);
});

test("what is not in the alphabet is one zero each, also beyond the basic plane", () => {
  expect([...textIds("é🐦b").slice(0, 4)]).toEqual([0, 0, 2, 0]);
});

test("long captions are cut off", () => {
  expect([...textIds("x".repeat(300))].every((id) => id === 24)).toBe(true);
});
