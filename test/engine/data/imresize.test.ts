import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { imresize, type Raster } from "../../../engine/data/imresize.ts";
import { resampleTaps } from "../../../engine/data/resample-taps.ts";
import { ShapeError } from "../../../engine/errors.ts";
import { decode, givenFolder, metricCases } from "./given.ts";

const SYMMETRIC = { kernel: "bicubic", border: "symmetric", antialias: true } as const;

/** A raster of pseudo-random bytes. */
function noise(width: number, height: number, channels: number): Raster<Uint8Array> {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = Math.imul(i + 1, 2654435761) >>> 24;
  return { width, height, channels, data };
}

function floats(src: Raster<Uint8Array>): Raster<Float64Array> {
  return { ...src, data: Float64Array.from(src.data) };
}

function flipped<D extends Uint8Array | Float64Array>(src: Raster<D>): Raster<D> {
  const { width, height, channels } = src;
  const data = src.data.slice() as D;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        data[(y * width + x) * channels + c] = src.data[
          (y * width + (width - 1 - x)) * channels + c
        ] as number;
      }
    }
  }
  return { ...src, data };
}

function transposed(src: Raster<Float64Array>): Raster<Float64Array> {
  const { width, height, channels } = src;
  const data = new Float64Array(src.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        data[(x * height + y) * channels + c] = src.data[(y * width + x) * channels + c] as number;
      }
    }
  }
  return { width: height, height: width, channels, data };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] as number) - (b[i] as number)));
  return worst;
}

describe("interior taps", () => {
  const tapsAt = (inputLength: number, scale: number, o: number) => {
    const outputLength = inputLength * scale;
    const { count, index, weight } = resampleTaps({ inputLength, outputLength, scale, ...SYMMETRIC });
    const pairs: [number, number][] = [];
    for (let t = o * count; t < (o + 1) * count; t++) {
      if (weight[t] !== 0) pairs.push([index[t] as number, weight[t] as number]);
    }
    return pairs;
  };
  const expected = (first: number, weights: number[], unit: number) =>
    weights.map((w, t) => [first + t, w / unit]);

  test("a quarter", () => {
    const half = [-7, -45, -75, -49, 93, 399, 745, 987];
    expect(tapsAt(64, 1 / 4, 5)).toEqual(expected(4 * 5 - 6, [...half, ...half.toReversed()], 4096));
  });
  test("a half", () => {
    expect(tapsAt(64, 1 / 2, 9)).toEqual(expected(2 * 9 - 3, [-3, -9, 29, 111, 111, 29, -9, -3], 256));
  });
  test("four times", () => {
    const m = 7;
    expect(tapsAt(16, 4, 4 * m)).toEqual(expected(m - 2, [-45, 399, 745, -75], 1024));
    expect(tapsAt(16, 4, 4 * m + 1)).toEqual(expected(m - 2, [-7, 93, 987, -49], 1024));
    expect(tapsAt(16, 4, 4 * m + 2)).toEqual(expected(m - 1, [-49, 987, 93, -7], 1024));
    expect(tapsAt(16, 4, 4 * m + 3)).toEqual(expected(m - 1, [-75, 745, 399, -45], 1024));
  });
  test("borders fold back", () => {
    const spec = { inputLength: 3, outputLength: 3, scale: 1, kernel: "bicubic", antialias: true } as const;
    const near = (border: "symmetric" | "replicate") => {
      const { count, index } = resampleTaps({ ...spec, border });
      return [...index.subarray(0, count)].slice(0, 3);
    };
    // At scale 1 only the centre tap is not zero, and the zero ones are left out.
    expect(near("symmetric")).toEqual([0]);
    const wide = {
      inputLength: 4,
      outputLength: 1,
      scale: 1 / 4,
      kernel: "bicubic",
      antialias: true,
    } as const;
    const indices = (border: "symmetric" | "replicate") => [...resampleTaps({ ...wide, border }).index];
    expect(indices("symmetric")).toEqual([2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0, 1]);
    expect(indices("replicate")).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3]);
  });
});

