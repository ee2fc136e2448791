/** The table of the models that come with the project: every row can be opened, and has its card. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BLEND_ENDS, findShipped, superResolvers } from "../../../models/super-resolution/shipped.ts";
import {
  blendSRResNets,
  readSRResNet,
  type SRResNetFile,
} from "../../../models/super-resolution/srresnet-files.ts";

const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const read = (file: string): SRResNetFile => readSRResNet(new Uint8Array(readFileSync(at(file))), file);

describe.each(superResolvers)("$name", ({ name, file, card, description }) => {
  test("has weights of an SRResNet", () => {
    expect(read(file).config.width).toBeGreaterThan(0);
  });

  test("has a card that tells the command and the scores", () => {
    const text = readFileSync(at(card), "utf8");
    expect(text).toMatch(/ganvas -- train/);
    expect(text).toContain(`eval ${name}`);
  });

  test("is explained in one sentence", () => {
    expect(description).toMatch(/^[A-Z][^.]*\.$/);
  });
});

test("names are told apart", () => {
  expect(new Set(superResolvers.map(({ name }) => name)).size).toBe(superResolvers.length);
  expect(findShipped("constructor")).toBeUndefined();
});

test.runIf(BLEND_ENDS.every(findShipped))("the ends of the blend are of one form", () => {
  const [from, to] = BLEND_ENDS.map((name) => read(findShipped(name)?.file ?? "")) as [
    SRResNetFile,
    SRResNetFile,
  ];
  expect(blendSRResNets(from, to, 0.5).config).toEqual(from.config);
});

test("pictures of the cards are there", () => {
  for (const { card } of superResolvers) {
    const text = readFileSync(at(card), "utf8");
    for (const [, path] of text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g))
      expect(existsSync(new URL(path as string, at(card))), path).toBe(true);
  }
});
