import { expect, test } from "vitest";
import { binary, pointwise, unary } from "../../../engine/ops/pointwise-op.ts";
import { pointwiseOps } from "../../../engine/ops/index.ts";

test("an op cannot take the name of another, by which the graph compiler knows it", () => {
  const mul = pointwiseOps.get("mul");
  expect(mul).toBeDefined();
  expect(() => binary("mul", { wgsl: ([a, b]) => `${a} + ${b}` })).toThrow(/pointwise op "mul" already/);
  expect(() => unary("square", { wgsl: ([a]) => a })).toThrow(/pointwise op "square" already/);
  expect(() => pointwise<1>("clamp", { wgsl: ([a]) => a })).toThrow(/pointwise op "clamp" already/);
  expect(pointwiseOps.get("mul")).toBe(mul);
});
