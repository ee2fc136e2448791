import { expect, test } from "vitest";
import { partOf, select } from "../../../examples/studio/lab/selector.ts";

const LAYERS = ["generator.head", "generator.body.0.conv1", "generator.body.1.conv1", "discriminator.out"];

test("a path names layers, with wildcards, and a view", () => {
  expect(select("generator.*.conv1:grad", LAYERS)).toEqual({
    layers: LAYERS.slice(1, 3),
    view: "grad",
    part: "",
  });
  expect(select(" discriminator.OUT ", LAYERS)).toEqual({
    layers: ["discriminator.out"],
    view: "out",
    part: "",
  });
  expect(select("*:weight", LAYERS).layers).toEqual(LAYERS);
});

test("a dot stands for itself, and what fits nothing is told", () => {
  expect(() => select("generatorXhead", LAYERS)).toThrow('no layer is called "generatorXhead"');
  expect(() => select("*:weights", LAYERS)).toThrow(
    "there is no :weights; there are :out :grad :weight :weight-grad",
  );
  expect(() => select("a:out:grad", LAYERS)).toThrow("expected a path, one view");
});

const NUMBERS = { shape: [2, 3, 4], data: Float32Array.from({ length: 24 }, (_, k) => k) };

test("a part is cut as NumPy cuts it", () => {
  expect(select("*.out:grad[0, :, 1:3]", LAYERS)).toMatchObject({ view: "grad", part: "0, :, 1:3" });
  const cut = (part: string) => {
    const { shape, data } = partOf(NUMBERS, part);
    return { shape, data: [...data] };
  };
  expect(cut("1, :, 2")).toEqual({ shape: [3], data: [14, 18, 22] });
  expect(cut("-1, 0:1, -2:")).toEqual({ shape: [1, 2], data: [14, 15] });
  expect(cut("0")).toEqual({ shape: [3, 4], data: Array.from({ length: 12 }, (_, k) => k) });
  expect(cut("")).toEqual({ shape: [2, 3, 4], data: [...NUMBERS.data] });
});

test("a part that is not there is told", () => {
  expect(() => select("*:out[a]", LAYERS)).toThrow(
    'an axis is a place or a range such as 3, 2:5 or :, got "a"',
  );
  expect(() => partOf(NUMBERS, "2")).toThrow("[2] is outside of axis 0, which has 2");
  expect(() => partOf(NUMBERS, "0,0,0,0")).toThrow("names 4 axes of [2, 3, 4]");
});
