import { describe, expect, test } from "vitest";
import { Initializer } from "../../../engine/nn/init.ts";
import { Weight } from "../../../engine/nn/module.ts";

describe("initial weights", () => {
  test("do not depend on when they are drawn", () => {
    const inOrder = new Initializer(5);
    const a = inOrder.normal([4], 1)();
    const b = inOrder.uniform([4], 1)();
    const later = new Initializer(5);
    const drawA = later.normal([4], 1);
    const drawB = later.uniform([4], 1);
    expect(drawB()).toEqual(b);
    expect(drawA()).toEqual(a);
    expect(a).not.toEqual(b);
  });

  test("are not drawn before they are used", () => {
    let drawn = 0;
    const draw = (length: number) => () => {
      drawn++;
      return new Float32Array(length);
    };
    const weight = new Weight("w", [2, 3], draw(6));
    expect(weight.size).toBe(6);
    expect(drawn).toBe(0);
    expect(weight.state.initial).toHaveLength(6);
    expect(weight.state.initial).toHaveLength(6);
    expect(drawn).toBe(1);
    expect(() => new Weight("w", [2, 3], draw(5)).state.initial).toThrow(
      "parameter w: shape [2, 3] holds 6 numbers, got 5",
    );
  });

  test("that a file replaces are never drawn", () => {
    const weight = new Weight("w", [2], () => {
      throw new Error("drawn");
    });
    expect(weight.restart(Float32Array.of(1, 2))).toBe(true);
    expect(weight.state.initial).toEqual(Float32Array.of(1, 2));
  });
});
