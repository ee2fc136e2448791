import { describe, expect, test } from "vitest";
import { decode, encode } from "../../engine/dtype.ts";
import { fromFloat16Bits, roundToF16, toFloat16Bits } from "../../engine/half.ts";

describe("half precision in JavaScript", () => {
  test("all 65,536 bit patterns go to float32 and back", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, k) => k);
    const back = toFloat16Bits(fromFloat16Bits(bits));
    const wrong = [...bits].filter((b) => {
      const notANumber = (b & 0x7fff) > 0x7c00;
      return notANumber ? ((back[b] as number) & 0x7fff) <= 0x7c00 : back[b] !== b;
    });
    expect(wrong).toEqual([]);
  });

  test("values are those of IEEE 754", () => {
    const value = (bits: number) => fromFloat16Bits(Uint16Array.of(bits))[0];
    expect([0x0001, 0x03ff, 0x0400, 0x3c00, 0x3555, 0x7bff, 0xc000].map(value)).toEqual([
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      1,
      0.333251953125,
      65504,
      -2,
    ]);
    expect(value(0x7c00)).toBe(Number.POSITIVE_INFINITY);
    expect(value(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
    expect(value(0x8000)).toBe(-0);
    expect(value(0x7e01)).toBeNaN();
  });

  test("rounds to the nearest, ties to even", () => {
    const step = 2 ** -10;
    const given = [1 + step / 2, 1 + 1.5 * step, 1 + 0.6 * step, 65519, 65520, 2 ** -25, 1.5 * 2 ** -24];
    expect([...roundToF16(Float32Array.from(given))]).toEqual([
      1,
      1 + 2 * step,
      1 + step,
      65504,
      Number.POSITIVE_INFINITY,
      0,
      2 ** -23,
    ]);
  });

  test.each([0, 1, 2, 3, 7])("%i elements fill whole words on the device and come back", (n) => {
    const values = Float32Array.from({ length: n }, (_, k) => k - 1.5);
    const bytes = encode("f16", values, true);
    expect(bytes.length).toBe(Math.ceil(n / 2) * 4);
    expect(decode("f16", bytes.buffer, n, true)).toEqual(values);
    expect(encode("f16", values, false).length).toBe(4 * n);
  });
});
