import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../../engine/errors.ts";
import { bytesToArray, hostTensor, toFloat16Bits, toFloat32 } from "../../../engine/io/host-tensor.ts";

describe("hostTensor", () => {
  test("infers the dtype of plain arrays", () => {
    expect(hostTensor(new Float32Array(6), [2, 3])).toEqual({
      shape: [2, 3],
      dtype: "f32",
      data: new Float32Array(6),
    });
    expect(hostTensor(new Int32Array(1), []).dtype).toBe("i32");
    expect(hostTensor(new Uint8Array(2), [2], "bool").dtype).toBe("bool");
  });

  test("refuses what does not belong together", () => {
    expect(() => hostTensor(new Float32Array(6), [2, 2])).toThrow(/shape \[2, 2\] does not fit 6 elements/);
    expect(() => hostTensor(new Float32Array(6), [-2, -3])).toThrow(ShapeError);
    expect(() => hostTensor(new Float32Array(6), [6], "f16")).toThrow(
      /f16 needs a Uint16Array, got a Float32Array/,
    );
  });

  test("bytes that are not aligned are copied", () => {
    const bytes = new Uint8Array(new Float32Array([1.5, -2]).buffer);
    const shifted = new Uint8Array(9);
    shifted.set(bytes, 1);
    expect(bytesToArray(shifted.subarray(1), "f32")).toEqual(new Float32Array([1.5, -2]));
    expect(bytesToArray(bytes, "f32").buffer).toBe(bytes.buffer);
  });
});

describe("toFloat32", () => {
  test.each([
    ["f64", new Float64Array([0.1, -3]), [Math.fround(0.1), -3]],
    ["i64", new BigInt64Array([-5n, 7n]), [-5, 7]],
    ["u64", new BigUint64Array([9n]), [9]],
    ["i32", new Int32Array([-1, 2]), [-1, 2]],
    ["u8", new Uint8Array([0, 255]), [0, 255]],
    ["bool", new Uint8Array([0, 1]), [0, 1]],
    // 1, -2, 65504, the smallest subnormal, the smallest normal, 1/3, infinity
    [
      "f16",
      new Uint16Array([0x3c00, 0xc000, 0x7bff, 1, 0x0400, 0x3555, 0xfc00]),
      [1, -2, 65504, 2 ** -24, 2 ** -14, 0.333251953125, Number.NEGATIVE_INFINITY],
    ],
    ["bf16", new Uint16Array([0x3f80, 0xc040, 0x0001]), [1, -3, 2 ** -133]],
  ] as const)("%s", (dtype, data, expected) => {
    expect([...toFloat32({ shape: [data.length], dtype, data })]).toEqual(expected);
  });

  test("float32 is not copied", () => {
    const data = new Float32Array(3);
    expect(toFloat32(hostTensor(data, [3]))).toBe(data);
  });
});

describe("toFloat16Bits", () => {
  test("rounds to nearest, ties to even, and saturates to infinity", () => {
    const cases: [number, number][] = [
      [1, 0x3c00],
      [-0, 0x8000],
      [1 + 2 ** -11, 0x3c00], // tie, down to even
      [1 + 3 * 2 ** -11, 0x3c02], // tie, up to even
      [2049, 0x6800],
      [65504, 0x7bff],
      [65519, 0x7bff],
      [65520, 0x7c00],
      [-1e9, 0xfc00],
      [2 ** -24, 1],
      [2 ** -25, 0], // tie between 0 and the smallest subnormal
      [1.5 * 2 ** -24, 2],
      [2 ** -14 - 2 ** -26, 0x0400], // rounds up into the normals
      [Number.POSITIVE_INFINITY, 0x7c00],
    ];
    const bits = toFloat16Bits(Float32Array.from(cases.map(([value]) => value)));
    expect([...bits]).toEqual(cases.map(([, expected]) => expected));
    expect((toFloat16Bits(new Float32Array([Number.NaN]))[0] ?? 0) & 0x7fff).toBeGreaterThan(0x7c00);
  });

  test("gives back every finite half exactly", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    const values = toFloat32({ shape: [all.length], dtype: "f16", data: all });
    expect(toFloat16Bits(values)).toEqual(all);
  });

  test("is the nearest half of any float", () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = toFloat16Bits(new Float32Array([value]))[0] ?? 0;
        const neighbours = new Uint16Array([bits - 1, bits, bits + 1]);
        const values = toFloat32({ shape: [3], dtype: "f16", data: neighbours });
        const error = Math.abs((values[1] ?? 0) - value);
        for (const other of values)
          if (Number.isFinite(other)) expect(error).toBeLessThanOrEqual(Math.abs(other - value));
      }),
    );
  });
});
