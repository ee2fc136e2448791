import { describe, expect, test } from "vitest";
import type { Batch, BatchField } from "../../../engine/data/batch.ts";
import type { PatchFields } from "../../../models/super-resolution/patches.ts";
import type { ImageLoader } from "../../../engine/data/image-window.ts";
import { imresize } from "../../../engine/data/imresize.ts";
import { type PatchOptions, PatchSource } from "../../../models/super-resolution/patches.ts";
import { signedToBytes, unitToBytes } from "../../../engine/data/pixels.ts";
import { GanvasError, InputError } from "../../../engine/errors.ts";
import type { Image } from "../../../engine/io/image.ts";
import { positionImage } from "../../engine/data/samples.ts";

const IMAGES = [positionImage(130, 110, 0), positionImage(96, 200, 1), positionImage(97, 96, 2)];

async function take(
  images: readonly Image[] | ImageLoader,
  options: PatchOptions,
  index: number,
): Promise<Batch<PatchFields>> {
  return new PatchSource(images, options).batch(index);
}

/** The bytes of patch `place` of a batch. */
const floats = ({ data }: BatchField): Float32Array => data as Float32Array;

function patchOf(batch: Batch<PatchFields>, place: number): { lr: Uint8Array; hr: Uint8Array; side: number } {
  const hrLength = batch.fields.hr.data.length / batch.count;
  const lrLength = batch.fields.lr.data.length / batch.count;
  return {
    hr: signedToBytes(floats(batch.fields.hr).slice(place * hrLength, (place + 1) * hrLength)),
    lr: unitToBytes(floats(batch.fields.lr).slice(place * lrLength, (place + 1) * lrLength)),
    side: Math.sqrt(hrLength / 3),
  };
}

/** Where a patch of `positionImage` lies, and how its axes run, read from its own pixels. */
function locate(hr: Uint8Array, side: number) {
  const at = (row: number, column: number) =>
    hr.subarray((row * side + column) * 3, (row * side + column) * 3 + 3);
  const [x0, y0, image] = at(0, 0) as unknown as [number, number, number];
  const [xRight, yRight] = at(0, 1) as unknown as [number, number];
  const [xDown, yDown] = at(1, 0) as unknown as [number, number];
  return { x0, y0, image, right: [xRight - x0, yRight - y0], down: [xDown - x0, yDown - y0] };
}

