/** Element types of tensors, with their names in JavaScript and WGSL. */

export type DType = "f32" | "i32" | "u32";

/** What reading a tensor gives. */
export type HostArray = Float32Array | Int32Array | Uint32Array;

/** The typed array that holds elements of this type. */
export function arrayOf(dtype: DType, length: number): HostArray {
  return dtype === "f32"
    ? new Float32Array(length)
    : dtype === "i32"
      ? new Int32Array(length)
      : new Uint32Array(length);
}

/** The bytes of `buffer` seen as elements of this type. */
export function viewAs(dtype: DType, buffer: ArrayBuffer): HostArray {
  return dtype === "f32"
    ? new Float32Array(buffer)
    : dtype === "i32"
      ? new Int32Array(buffer)
      : new Uint32Array(buffer);
}

/** The element type of a typed array. */
export function dtypeOf(data: HostArray): DType {
  return data instanceof Float32Array ? "f32" : data instanceof Int32Array ? "i32" : "u32";
}

/** Bytes of one element; every type here has four. */
export const ELEMENT_BYTES = 4;

const VECTOR = { f32: "vec4f", i32: "vec4i", u32: "vec4u" } as const;

/** The WGSL type of one element (`width` 1) or of four consecutive ones (`width` 4). */
export function wgslType(dtype: DType, width: 1 | 4): string {
  return width === 1 ? dtype : VECTOR[dtype];
}
