/** Element types of tensors, with their names in JavaScript and WGSL. */
import { fromFloat16Bits, toFloat16Bits } from "./half.ts";

/**
 * `f16` is a way of storing: half the memory, 11 bits of precision, values up to 65504. Arithmetic on it and all sums
 * are in f32. A device without half precision (`nativeF16` false) stores it as f32, so that the same program runs.
 */
export type DType = "f32" | "f16" | "i32" | "u32";

/** All of them. */
export const DTYPES: readonly DType[] = ["f32", "f16", "i32", "u32"];

/** What reading a tensor gives; f16 comes as Float32Array. */
export type HostArray = Float32Array | Int32Array | Uint32Array;

/** Whether elements of this type are floating-point numbers. */
export const isFloat = (dtype: DType): boolean => dtype === "f32" || dtype === "f16";

/** The typed array that holds elements of this type. */
export function arrayOf(dtype: DType, length: number): HostArray {
  return isFloat(dtype)
    ? new Float32Array(length)
    : dtype === "i32"
      ? new Int32Array(length)
      : new Uint32Array(length);
}

/** Typed arrays that tensors are made of. */
export type TypedArray =
  | HostArray
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array;

/** Bytes are what pixels are: numbers to calculate with. */
const FLOATS = [Float32Array, Float64Array, Uint8Array, Uint8ClampedArray] as const;

/** The element type that a typed array's numbers get: f32 for floats and bytes, i32 for other whole numbers, u32 for Uint32Array. */
export function dtypeOf(data: TypedArray): DType {
  if (FLOATS.some((type) => data instanceof type)) return "f32";
  return data instanceof Uint32Array ? "u32" : "i32";
}

/** Bytes of one element on a device. */
export const elementBytes = (dtype: DType, nativeF16: boolean): 2 | 4 =>
  dtype === "f16" && nativeF16 ? 2 : 4;

/** Bytes of this many elements as they are copied, in whole words of four bytes. */
export const wordBytes = (dtype: DType, size: number, nativeF16: boolean): number =>
  Math.ceil((size * elementBytes(dtype, nativeF16)) / 4) * 4;

/** The elements as the device stores them, in whole words of four bytes. */
export function encode(dtype: DType, data: HostArray, nativeF16: boolean): Uint8Array<ArrayBuffer> {
  if (dtype !== "f16" || !nativeF16)
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const bits = toFloat16Bits(data as Float32Array);
  if (bits.length % 2 === 0) return new Uint8Array(bits.buffer);
  const padded = new Uint16Array(bits.length + 1);
  padded.set(bits);
  return new Uint8Array(padded.buffer);
}

/** The elements in `buffer`, which holds them as the device does. */
export function decode(dtype: DType, buffer: ArrayBuffer, size: number, nativeF16: boolean): HostArray {
  if (dtype === "f16" && nativeF16) return fromFloat16Bits(new Uint16Array(buffer, 0, size));
  return isFloat(dtype)
    ? new Float32Array(buffer, 0, size)
    : dtype === "i32"
      ? new Int32Array(buffer, 0, size)
      : new Uint32Array(buffer, 0, size);
}

const VECTOR = { f32: "vec4f", i32: "vec4i", u32: "vec4u" } as const;

/** The WGSL type that one element (`width` 1) or four consecutive ones (`width` 4) are computed in. */
export function wgslType(dtype: DType, width: 1 | 4): string {
  const type = dtype === "f16" ? "f32" : dtype;
  return width === 1 ? type : VECTOR[type];
}

/** The WGSL type that they have in a buffer. */
export function storedType(dtype: DType, width: 1 | 4, nativeF16: boolean): string {
  if (dtype !== "f16" || !nativeF16) return wgslType(dtype, width);
  return width === 1 ? "f16" : "vec4<f16>";
}
