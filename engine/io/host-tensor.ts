/**
 * Tensors as they lie in files: numbers in host memory, in the file's own layout and precision.
 *
 * A `HostTensor` knows nothing of the GPU. Half precision has no typed array of its own: "f16" and "bf16" are kept
 * as their raw 16 bits and decoded by {@link toFloat32}. "bool" is one byte a value, 0 or 1.
 */
import { expectList } from "../shape.ts";
import { FormatError, ShapeError, shown } from "../errors.ts";
import { fromFloat16Bits } from "../half.ts";

export { toFloat16Bits } from "../half.ts";

/** Element types of tensor files. */
export type HostDtype =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "i64"
  | "u64"
  | "i32"
  | "u32"
  | "i16"
  | "u16"
  | "i8"
  | "u8"
  | "bool";

/** The typed arrays that hold them. */
export type HostArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A tensor in host memory, row-major. `data` may be a view of the bytes of the file it came from. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly dtype: HostDtype;
  readonly data: HostArray;
}

interface ArrayKind {
  new (length: number): HostArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): HostArray;
  readonly BYTES_PER_ELEMENT: number;
}

const ARRAY_KINDS: Readonly<Record<HostDtype, ArrayKind>> = {
  f64: Float64Array,
  f32: Float32Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
};

/** Bytes of one element. */
export function bytesPerElement(dtype: HostDtype): number {
  return ARRAY_KINDS[dtype].BYTES_PER_ELEMENT;
}

/** Number of elements of a shape; 1 for a scalar `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** An empty (zeroed) array of `length` elements. */
export function allocateArray(dtype: HostDtype, length: number): HostArray {
  return new ARRAY_KINDS[dtype](length);
}

/** Little-endian `bytes` as elements of `dtype`: a view where they are aligned, else a copy. */
export function bytesToArray(bytes: Uint8Array, dtype: HostDtype): HostArray {
  const kind = ARRAY_KINDS[dtype];
  const aligned = bytes.byteOffset % kind.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new kind(aligned.buffer, aligned.byteOffset, aligned.byteLength / kind.BYTES_PER_ELEMENT);
}

/** The little-endian bytes of an array: a view, not a copy. */
export function arrayToBytes(data: HostArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Makes a tensor after checking that data, dtype and shape belong together.
 * @throws ShapeError naming what does not fit.
 */
export function hostTensor(
  data: HostArray,
  shape: readonly number[],
  dtype: HostDtype = dtypeOf(data),
): HostTensor {
  if (!(data instanceof ARRAY_KINDS[dtype])) {
    throw new ShapeError(`hostTensor: dtype ${dtype} needs a ${ARRAY_KINDS[dtype].name}, got ${shown(data)}`);
  }
  expectList("hostTensor", "shape", shape);
  if (
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
    elementCount(shape) !== data.length
  ) {
    throw new ShapeError(`hostTensor: shape [${shape.join(", ")}] does not fit ${data.length} elements`);
  }
  return { shape: [...shape], dtype, data };
}

/** The dtype of a plain typed array; Uint16Array is "u16" and Uint8Array "u8". */
function dtypeOf(data: HostArray): HostDtype {
  for (const dtype of ["f32", "i32", "u32", "f64", "i64", "u64", "i16", "u16", "i8", "u8"] as const) {
    if (data instanceof ARRAY_KINDS[dtype]) return dtype;
  }
  throw new ShapeError("hostTensor: data is not a typed array of numbers");
}

/**
 * The values as float32: f16 and bf16 decoded, f64 rounded, integers and booleans as numbers.
 * An f32 tensor gives its own array, not a copy.
 */
export function toFloat32(tensor: HostTensor): Float32Array {
  const { data, dtype } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  if (dtype === "f16") return fromFloat16Bits(data as Uint16Array);
  if (dtype === "bf16") {
    // bfloat16 is the upper half of a float32.
    return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer);
  }
  return Float32Array.from(data);
}

/**
 * Refuses tensor names that could reach an object's prototype if anything ever used them as property paths.
 * @throws FormatError
 */
export function checkTensorName(name: string, file: string): void {
  if (name.split(".").some((part) => part === "__proto__" || part === "constructor")) {
    throw new FormatError(`${file}: refuses the tensor name ${JSON.stringify(name)}`);
  }
}
