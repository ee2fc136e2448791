/** Element types of ONNX (TensorProto.DataType), and how their numbers are kept: as float32 where they are, else as doubles. */
import { FormatError, InputError } from "../errors.ts";
import { fromFloat16Bits, roundToF16 } from "../half.ts";

/** Whole numbers beyond 2^53 are the nearest double: they stand for "to the end" and the like. */
export type ElementType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "bool";

/** Numbers in host memory. */
export type Numbers = Float32Array | Float64Array;

const CODES: Readonly<Record<number, ElementType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
};

const OTHERS: Readonly<Record<number, string>> = { 8: "string", 14: "complex64", 15: "complex128" };

/** The type of this number. @throws InputError for one that cannot be computed with */
export function typeOf(code: number, where: string): ElementType {
  const type = CODES[code];
  if (type) return type;
  throw new InputError(
    `${where}: elements of type ${OTHERS[code] ?? code} cannot be computed with; known are ${Object.values(CODES).join(", ")}`,
  );
}

export const isFloating = (type: ElementType): boolean => type.includes("float");

/** Memory for numbers of this type. */
export const numbersOf = (type: ElementType, length: number): Numbers =>
  type === "float64" || !isFloating(type) ? new Float64Array(length) : new Float32Array(length);

function wrap(value: number, bits: number, signed: boolean): number {
  const whole = Math.trunc(value);
  if (!Number.isFinite(whole)) return 0;
  const range = 2 ** bits;
  if (bits === 64) return whole;
  const rest = ((whole % range) + range) % range;
  return signed && rest >= range / 2 ? rest - range : rest;
}

/** The numbers as this type holds them: rounded, or cut off and wrapped. */
export function storedAs(type: ElementType, values: ArrayLike<number>): Numbers {
  if (type === "float64") return values instanceof Float64Array ? values : Float64Array.from(values);
  if (type === "bool") return Float64Array.from(values, (v) => (v !== 0 ? 1 : 0));
  if (isFloating(type)) {
    const single = values instanceof Float32Array ? values : Float32Array.from(values);
    if (type === "float16") return roundToF16(single);
    return type === "bfloat16" ? roundToB16(single) : single;
  }
  const bits = Number(/\d+/.exec(type)?.[0]);
  return Float64Array.from(values, (v) => wrap(v, bits, !type.startsWith("u")));
}

/** The nearest numbers of bfloat16, the upper half of a float32; ties to even. */
function roundToB16(values: Float32Array): Float32Array {
  const words = new Uint32Array(Float32Array.from(values).buffer);
  for (let k = 0; k < words.length; k++) {
    const word = words[k] as number;
    if ((word & 0x7fffffff) <= 0x7f800000) words[k] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  }
  return new Float32Array(words.buffer);
}

/** Little-endian bytes as numbers. @throws FormatError where they are not as many as the shape holds */
export function decodeRaw(type: ElementType, bytes: Uint8Array, size: number, where: string): Numbers {
  const bits = type === "bool" ? 8 : Number(/\d+$/.exec(type)?.[0]);
  if (bytes.length !== (size * bits) / 8)
    throw new FormatError(
      `${where}: ${size} elements of type ${type} should take ${(size * bits) / 8} bytes, there are ${bytes.length}`,
    );
  const width = bits / 8;
  // Not `slice`: that of Node's Buffer is no copy.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const [buffer, offset] = [aligned.buffer as ArrayBuffer, aligned.byteOffset];
  switch (type) {
    case "float32":
      return new Float32Array(buffer, offset, size);
    case "float64":
      return new Float64Array(buffer, offset, size);
    case "float16":
      return fromFloat16Bits(new Uint16Array(buffer, offset, size));
    case "bfloat16":
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer, offset, size), (b) => b << 16).buffer);
    case "int64":
      return Float64Array.from(new BigInt64Array(buffer, offset, size), Number);
    case "uint64":
      return Float64Array.from(new BigUint64Array(buffer, offset, size), Number);
    default: {
      const Kind = {
        int8: Int8Array,
        uint8: Uint8Array,
        bool: Uint8Array,
        int16: Int16Array,
        uint16: Uint16Array,
        int32: Int32Array,
        uint32: Uint32Array,
      }[type];
      return Float64Array.from(new Kind(buffer, offset, size));
    }
  }
}
