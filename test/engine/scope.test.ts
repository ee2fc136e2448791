import { expect, test } from "vitest";
import { Scope } from "../../engine/scope.ts";

test("a value holds while work is done, and the one before behind it, whatever becomes of the work", () => {
  const scope = new Scope("outside");
  const seen = scope.during("outer", () => [
    scope.current,
    scope.during("inner", () => scope.current),
    scope.current,
  ]);
  expect(seen).toEqual(["outer", "inner", "outer"]);
  expect(() =>
    scope.during("failing", () => {
      throw new Error(scope.current);
    }),
  ).toThrow("failing");
  expect(scope.current).toBe("outside");
});
