import { describe, expect, test } from "vitest";
import { Initializer, type WeightInit } from "../../../engine/nn/init.ts";
import { ConvTranspose2d, Linear } from "../../../engine/nn/layers.ts";
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

  /** The largest magnitudes among the weights and among the biases of a layer. */
  const spread = ({ weight, bias }: Linear | ConvTranspose2d) =>
    [weight, bias].map((w) => Math.max(...((w as Weight).state.initial as Float32Array).map(Math.abs)));

  test("are PyTorch's where that is asked for", () => {
    const options = { weightInit: "torch" as WeightInit };
    // PyTorch takes the outputs of a group for the inputs of a transposed convolution: ±1/√(2·2·32).
    const transposed = spread(new ConvTranspose2d(256, 32, 2, new Initializer(1), options));
    const grouped = spread(new ConvTranspose2d(64, 32, 3, new Initializer(1), { ...options, groups: 4 }));
    const linear = spread(new Linear(400, 300, new Initializer(1), options));
    for (const [[weight = 0, bias = 0], bound] of [
      [transposed, 1 / Math.sqrt(128)],
      [grouped, 1 / Math.sqrt(72)],
      [linear, 1 / 20],
    ] as const) {
      expect(weight).toBeLessThanOrEqual(bound);
      expect(weight).toBeGreaterThan(0.98 * bound);
      expect(bias).toBeLessThanOrEqual(bound);
      expect(bias).toBeGreaterThan(0.8 * bound);
    }
  });

  test("that a file replaces are never drawn", () => {
    const weight = new Weight("w", [2], () => {
      throw new Error("drawn");
    });
    expect(weight.restart(Float32Array.of(1, 2))).toBe(true);
    expect(weight.state.initial).toEqual(Float32Array.of(1, 2));
  });
});
