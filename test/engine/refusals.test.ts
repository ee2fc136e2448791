/** Calls that go wrong, and what is said to whoever made them: in their words, never a TypeError from inside. */
import { describe, expect, test } from "vitest";
import { GanvasError } from "../../engine/errors.ts";
import * as g from "../../engine/index.ts";

const x = g.ones([1, 4, 4, 4]);

const CASES: readonly [string, () => unknown, RegExp][] = [
  [
    "a slope that is infinite",
    () => g.leakyRelu(x, Infinity),
    /^leakyRelu: slope must be a finite number, got Infinity$/,
  ],
  ["a slope beyond f32", () => x.leakyRelu(-1e39), /^leakyRelu: slope must be a finite number, got -1e\+39$/],
  ["an alpha that is none", () => g.elu(x, Number.NaN), /^elu: alpha must be a finite number, got NaN$/],
  ["a limit that is none", () => x.clamp(Number.NaN, 1), /^clamp: min must be a number, got NaN$/],
  ["a limit that is a word", () => x.clamp(0, "1" as never), /^clamp: max must be a number, got "1"$/],
  [
    "a limit under another name",
    () => x.clamp({ low: 0 } as never),
    /^clamp: there is no option "low"; it takes min, max$/,
  ],
];

describe("refused", () => {
  test.each(CASES)("%s", (_, call, message) => {
    expect(call).toThrow(GanvasError);
    expect(call).toThrow(message);
  });
});
