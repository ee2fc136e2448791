/** What is said of sentences that an encoder does not read, or not whole. */
import { expect, test } from "vitest";
import { CharCnnRnn } from "../../../models/text-encoder/char-cnn-rnn.ts";
import { remarksOn } from "../../../models/text-encoder/remarks.ts";
import { WordCnnRnn } from "../../../models/text-encoder/word-cnn-rnn.ts";

const characters = new CharCnnRnn({ channels: [3, 3, 3], hidden: 3, embedding: 3, length: 84 });
const words = new WordCnnRnn({
  vocabulary: ["a", "red", "heart"],
  channels: 3,
  hidden: 3,
  embedding: 3,
  length: 12,
});

test("nothing is said of what is read whole, whatever its case", () => {
  expect(remarksOn(characters, "A red HEART, 2 of them!")).toEqual([]);
  expect(remarksOn(characters, "x".repeat(84))).toEqual([]);
  expect(remarksOn(words, "a red heart")).toEqual([]);
});

test("silence, letters of others and too many of them get a sentence each", () => {
  expect(remarksOn(characters, " \n ")).toEqual([expect.stringMatching(/^An empty sentence says nothing/)]);
  expect(remarksOn(characters, "café ♥ ♥")).toEqual([
    "Not read in “café ♥ ♥”: é ♥; the encoder reads English letters, digits and common signs.",
  ]);
  expect(remarksOn(characters, "🦆ŋ")).toEqual([expect.stringMatching(/^Nothing of “🦆ŋ” can be read/)]);
  const long = `é${"heart ".repeat(2000)}`;
  expect(remarksOn(characters, long)).toEqual([
    expect.stringMatching(/^Not read in “éheart heart heart heart heart h…”: é;/),
    "Of “éheart heart heart heart heart h…” the first 84 characters are read, not the other 11917.",
  ]);
  expect(remarksOn(characters, "äöüßéèêç")[0]).toMatch(/^Nothing of/);
  expect(remarksOn(characters, "a äöüßéèêç")[0]).toMatch(/: ä ö ü ß é è and 2 more;/);
});

test("of words those that were never learnt are named", () => {
  expect(remarksOn(words, "a red whale")).toEqual([
    expect.stringMatching(/^Not read in “a red whale”: whale;/),
  ]);
  expect(remarksOn(words, "a ".repeat(14))).toEqual([
    expect.stringMatching(/the first 12 words are read, not the other 2\.$/),
  ]);
});
