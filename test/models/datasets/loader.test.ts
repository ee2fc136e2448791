import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../models/datasets/dataset.ts";
import { PictureLoader } from "../../../models/datasets/loader.ts";

/** Pictures of 4×6 pixels whose first channel says which picture and place it is. */
const SIZE = 7;
const dataset: Dataset = {
  name: "made up",
  size: SIZE,
  shape: [4, 6, 1],
  classes: ["even", "odd"],
  fingerprint: "made up",
  item: (k) => ({ picture: Uint8Array.from({ length: 24 }, (_, place) => k * 24 + place), label: k % 2 }),
};

const bytes = (data: ArrayLike<number>): number[] => Array.from(data, (v) => Math.round(v * 255));

describe("pictures in batches", () => {
  it("holds every picture once a round, with its label", async () => {
    const loader = new PictureLoader(dataset, { seed: 1, batchSize: SIZE, range: "unit" });
    for (const round of [0, 1, 5]) {
      const { picture, label } = (await loader.batch(round)).fields;
      const seen = Array.from({ length: SIZE }, (_, n) => {
        const first = bytes(picture?.data.slice(n * 24, n * 24 + 1) ?? [])[0] as number;
        expect([...(label?.data.slice(n * 2, n * 2 + 2) ?? [])]).toEqual(
          (first / 24) % 2 === 0 ? [1, 0] : [0, 1],
        );
        return first / 24;
      });
      expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });

  it("gives batch k whatever was asked before, and another order for another seed", async () => {
    const options = { seed: 3, batchSize: 4, range: "signed", crop: 3, mirror: true } as const;
    const straight = new PictureLoader(dataset, options);
    for (let k = 0; k < 9; k++) await straight.batch(k);
    const resumed = await new PictureLoader(dataset, options).batch(9);
    expect(await straight.batch(9)).toEqual(resumed);
    expect(await new PictureLoader(dataset, { ...options, seed: 4 }).batch(9)).not.toEqual(resumed);
  });

  it("cuts squares out of any place and mirrors half of them", async () => {
    const loader = new PictureLoader(dataset, {
      seed: 2,
      batchSize: 64,
      range: "unit",
      crop: 3,
      mirror: true,
    });
    const { picture } = (await loader.batch(0)).fields;
    expect(picture?.shape).toEqual([64, 3, 3, 1]);
    const corners = new Set<number>();
    let mirrored = 0;
    for (let n = 0; n < 64; n++) {
      const square = bytes(picture?.data.slice(n * 9, n * 9 + 9) ?? []);
      const flip = (square[1] as number) < (square[0] as number);
      if (flip) mirrored++;
      const corner = (flip ? square[2] : square[0]) as number;
      const expected = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => corner + 6 * y + (flip ? 2 - x : x)));
      expect(square).toEqual(expected);
      corners.add(corner % 24);
    }
    expect([...corners].every((at) => at % 6 <= 3 && at <= 9)).toBe(true);
    expect(corners.size).toBe(8); // 2 rows × 4 columns
    expect(mirrored).toBeGreaterThan(16);
    expect(mirrored).toBeLessThan(48);
  });

  it("refuses an empty set and pictures smaller than the crop", () => {
    const options = { seed: 0, batchSize: 2, range: "unit" } as const;
    expect(() => new PictureLoader({ ...dataset, size: 0 }, options)).toThrow("made up holds no pictures");
    expect(() => new PictureLoader(dataset, { ...options, crop: 5 })).toThrow(
      "made up has pictures of 6×4 pixels, too small for crops of 5",
    );
  });
});
