import { describe, expect, it, test } from "vitest";
import { bytesToSigned, bytesToUnit, signedToBytes, unitToBytes } from "../../../engine/data/pixels.ts";
import { GanvasError } from "../../../engine/errors.ts";
import { metricCases } from "./given.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);

describe("number ranges", () => {
  test("every byte survives the way there and back", () => {
    expect(signedToBytes(bytesToSigned(ALL_BYTES))).toEqual(ALL_BYTES);
    expect(unitToBytes(bytesToUnit(ALL_BYTES))).toEqual(ALL_BYTES);
    expect([bytesToSigned(ALL_BYTES)[0], bytesToSigned(ALL_BYTES)[255]]).toEqual([-1, 1]);
    expect([bytesToUnit(ALL_BYTES)[0], bytesToUnit(ALL_BYTES)[255]]).toEqual([0, 1]);
  });
  test("rounds half up and clamps", () => {
    expect([...signedToBytes(Float32Array.of(-9, 0, 9))]).toEqual([0, 128, 255]);
    expect([...unitToBytes(Float32Array.of(-0.1, 0.5, 1.1, Number.POSITIVE_INFINITY))]).toEqual([
      0, 128, 255, 255,
    ]);
  });
  test("says where a NaN stands", () => {
    expect(() => signedToBytes(Float32Array.of(0, Number.NaN))).toThrow(GanvasError);
    expect(() => signedToBytes(Float32Array.of(0, Number.NaN))).toThrow("value 1 of 2 is not a number");
  });
  const cases = metricCases("uint8 conversion").map((c) => [c.id, c] as const);
  it.skipIf(cases.length === 0)("matches the expected values", () => {
    for (const [, fixture] of cases) {
      const want = fixture.tensor("from_bytes").values;
      bytesToSigned(Uint8Array.from(fixture.tensor("bytes").values)).forEach((v, i) => {
        expect(v).toBe(Math.fround(want[i] as number));
      });
      const bytes = signedToBytes(Float32Array.from(fixture.tensor("x").values));
      expect([...bytes]).toEqual([...fixture.tensor("to_bytes").values]);
    }
  });
});
