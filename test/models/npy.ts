import { hostTensor, toFloat32 } from "../../engine/io/index.ts";

/** Reads NumPy's .npy files (format version 1, C order) of bytes and floats, the latter as float32. */
export function readNpy(bytes: Uint8Array): { shape: number[]; data: Uint8Array | Float32Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, start));
  const [, type] = /'descr': '([^']*)'/.exec(header) ?? [];
  const [, sizes = ""] = /'shape': \(([^)]*)\)/.exec(header) ?? [];
  if (!header.startsWith("\x93NUMPY") || !header.includes("'fortran_order': False"))
    throw new Error("not a .npy file in C order");
  const shape = sizes
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  const body = new Uint8Array(bytes.subarray(start)); // copied, so that it is aligned
  if (type === "|u1") return { shape, data: body };
  if (type === "<f4") return { shape, data: new Float32Array(body.buffer) };
  if (type === "<f2")
    return { shape, data: toFloat32(hostTensor(new Uint16Array(body.buffer), shape, "f16")) };
  throw new Error(`.npy of type ${type} is not read`);
}
