/** Where Winograd's method serves: by itself, as a candidate of tuning, and where tuning has chosen it. */
import { describe, expect, test } from "vitest";
import type { Target, Tile } from "../../../engine/graph/node.ts";
import type { Geometry } from "../../../engine/ops/conv-geometry.ts";
import { isWinograd, withWinograd } from "../../../engine/ops/conv-winograd.ts";

const WINOGRAD: Tile = { form: "winograd", block: 4, columns: 4 };
const OTHER: Tile = { form: "tile", block: 8, columns: 8 };
const KEY = "conv2d";

/** 3×3 of 64 channels on 64×64 pixels, the size kept. */
const geometry = (changes: Partial<Geometry> = {}): Geometry => ({
  ...{ N: 1, H: 64, W: 64, I: 64, OH: 64, OW: 64, O: 64 },
  ...{ KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, DH: 1, DW: 1, GROUPS: 1 },
  ...changes,
});
const SOFTWARE: Target = {
  maxBindings: 8,
  software: true,
  subgroupSize: 8,
  nativeF16: true,
};
const HARDWARE: Target = { ...SOFTWARE, software: false, subgroupSize: 32 };
const chosen = (tile: Tile): Target => ({
  ...HARDWARE,
  tiles: new Map([[KEY, tile]]),
});
const size = (n: number) => ({ H: n, W: n, OH: n, OW: n });

const serves = (changes: Partial<Geometry>, target: Target) => isWinograd(geometry(changes), KEY, target);
const candidates = (changes: Partial<Geometry>, target: Target) =>
  withWinograd({ key: KEY, tiles: [OTHER] }, geometry(changes), target).tiles;

describe("Winograd's method", () => {
  test("serves large images by itself where it was measured to win", () => {
    expect(serves({}, SOFTWARE)).toBe(true);
    expect(candidates({}, SOFTWARE)).toEqual([WINOGRAD, OTHER]);
    // Adapters that were not measured: only where tuning finds it faster.
    for (const target of [HARDWARE, { ...SOFTWARE, subgroupSize: 4 }]) {
      expect(serves({}, target)).toBe(false);
      expect(candidates({}, target)).toEqual([OTHER, WINOGRAD]);
    }
  });

  test.each<[string, Partial<Geometry>]>([
    ["little work", size(32)],
    ["few tiles", { ...size(16), I: 512, O: 512 }],
    ["tiles that reach far beyond the image", { ...size(5), N: 64 }],
    ["more scratch memory than the rest of a network", size(192)],
  ])("is left to tuning: %s", (_, changes) => {
    expect(serves(changes, SOFTWARE)).toBe(false);
    expect(candidates(changes, SOFTWARE)).toEqual([OTHER, WINOGRAD]);
    expect(serves(changes, chosen(WINOGRAD))).toBe(true);
  });

  // A choice by measurement holds for all convolutions of about that size.
  test.each<[string, Partial<Geometry>]>([
    ["half precision", { HALF: true }],
    ["few channels", { I: 16 }],
    ["a stride", { SH: 2 }],
    ["groups", { GROUPS: 2 }],
    ["another kernel", { KW: 5 }],
    ["a buffer larger than every adapter binds", size(512)],
  ])("serves in no case: %s", (_, changes) => {
    expect(serves(changes, SOFTWARE)).toBe(false);
    expect(candidates(changes, SOFTWARE)).toEqual([OTHER]);
    expect(serves(changes, chosen(WINOGRAD))).toBe(false);
  });

  test("gives way to what tuning has chosen", () => {
    expect(serves({}, { ...SOFTWARE, tiles: new Map([[KEY, OTHER]]) })).toBe(false);
    expect(serves({}, chosen(WINOGRAD))).toBe(true);
  });
});