describe("PatchSource", () => {
  test("has the shapes and ranges that the networks expect", async () => {
    const batch = await take(IMAGES, { seed: 1, batchSize: 3 }, 5);
    expect([batch.index, batch.count, batch.fields.lr.data.length, batch.fields.hr.data.length]).toEqual([
      5,
      3,
      3 * 24 * 24 * 3,
      3 * 96 * 96 * 3,
    ]);
    expect([...batch.fields.lr.data].every((v) => v >= 0 && v <= 1)).toBe(true);
    expect([...batch.fields.hr.data].every((v) => v >= -1 && v <= 1)).toBe(true);
    expect([...batch.fields.hr.data].some((v) => v < 0)).toBe(true);
  });

  test("the low resolution is the crop reduced, to the byte", async () => {
    const batch = await take(IMAGES, { seed: 2, batchSize: 6, flipVertical: true, transpose: true }, 0);
    for (let place = 0; place < 6; place++) {
      const { lr, hr, side } = patchOf(batch, place);
      expect(lr).toEqual(
        imresize({ width: side, height: side, channels: 3, data: hr }, { scale: 1 / 4 }).data,
      );
    }
  });

  test("crops lie anywhere in the image, come in all eight turns, and are never torn", async () => {
    const source = new PatchSource(IMAGES, {
      seed: 3,
      batchSize: 16,
      patch: 8,
      flipVertical: true,
      transpose: true,
    });
    const turns = new Set<string>();
    const seen = { left: 1000, right: 0, top: 1000, bottom: 0 };
    for (let k = 0; k < 60; k++) {
      const batch = await source.batch(k);
      for (let place = 0; place < batch.count; place++) {
        const { hr, side } = patchOf(batch, place);
        const { x0, y0, image, right, down } = locate(hr, side);
        turns.add(`${right} ${down}`);
        for (let row = 0; row < side; row++) {
          for (let column = 0; column < side; column++) {
            const x = x0 + column * (right[0] as number) + row * (down[0] as number);
            const y = y0 + column * (right[1] as number) + row * (down[1] as number);
            const pixel = [...hr.subarray((row * side + column) * 3, (row * side + column) * 3 + 3)];
            if (pixel.join() !== [x, y, image].join()) expect(pixel).toEqual([x, y, image]);
            if (image === 0) {
              seen.left = Math.min(seen.left, x);
              seen.right = Math.max(seen.right, x);
              seen.top = Math.min(seen.top, y);
              seen.bottom = Math.max(seen.bottom, y);
            }
          }
        }
      }
    }
    expect(turns.size).toBe(8);
    expect(seen).toEqual({ left: 0, right: 129, top: 0, bottom: 109 });
  });

  test("flips can be switched off, and default to left-right only", async () => {
    const turns = async (options: Partial<PatchOptions>) => {
      const batch = await take(IMAGES, { seed: 4, batchSize: 40, patch: 8, ...options }, 0);
      const found = new Set<string>();
      for (let place = 0; place < 40; place++) {
        const { right, down } = locate(patchOf(batch, place).hr, 8);
        found.add(`${right} ${down}`);
      }
      return [...found].sort();
    };
    expect(await turns({})).toEqual(["-1,0 0,1", "1,0 0,1"]);
    expect(await turns({ flipHorizontal: false })).toEqual(["1,0 0,1"]);
    expect(await turns({ flipHorizontal: false, transpose: true })).toEqual(["0,1 1,0", "1,0 0,1"]);
  });

  test("aligned crops of the reduced image", async () => {
    const options: PatchOptions = {
      seed: 5,
      batchSize: 12,
      patch: 16,
      lowResolution: "image",
      transpose: true,
    };
    const batch = await take(IMAGES, options, 2);
    for (let place = 0; place < 12; place++) {
      const { lr, hr, side } = patchOf(batch, place);
      const { x0, y0, image, right, down } = locate(hr, side);
      const whole = IMAGES[image] as Image;
      const reduced = imresize(whole, { scale: 1 / 4 });
      const corner = [x0, y0].map((v, i) =>
        Math.min(v, v + 15 * (right[i] as number) + 15 * (down[i] as number)),
      );
      expect(corner.map((v) => v % 4)).toEqual([0, 0]);
      for (let row = 0; row < 4; row++) {
        for (let column = 0; column < 4; column++) {
          const at = [x0, y0].map((v, i) =>
            Math.floor((v + 4 * column * (right[i] as number) + 4 * row * (down[i] as number)) / 4),
          );
          const start = ((at[1] as number) * reduced.width + (at[0] as number)) * 3;
          const got = lr.subarray((row * 4 + column) * 3, (row * 4 + column) * 3 + 3);
          expect([...got]).toEqual([...reduced.data.subarray(start, start + 3)]);
        }
      }
    }
  });

  test("of several places the one with the most detail is taken", async () => {
    // Black, but for stripes in the right third.
    const [width, height] = [96, 64];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, k) => {
      const column = Math.floor(k / 3) % width;
      return column >= 64 && column % 2 === 0 ? 255 : 0;
    });
    const images: Image[] = [{ width, height, channels: 3, data }];
    const options = { seed: 4, batchSize: 1, patch: 32, flipHorizontal: false };
    const striped = async (candidates: number, k: number) => {
      const { hr } = patchOf(await take(images, { ...options, candidates }, k), 0);
      return hr.filter((value) => value === 255).length;
    };
    const batches = Array.from({ length: 40 }, (_, k) => k);
    const [any, chosen] = await Promise.all(
      [1, 4].map((candidates) => Promise.all(batches.map((k) => striped(candidates, k)))),
    );
    // The first place is one of the four, so that no batch has less; and one of four places is almost always a better one.
    for (const [k, count] of (chosen as number[]).entries())
      expect(count).toBeGreaterThanOrEqual(any?.[k] as number);
    const mean = (counts: number[] | undefined) =>
      (counts as number[]).reduce((a, b) => a + b) / batches.length;
    expect(mean(chosen)).toBeGreaterThan(1.5 * mean(any));
    await expect(take(images, { ...options, candidates: 0 }, 0)).rejects.toThrow(
      /must be a positive integer, got 0/,
    );
  });

  test("batch k is a function of the seed and k alone", async () => {
    const source = new PatchSource(IMAGES, { seed: 6, batchSize: 2 });
    const inOrder = [await source.batch(0), await source.batch(1), await source.batch(2)];
    expect(await take(IMAGES, { seed: 6, batchSize: 2 }, 2)).toEqual(inOrder[2]);
    expect(await source.batch(1)).toEqual(inOrder[1]);
    expect(inOrder[1]?.fields.hr).not.toEqual(inOrder[0]?.fields.hr);
    expect((await take(IMAGES, { seed: 7, batchSize: 2 }, 0)).fields.hr).not.toEqual(inOrder[0]?.fields.hr);
  });

  test("the images of a batch are distinct while there are enough", async () => {
    const images = Array.from({ length: 10 }, (_, i) => positionImage(12, 12, i));
    const source = new PatchSource(images, { seed: 8, batchSize: 8, patch: 8 });
    for (let k = 0; k < 20; k++) {
      const batch = await source.batch(k);
      const used = Array.from({ length: 8 }, (_, place) => patchOf(batch, place).hr[2] as number);
      expect(new Set(used).size).toBe(8);
    }
    const few = await take(images.slice(0, 3), { seed: 8, batchSize: 7, patch: 8 }, 0);
    const counts = [0, 0, 0];
    for (let place = 0; place < 7; place++)
      counts[patchOf(few, place).hr[2] as number] =
        (counts[patchOf(few, place).hr[2] as number] as number) + 1;
    expect(counts.sort()).toEqual([2, 2, 3]);
  });

  test("grey images become RGB", async () => {
    const grey: Image = { width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(51) };
    const batch = await take([grey], { seed: 1, batchSize: 1, patch: 8 }, 0);
    expect(unitToBytes(floats(batch.fields.lr))).toEqual(new Uint8Array(12).fill(51));
  });

  test("says what cannot be", async () => {
    expect(() => new PatchSource([], { seed: 1 })).toThrow(InputError);
    expect(() => new PatchSource(IMAGES, { seed: 1, batchSize: 0 })).toThrow("positive integer, got 0");
    expect(() => new PatchSource(IMAGES, { seed: 1, patch: 50 })).toThrow("multiple of 4, got 50");
    await expect(take([positionImage(40, 96, 0)], { seed: 1 }, 0)).rejects.toThrow(
      "0 has 40x96 pixels, patches need at least 96x96",
    );
    await expect(take(IMAGES, { seed: -1 }, 0)).rejects.toThrow(GanvasError);
    const source = new PatchSource(IMAGES, { seed: 1 });
    await source.close();
    await expect(source.batch(0)).rejects.toThrow("closed");
  });
});

