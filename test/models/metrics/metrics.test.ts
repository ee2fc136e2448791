import { describe, expect, it, test } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import type { Image } from "../../../engine/io/image.ts";
import {
  daalaTaps,
  LUMA,
  luma,
  type Plane,
  type Protocol,
  psnr,
  score,
  shave,
  smallestSide,
  ssimDaala,
  ssimWang,
} from "../../../models/metrics/index.ts";
import { type Fixture, type FixtureCase, metricCases } from "../../engine/data/given.ts";

function plane({ shape, values }: Fixture): Plane {
  return { height: shape[0] as number, width: shape[1] as number, data: values };
}

/** A plane of repeatable integers, smooth plus noise. */
function sample(width: number, height: number, seed: number): Plane {
  const data = new Float64Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const noise = (Math.imul(i + seed, 2654435761) >>> 24) % 40;
    data[i] =
      Math.floor(100 + 60 * Math.sin((i % width) / 5) + 30 * Math.cos(Math.floor(i / width) / 3)) + noise;
  }
  return { width, height, data };
}

function grey(source: Plane): Image {
  return { width: source.width, height: source.height, channels: 1, data: Uint8Array.from(source.data) };
}

/** SSIM straight from its definition, window by window; `valid` leaves out windows that hang over the border. */
function ssimByDefinition(a: Plane, b: Plane, taps: Float64Array, valid: boolean): number {
  const radius = (taps.length - 1) / 2;
  let total = 0;
  let weights = 0;
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      const inside = x >= radius && y >= radius && x + radius < a.width && y + radius < a.height;
      if (valid && !inside) continue;
      let [w, mx, my, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
      for (let v = -radius; v <= radius; v++) {
        for (let u = -radius; u <= radius; u++) {
          if (x + u < 0 || x + u >= a.width || y + v < 0 || y + v >= a.height) continue;
          const tap = (taps[v + radius] as number) * (taps[u + radius] as number);
          const p = a.data[(y + v) * a.width + x + u] as number;
          const q = b.data[(y + v) * a.width + x + u] as number;
          w += tap;
          mx += tap * p;
          my += tap * q;
          xx += tap * p * p;
          yy += tap * q * q;
          xy += tap * p * q;
        }
      }
      const c1 = (255 * 0.01 * w) ** 2;
      const c2 = (255 * 0.03 * w) ** 2;
      const numerator = (2 * mx * my + c1) * (2 * (xy * w - mx * my) + c2);
      const denominator = (mx * mx + my * my + c1) * (xx * w - mx * mx + yy * w - my * my + c2);
      const weight = valid ? 1 : w;
      total += (weight * numerator) / denominator;
      weights += weight;
    }
  }
  return total / weights;
}

describe("luma", () => {
  test("black is 16 and white is 235 in both standards", () => {
    for (const of of Object.values(LUMA)) {
      expect(of(0, 0, 0)).toBe(16);
      expect(of(255, 255, 255)).toBeCloseTo(235, 12);
    }
  });
  test("grey counts as RGB, alpha is ignored", () => {
    const rgb: Image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30) };
    const rgba: Image = { width: 1, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 7) };
    const one: Image = { width: 1, height: 1, channels: 1, data: Uint8Array.of(90) };
    const two: Image = { width: 1, height: 1, channels: 2, data: Uint8Array.of(90, 3) };
    expect(luma(rgba, "bt601").data).toEqual(luma(rgb, "bt601").data);
    expect(luma(rgb, "bt601").data[0]).toBeCloseTo(16 + (654.81 + 2571.06 + 748.98) / 255, 12);
    expect(luma(one, "bt709").data[0]).toBeCloseTo(16 + (219 * 90) / 255, 12);
    expect(luma(two, "bt709").data).toEqual(luma(one, "bt709").data);
    expect(luma(rgb, "bt709", true).data[0]).toBe(32);
  });
});

describe("psnr", () => {
  test("of a constant difference of 10", () => {
    const a = sample(8, 6, 1);
    const b = { ...a, data: a.data.map((v) => v + 10) };
    expect(psnr(a, b)).toBeCloseTo(20 * Math.log10(25.5), 12);
    expect(psnr(a, a)).toBe(Number.POSITIVE_INFINITY);
  });
  test("refuses planes of different size", () => {
    expect(() => psnr(sample(8, 6, 1), sample(6, 8, 1))).toThrow("differ in size, 8x6 and 6x8");
  });
});

