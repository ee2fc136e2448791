/** Drawings to train on: well-formed, repeatable, and with something in every tile. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { DRAWING_SIZE, drawing } from "../../../models/datasets/drawings.ts";

describe("drawings", () => {
  test("follow from their seed and number", () => {
    const drawings = [drawing(0, 0), drawing(0, 1), drawing(1, 0)];
    expect(new Set(drawings).size).toBe(3);
    expect(drawing(0, 1)).toBe(drawings[1]);
  });

  test("hold numbers that can be drawn, and nothing from beyond the file", () => {
    for (let k = 0; k < 20; k++) {
      const text = drawing(7, k);
      expect(text).not.toMatch(/NaN|undefined|Infinity|href/);
      // Gradients are found by their names.
      const names = [...text.matchAll(/id="(\w+)"/g)].map(([, name]) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const [, used] of text.matchAll(/url\(#(\w+)\)/g)) expect(names).toContain(used);
    }
  });

  test("are pictures with colours and with edges", async () => {
    const { data, info } = await sharp(Buffer.from(drawing(0, 0)))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([DRAWING_SIZE, DRAWING_SIZE, 3]);
    const colours = new Set<number>();
    let steep = 0;
    for (let k = 0; k + 5 < data.length; k += 3) {
      const [r = 0, g = 0, b = 0, right = 0] = data.subarray(k, k + 4);
      colours.add((r << 16) | (g << 8) | b);
      if (Math.abs(r - right) > 60) steep++;
    }
    expect(colours.size).toBeGreaterThan(1000);
    // Text and hatchings: more than one pixel in two hundred is beside a steep edge.
    expect(steep / (DRAWING_SIZE * DRAWING_SIZE)).toBeGreaterThan(1 / 200);
  });
});