describe("a loader with a window", () => {
  const COUNT = 12;
  const images = Array.from({ length: COUNT }, (_, i) => positionImage(12, 12, i));

  function counted(window: number) {
    const loads: number[] = [];
    const loader: ImageLoader = {
      count: COUNT,
      window,
      load: async (index) => {
        loads.push(index);
        return images[index] as Image;
      },
    };
    return { loader, loads };
  }

  test("decodes about one image a batch and uses all equally often", async () => {
    const { loader, loads } = counted(4);
    const source = new PatchSource(loader, { seed: 9, batchSize: 4, patch: 8 });
    const uses = new Array<number>(COUNT).fill(0);
    for (let k = 0; k < 10 * COUNT; k++) {
      const batch = await source.batch(k);
      for (let place = 0; place < 4; place++)
        uses[patchOf(batch, place).hr[2] as number] =
          (uses[patchOf(batch, place).hr[2] as number] as number) + 1;
    }
    expect(loads.length).toBeLessThanOrEqual(10 * COUNT + 4);
    for (const use of uses) expect(Math.abs(use - 40)).toBeLessThan(12);
  });

  test("a run that starts in the middle sees the same batches", async () => {
    const options = { seed: 10, batchSize: 3, patch: 8 };
    const source = new PatchSource(counted(5).loader, options);
    for (let k = 0; k < 30; k++) {
      const batch = await source.batch(k);
      if (k % 7 === 3) expect(await take(counted(5).loader, options, k)).toEqual(batch);
    }
  });

  test("a window that holds everything decodes each image once", async () => {
    const { loader, loads } = counted(100);
    const source = new PatchSource(loader, { seed: 11, batchSize: 4, patch: 8 });
    for (let k = 0; k < 40; k++) await source.batch(k);
    expect(loads.sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  });

  test("a failure comes out of batch, and the image is tried again", async () => {
    let broken = true;
    const loader: ImageLoader = {
      count: 1,
      window: 1,
      load: async () => {
        if (broken) throw new InputError("photo.png: the image is truncated");
        return images[0] as Image;
      },
    };
    const source = new PatchSource(loader, { seed: 12, batchSize: 1, patch: 8 });
    await expect(source.batch(0)).rejects.toThrow("photo.png");
    broken = false;
    expect((await source.batch(0)).count).toBe(1);
    expect(() => new PatchSource({ ...loader, window: 0 }, { seed: 1 })).toThrow("positive integer, got 0");
  });
});

describe("degraded patches", () => {
  const options = { seed: 4, batchSize: 6, patch: 32, transpose: true, degrade: "jpeg" } as const;

  test("lie where their originals do, small photographs' too", async () => {
    const batch = await take([positionImage(64, 40, 0), positionImage(300, 260, 1)], options, 2);
    for (let place = 0; place < 6; place++) {
      const { hr, lr } = patchOf(batch, place);
      const reduced = imresize({ width: 32, height: 32, channels: 3, data: hr }, { scale: 1 / 4 }).data;
      const apart =
        lr.reduce((sum, value, k) => sum + Math.abs(value - (reduced[k] as number)), 0) / lr.length;
      expect(apart).toBeLessThan(12);
    }
  });

  test("of a batch do not depend on the batches before, and differ from clean ones", async () => {
    const source = new PatchSource(IMAGES, options);
    await source.batch(0);
    const batch = await source.batch(7);
    expect(batch).toEqual(await take(IMAGES, options, 7));
    expect(batch.fields.lr).not.toEqual((await take(IMAGES, { ...options, degrade: "none" }, 7)).fields.lr);
  });

  test("are not cut out of whole reduced images", () => {
    expect(() => new PatchSource(IMAGES, { ...options, lowResolution: "image" })).toThrow(GanvasError);
  });
});