describe("ssim", () => {
  const gaussian = Float64Array.from({ length: 11 }, (_, t) => Math.exp(-((t - 5) ** 2) / 4.5));
  const unit = gaussian.map((tap) => tap / gaussian.reduce((sum, value) => sum + value));

  it.each([
    [11, 11],
    [16, 30],
    [33, 12],
  ])("equals its definition on %dx%d", (width, height) => {
    const a = sample(width, height, 1);
    const b = sample(width, height, 77);
    expect(ssimWang(a, b)).toBeCloseTo(ssimByDefinition(a, b, unit, true), 10);
    const taps = daalaTaps(width, height);
    expect(ssimDaala(a, b)).toBeCloseTo(ssimByDefinition(a, b, taps, false), 10);
  });
  test("daala's window grows with the height and is cut off at the border", () => {
    const a = sample(20, 180, 1);
    const b = sample(20, 180, 5);
    const taps = daalaTaps(20, 180);
    expect(taps.length).toBeGreaterThan(5);
    expect(ssimDaala(a, b)).toBeCloseTo(ssimByDefinition(a, b, taps, false), 10);
    expect(daalaTaps(2, 180).length).toBe(3);
    for (const height of [30, 180, 700, 60000]) {
      expect(daalaTaps(900, height).reduce((sum, tap) => sum + tap)).toBe(256);
    }
  });
  test("is 1 for equal planes and symmetric", () => {
    const a = sample(24, 24, 1);
    const b = sample(24, 24, 9);
    for (const ssim of [ssimWang, ssimDaala]) {
      expect(ssim(a, a)).toBeCloseTo(1, 12);
      expect(ssim(a, b)).toBeCloseTo(ssim(b, a), 12);
    }
  });
  test("Wang's needs a whole window", () => {
    expect(() => ssimWang(sample(10, 20, 1), sample(10, 20, 2))).toThrow("at least 11x11 pixels, got 10x20");
  });
});

describe("score", () => {
  test("leaves out the border", () => {
    const a = sample(24, 24, 1);
    const changed = { ...a, data: a.data.slice() };
    for (let x = 0; x < 24; x++) changed.data[x] = 0;
    expect(score(grey(changed), grey(a), "matlab").psnr).toBe(Number.POSITIVE_INFINITY);
    expect(score(grey(changed), grey(a), "matlab", 0).psnr).toBeLessThan(40);
  });
  test("names sizes that cannot be measured", () => {
    const small = grey(sample(18, 40, 1));
    expect(smallestSide("matlab")).toBe(19);
    expect(() => score(small, small, "matlab")).toThrow(ShapeError);
    expect(() => score(small, small, "matlab")).toThrow("needs 19x19 pixels or more, got 18x40");
    expect(score(small, small, "ledig2017").ssim).toBeCloseTo(1, 12);
    expect(() => score(small, grey(sample(40, 18, 1)), "matlab")).toThrow("18x40, the original 40x18");
    expect(() => shave(sample(8, 9, 1), 4)).toThrow(ShapeError);
  });
});

function check(fixture: FixtureCase, name: string, got: number): void {
  const want = fixture.tensor(name).values[0] as number;
  expect(Math.abs(got - want), name).toBeLessThan(1e-9 * Math.max(1, Math.abs(want)));
}

const cases = metricCases("PSNR and SSIM");
describe.skipIf(cases.length === 0)("expected values", () => {
  it.each(metricCases("luma").map((c) => [c.id, c] as const))("%s", (_, fixture) => {
    const { values } = fixture.tensor("rgb");
    const rgb: Image = { width: values.length / 3, height: 1, channels: 3, data: Uint8Array.from(values) };
    for (const standard of ["bt601", "bt709"] as const) {
      const want = fixture.tensor(standard).values;
      luma(rgb, standard).data.forEach((v, i) => {
        expect(v).toBeCloseTo(want[i] as number, 10);
      });
      expect(luma(rgb, standard, true).data).toEqual(fixture.tensor(`${standard}_rounded`).values);
    }
  });

  it.each(cases.map((c) => [c.id, c] as const))("%s", (_, fixture) => {
    for (const pixels of [0, 4]) {
      const a = shave(plane(fixture.tensor("a")), pixels);
      const b = shave(plane(fixture.tensor("b")), pixels);
      expect(daalaTaps(a.width, a.height)).toEqual(fixture.tensor(`daala_taps_shave${pixels}`).values);
      check(fixture, `psnr_shave${pixels}`, psnr(a, b));
      check(fixture, `ssim_wang_shave${pixels}`, ssimWang(a, b));
      check(fixture, `ssim_daala_shave${pixels}`, ssimDaala(a, b));
    }
  });

  it.each(metricCases("evaluation protocols").map((c) => [c.id, c] as const))("%s", (_, fixture) => {
    const image = (name: string): Image => {
      const { shape, values } = fixture.tensor(name);
      return {
        height: shape[0] as number,
        width: shape[1] as number,
        channels: 3,
        data: Uint8Array.from(values),
      };
    };
    const [sr, hr] = [image("sr"), image("hr")];
    for (const protocol of ["matlab", "ledig2017"] satisfies Protocol[]) {
      const got = score(sr, hr, protocol);
      check(fixture, `${protocol}_psnr`, got.psnr);
      check(fixture, `${protocol}_ssim`, got.ssim);
    }
    const rounded = (source: Image) => shave(luma(source, "bt601", true), 4);
    check(fixture, "matlab_rounded_psnr", psnr(rounded(sr), rounded(hr)));
    check(fixture, "matlab_rounded_ssim", ssimWang(rounded(sr), rounded(hr)));
  });
});
