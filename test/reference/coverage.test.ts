/** Every op of the reference occurs in a case, and every case is itself once. */

import { expect, test } from "vitest";
import { pointwiseOps } from "../../engine/ops/index.ts";
import { reference } from "../reference.ts";
import { inputsOf } from "./cases/case.ts";
import { opCases } from "./cases.ts";
import { evaluate } from "./differentiate.ts";

const cases = Object.values(opCases).flat();

/** What cases are made of rather than about. */
const INGREDIENTS = ["full", "detach", "named"];

test("every op has a case", () => {
  const used = new Set(INGREDIENTS);
  const watched = new Proxy(reference, {
    get: (ops, name) => {
      used.add(String(name));
      return Reflect.get(ops, name);
    },
  });
  for (const of of cases) evaluate((...xs) => of.run(watched, ...xs), inputsOf(of));
  expect(Object.keys(reference).filter((op) => !used.has(op))).toEqual([]);
});

test("every pointwise op of the engine is in the reference or brings its own float64 form", () => {
  const without = [...pointwiseOps].filter(([name, { check }]) => !check && !(name in reference));
  expect(without.map(([name]) => name)).toEqual([]);
});

test("names are unique", () => {
  const names = cases.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("inputs are the same at every call, and exact in float32", () => {
  for (const of of cases) {
    const inputs = inputsOf(of);
    expect(inputsOf(of)).toEqual(inputs);
    for (const { data } of inputs) expect(Array.from(data, Math.fround)).toEqual(Array.from(data));
  }
});
