import { expect, test } from "vitest";
import { select } from "../../../examples/studio/lab/selector.ts";

const LAYERS = ["generator.head", "generator.body.0.conv1", "generator.body.1.conv1", "discriminator.out"];

test("a path names layers, with wildcards, and a view", () => {
  expect(select("generator.*.conv1:grad", LAYERS)).toEqual({ layers: LAYERS.slice(1, 3), view: "grad" });
  expect(select(" discriminator.OUT ", LAYERS)).toEqual({ layers: ["discriminator.out"], view: "out" });
  expect(select("*:weight", LAYERS).layers).toEqual(LAYERS);
});

test("a dot stands for itself, and what fits nothing is told", () => {
  expect(() => select("generatorXhead", LAYERS)).toThrow('no layer is called "generatorXhead"');
  expect(() => select("*:weights", LAYERS)).toThrow(
    "there is no :weights; there are :out :grad :weight :weight-grad",
  );
  expect(() => select("a:out:grad", LAYERS)).toThrow("expected one view");
});
