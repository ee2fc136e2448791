/**
 * Every public function and class of the engine with every kind of wrong argument in each place: what it does not take it refuses in a
 * sentence of its own, never by an error from inside, and no options are taken for something else.
 */
import { describe, expect, test } from "vitest";
import { GanvasError } from "../../../engine/errors.ts";
import * as extra from "../../../engine/extra/index.ts";
import * as g from "../../../engine/index.ts";
import { call, METHODS, RIGHT } from "./right.ts";

const tensor = g.ones([2, 3]);
const WRONG: readonly unknown[] = [
  undefined,
  null,
  "a",
  "",
  3.5,
  -1,
  Number.NaN,
  Infinity,
  1e10,
  1n,
  true,
  Symbol("s"),
  () => 1,
  [],
  ["a"],
  [1.5],
  [-7],
  [null],
  [tensor],
  {},
  { foo: 1 },
  new Map([["a", 1]]),
  new Date(0),
  Promise.resolve(1),
  new Float32Array([1, 2]),
  new g.Linear(2, 3),
  g.tensor([1, 2], [2], "i32"),
  g.zeros([0]),
];
const OPTIONS = [
  "affine",
  "alignCorners",
  "bias",
  "eps",
  "keepDims",
  "kernel",
  "padding",
  "stride",
  "reduction",
  "lr",
];

type Callable = ((...all: unknown[]) => unknown) & (new (...all: unknown[]) => unknown);
const isClass = (of: unknown) => /^class\b/.test(Function.prototype.toString.call(of));
/** Errors are classes too, and some functions only act on the device or take anything. */
const OTHER =
  /Error$|^(Module|Optimizer|Tensor|close|describe|expect\w+|flush|idle|init|isDeviceLoss|isRelativistic|print|shown|stats|trainingState|trim|warmUp)$/;
const all = Object.entries({ ...g, ...extra } as Record<string, unknown>).filter(
  (entry): entry is [string, Callable] => typeof entry[1] === "function" && !OTHER.test(entry[0]),
);

/** What went wrong by an error that is not of the engine, or made a tensor of no shape. */
function faults(make: () => unknown): string[] {
  try {
    const made = make();
    const shape = made instanceof g.Tensor ? made.shape : [];
    return shape.every((n) => Number.isInteger(n) && n >= 0) ? [] : [`shape ${shape}`];
  } catch (error) {
    return error instanceof GanvasError ? [] : [String(error)];
  }
}

const found = (right: () => readonly unknown[], made: (all: readonly unknown[]) => unknown) => {
  expect(faults(() => made(right()))).toEqual([]);
  return right().flatMap((_, place) =>
    WRONG.flatMap((wrong) =>
      faults(() => made(right().with(place, wrong))).map((said) => `${place}, ${g.shown(wrong)}: ${said}`),
    ),
  );
};

describe("functions and classes", () => {
  test.each(all)("%s", (name, of) => {
    const right = RIGHT[name] ?? (() => Array.from({ length: of.length }, () => tensor));
    expect(found(right, (all) => (isClass(of) ? new of(...all) : of(...all)))).toEqual([]);
  });
});

describe("methods", () => {
  test.each(METHODS)("%s, %s %s", (_, make, name, right) => {
    expect(found(right, (all) => call(make(), name, all))).toEqual([]);
  });
});

describe("options", () => {
  const withOptions = all.filter(([name]) => RIGHT[name]?.().some((argument) => isPlain(argument)));
  test.each(withOptions)("%s takes none that it does not know, and none of another kind", (name, of) => {
    const right = RIGHT[name] as () => readonly unknown[];
    const place = right().findLastIndex(isPlain);
    const made = (options: object) => {
      const given = right().with(place, { ...(right()[place] as object), ...options });
      return isClass(of) ? new of(...given) : of(...given);
    };
    expect(() => made({ unheardOf: 1 })).toThrow(GanvasError);
    for (const option of OPTIONS) expect(() => made({ [option]: "a" }), option).toThrow(GanvasError);
  });
});

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