describe("imresize", () => {
  test("weights sum to one: a constant image stays constant at any scale", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom("symmetric" as const, "replicate" as const),
        (width, height, outWidth, outHeight, border) => {
          const src = { width, height, channels: 2, data: new Uint8Array(width * height * 2).fill(201) };
          const out = imresize(src, { width: outWidth, height: outHeight }, { border });
          expect(out.data).toEqual(new Uint8Array(outWidth * outHeight * 2).fill(201));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("matches a direct double sum, in both orders of the passes", () => {
    const src = floats(noise(13, 9, 3));
    for (const [width, height] of [
      [5, 7],
      [7, 3],
      [20, 4],
      [6, 21],
      [1, 1],
    ] as const) {
      const out = imresize(src, { width, height });
      const taps = (inputLength: number, outputLength: number) =>
        resampleTaps({ inputLength, outputLength, scale: outputLength / inputLength, ...SYMMETRIC });
      const h = taps(src.width, width);
      const v = taps(src.height, height);
      const want: number[] = [];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (let c = 0; c < 3; c++) {
            let sum = 0;
            for (let s = 0; s < v.count; s++) {
              for (let t = 0; t < h.count; t++) {
                const at =
                  ((v.index[y * v.count + s] as number) * src.width + (h.index[x * h.count + t] as number)) *
                    3 +
                  c;
                sum +=
                  (v.weight[y * v.count + s] as number) *
                  (h.weight[x * h.count + t] as number) *
                  (src.data[at] as number);
              }
            }
            want.push(sum);
          }
        }
      }
      expect(largestDifference(out.data, want)).toBeLessThan(1e-10);
    }
  });

  test("commutes with flips and transposition", () => {
    const src = noise(24, 20, 3);
    expect(imresize(flipped(src), { scale: 1 / 4 }).data).toEqual(
      flipped(imresize(src, { scale: 1 / 4 })).data,
    );
    const real = floats(src);
    const turned = imresize(transposed(real), { width: 7, height: 11 });
    expect(
      largestDifference(turned.data, transposed(imresize(real, { width: 11, height: 7 })).data),
    ).toBeLessThan(1e-10);
  });

  test("nearest by four repeats every pixel", () => {
    const src = noise(5, 3, 3);
    const out = imresize(src, { scale: 4 }, { kernel: "nearest" });
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 20; x++) {
        const at = ((y >> 2) * 5 + (x >> 2)) * 3;
        expect(out.data.subarray((y * 20 + x) * 3, (y * 20 + x + 1) * 3)).toEqual(
          src.data.subarray(at, at + 3),
        );
      }
    }
  });

  test("keeps the sample type, and rounds bytes once or after each pass", () => {
    const src = noise(16, 12, 1);
    const real = imresize(floats(src), { scale: 1 / 4 });
    expect(real.data).toBeInstanceOf(Float64Array);
    expect(imresize({ ...src, data: new Float32Array(src.data) }, { scale: 2 }).data).toBeInstanceOf(
      Float32Array,
    );
    const once = imresize(src, { scale: 1 / 4 }, { roundEachPass: false });
    expect([...once.data]).toEqual(
      [...real.data].map((v) => Math.min(Math.max(Math.floor(v + 0.5), 0), 255)),
    );
    expect(largestDifference(imresize(src, { scale: 1 / 4 }).data, once.data)).toBeLessThanOrEqual(1);
  });

  test("output length is the ceiling of length times scale", () => {
    const out = imresize(noise(7, 9, 1), { scale: 1 / 4 });
    expect([out.width, out.height]).toEqual([2, 3]);
  });

  test("names what does not fit", () => {
    const src = noise(4, 4, 3);
    expect(() => imresize({ ...src, width: 5 }, { scale: 2 })).toThrow(ShapeError);
    expect(() => imresize({ ...src, width: 5 }, { scale: 2 })).toThrow("5x4x3 has 60 values, got 48");
    expect(() => imresize(src, { scale: 0 })).toThrow(ShapeError);
    expect(() => imresize(src, { scale: Number.NaN })).toThrow(ShapeError);
    expect(() => imresize(src, { width: 0, height: 4 })).toThrow("at least 1, got 0");
    expect(() => imresize(src, { width: 2.5, height: 4 })).toThrow("got 2.5");
  });
});

const cases = metricCases("MATLAB-style bicubic");
describe.skipIf(cases.length === 0)("expected values of MATLAB-style bicubic", () => {
  it.each(
    cases.flatMap(
      (c) =>
        [
          [c.id, "symmetric" as const, c],
          [c.id, "replicate" as const, c],
        ] as const,
    ),
  )("%s %s", (_, border, fixture) => {
    const { shape, values } = fixture.tensor("image");
    const [height, width, channels] = shape as [number, number, number];
    const scale = fixture.config.scaleHeight as number;
    const bytes = { width, height, channels, data: Uint8Array.from(values) };
    const rounded = imresize(bytes, { scale }, { border });
    expect([...rounded.data]).toEqual([...fixture.tensor(`${border}_rounded`).values]);
    const want = fixture.tensor(`${border}_float`);
    const got = imresize(floats(bytes), { scale }, { border });
    expect([got.height, got.width, got.channels]).toEqual(want.shape);
    // Stored as float32 where there are more than 1200 values.
    expect(largestDifference(got.data, want.values)).toBeLessThan(2e-5);
  });
});

/** HR image and LR file pairs of a benchmark folder, and the HR cut to a multiple of four. */
function benchmark(folder: string): { name: string; lr: string; hr: string }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith("_LRx4.png"))
    .map((file) => ({
      name: file.replace("_LRx4.png", ""),
      lr: join(folder, file),
      hr: join(folder, file.replace("_LRx4", "")),
    }));
}

for (const set of ["sr_set5", "sr_set14"]) {
  const folder = givenFolder(`data/${set}`);
  test.skipIf(!folder)(
    `${set}: a quarter of the HR images equals the published LR files in every value`,
    async () => {
      for (const { name, lr, hr } of benchmark(folder as string)) {
        const published = await decode(lr);
        const whole = await decode(hr);
        const width = whole.width - (whole.width % 4);
        const height = whole.height - (whole.height % 4);
        const data = new Uint8Array(width * height * whole.channels);
        for (let y = 0; y < height; y++) {
          const start = y * whole.width * whole.channels;
          data.set(whole.data.subarray(start, start + width * whole.channels), y * width * whole.channels);
        }
        const made = imresize({ width, height, channels: whole.channels, data }, { scale: 1 / 4 });
        expect([name, made.width, made.height]).toEqual([name, published.width, published.height]);
        expect([name, largestDifference(made.data, published.data)]).toEqual([name, 0]);
      }
    },
  );
}

test("a factor a direction: each along its own, the smaller first", () => {
  const src = { width: 6, height: 4, channels: 1, data: Float64Array.from({ length: 24 }, (_, i) => i * i) };
  const both = imresize(src, { scaleWidth: 2, scaleHeight: 0.5 });
  expect([both.width, both.height]).toEqual([12, 2]);
  const tall = imresize(src, { scaleWidth: 1, scaleHeight: 0.5 });
  const wide = imresize(tall, { scaleWidth: 2, scaleHeight: 1 });
  for (const [i, value] of both.data.entries()) expect(value).toBeCloseTo(wide.data[i] as number, 10);
});
