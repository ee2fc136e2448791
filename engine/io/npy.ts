/** NumPy's arrays in files (.npy, numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
import { expectBytes, FormatError } from "../errors.ts";
import {
  bytesPerElement,
  bytesToArray,
  elementCount,
  type HostDtype,
  type HostTensor,
  hostTensor,
} from "./host-tensor.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const DTYPES: ReadonlyMap<string, HostDtype> = new Map([
  ["<f2", "f16"],
  ["<f4", "f32"],
  ["<f8", "f64"],
  ["<i2", "i16"],
  ["<i4", "i32"],
  ["<i8", "i64"],
  ["|i1", "i8"],
  ["|u1", "u8"],
]);

/**
 * An array in C order, of numbers in little-endian order.
 * @param name the file's, for messages
 * @throws FormatError saying what is wrong with the file, or what is not read
 */
export function readNpy(bytes: Uint8Array, name: string): HostTensor {
  expectBytes("readNpy", bytes);
  if (!MAGIC.every((byte, k) => bytes[k] === byte))
    throw new FormatError(`${name}: not a .npy file (it does not begin with \\x93NUMPY)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Version 1 has a length of two bytes, later ones of four.
  const [lengthAt, wide] = [8, (bytes[6] as number) > 1];
  const begin = lengthAt + (wide ? 4 : 2);
  if (bytes.length < begin) throw new FormatError(`${name}: ends within its header`);
  const end = begin + (wide ? view.getUint32(lengthAt, true) : view.getUint16(lengthAt, true));
  if (bytes.length < end) throw new FormatError(`${name}: ends within its header`);
  const header = new TextDecoder("latin1").decode(bytes.subarray(begin, end));
  const [, type = "unknown"] = /'descr':\s*'([^']*)'/.exec(header) ?? [];
  const [, sizes] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  if (sizes === undefined) throw new FormatError(`${name}: its header says no shape`);
  if (!/'fortran_order':\s*False/.test(header))
    throw new FormatError(`${name}: is in Fortran's order; save it with numpy.ascontiguousarray`);
  const dtype = DTYPES.get(type);
  if (!dtype)
    throw new FormatError(
      `${name}: holds numbers of type ${type}; expected one of ${[...DTYPES.keys()].join(", ")}`,
    );
  const shape = sizes
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  const want = elementCount(shape) * bytesPerElement(dtype);
  const body = bytes.subarray(end);
  if (body.length !== want)
    throw new FormatError(
      `${name}: its header says [${shape.join(", ")}], which are ${want} bytes; ${body.length} follow`,
    );
  return hostTensor(bytesToArray(body, dtype), shape, dtype);
}
