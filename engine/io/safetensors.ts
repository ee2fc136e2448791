/**
 * safetensors (https://github.com/huggingface/safetensors): 8 bytes header length, a JSON header, raw little-endian data.
 *
 * The reader believes nothing: the tensors must tile the data part exactly, without overlap or hole, each with the byte
 * count its shape demands, so that a damaged or truncated file is never taken for weights.
 */
import { expectBytes, expectMap, FormatError, GanvasError, ShapeError, shown } from "../errors.ts";
import {
  arrayToBytes,
  bytesPerElement,
  bytesToArray,
  checkTensorName,
  elementCount,
  type HostDtype,
  type HostTensor,
} from "./host-tensor.ts";
import { parseStrictJson, showJson } from "./strict-json.ts";

/** What a safetensors file holds: tensors by name in the header's order, and its free-form metadata. */
export interface Safetensors {
  tensors: Map<string, HostTensor>;
  metadata: Record<string, string>;
}

/** The format's own limit, which bounds what a hostile header can cost. */
const MAX_HEADER_BYTES = 100_000_000;

const DTYPES: ReadonlyMap<string, HostDtype> = new Map([
  ["F64", "f64"],
  ["F32", "f32"],
  ["F16", "f16"],
  ["BF16", "bf16"],
  ["I64", "i64"],
  ["U64", "u64"],
  ["I32", "i32"],
  ["U32", "u32"],
  ["I16", "i16"],
  ["U16", "u16"],
  ["I8", "i8"],
  ["U8", "u8"],
  ["BOOL", "bool"],
]);

const NAMES = new Map([...DTYPES].map(([name, dtype]) => [dtype, name]));

/**
 * Reads a safetensors file. Tensor data are views of `bytes` where alignment allows.
 * @param name the file's name, for messages
 * @throws FormatError naming the file, the tensor and what is wrong with it
 */
export function readSafetensors(bytes: Uint8Array, name = "safetensors file"): Safetensors {
  expectBytes("readSafetensors", bytes);
  const { header, data } = splitHeader(bytes, name);
  const tensors = new Map<string, HostTensor>();
  const extents: Extent[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") {
      metadata = readMetadata(value, name);
      continue;
    }
    checkTensorName(key, name);
    const { dtype, shape, begin, end } = readEntry(value, `${name}: tensor ${JSON.stringify(key)}`);
    extents.push({ key, begin, end });
    if (end > data.length) {
      throw new FormatError(
        `${name}: tensor ${JSON.stringify(key)} ends at byte ${end}, but the file holds only ${data.length} bytes of data: it is truncated or damaged`,
      );
    }
    tensors.set(key, { shape, dtype, data: bytesToArray(data.subarray(begin, end), dtype) });
  }
  checkTiling(extents, data.length, name);
  return { tensors, metadata };
}

function splitHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < 8) {
    throw new FormatError(`${name}: ${bytes.length} bytes are too few for a safetensors file`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) {
    throw new FormatError(
      `${name}: says its header has ${length} bytes; a safetensors header has at most 100 MB`,
    );
  }
  if (8 + length > bytes.length) {
    throw new FormatError(
      `${name}: says its header has ${length} bytes, but only ${bytes.length - 8} follow: truncated, or not safetensors`,
    );
  }
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
    header = parseStrictJson(text);
  } catch (error) {
    throw new FormatError(`${name}: the safetensors header is not valid JSON (${(error as Error).message})`);
  }
  if (!isObject(header)) throw new FormatError(`${name}: the safetensors header is not a JSON object`);
  return { header, data: bytes.subarray(8 + length) };
}

function readMetadata(value: unknown, name: string): Record<string, string> {
  if (!isObject(value)) throw new FormatError(`${name}: __metadata__ is not an object`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw new FormatError(`${name}: __metadata__ entry ${JSON.stringify(key)} is not a string`);
    }
  }
  return value as Record<string, string>;
}

interface Extent {
  key: string;
  begin: number;
  end: number;
}

function readEntry(value: unknown, where: string) {
  if (!isObject(value)) throw new FormatError(`${where} is not described by an object`);
  const { dtype: dtypeName, shape, data_offsets: offsets } = value;
  const dtype = typeof dtypeName === "string" ? DTYPES.get(dtypeName) : undefined;
  if (dtype === undefined) {
    throw new FormatError(
      `${where} has the unknown dtype ${showJson(dtypeName)}; known are ${[...DTYPES.keys()].join(", ")}`,
    );
  }
  if (!isSizes(shape)) throw new FormatError(`${where} has no valid shape (got ${showJson(shape)})`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new FormatError(`${where} has no valid data_offsets (got ${showJson(offsets)})`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = elementCount(shape) * bytesPerElement(dtype);
  if (end - begin !== expected) {
    throw new FormatError(
      `${where} of shape [${shape.join(", ")}] and dtype ${dtypeName} needs ${expected} bytes, but has ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

/** The tensors must cover the data part once and completely. */
function checkTiling(extents: Extent[], length: number, name: string): void {
  let position = 0;
  for (const { key, begin, end } of extents.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      const what = begin < position ? "overlaps the one before it" : "leaves a hole before it";
      throw new FormatError(
        `${name}: tensor ${JSON.stringify(key)} at byte ${begin} ${what} (the data so far end at ${position})`,
      );
    }
    position = end;
  }
  if (position !== length) {
    throw new FormatError(
      `${name}: the tensors need ${position} bytes of data, but the file holds ${length}`,
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/**
 * Writes a safetensors file. The header lists the tensors in the map's order; their data are sorted by falling element
 * size, as the format's own library does, so that every tensor is aligned.
 * @throws ShapeError when a tensor's data do not fit its shape, FormatError for a name the reader would refuse
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  expectMap("writeSafetensors", "tensors", tensors);
  const entries = [...tensors].map(([key, tensor]) => ({ key, tensor, begin: 0 }));
  const other = entries.find(({ tensor }) => !ArrayBuffer.isView(tensor?.data) || !tensor.shape);
  if (other)
    throw new GanvasError(
      `writeSafetensors: ${shown(other.key)} should be a tensor as hostTensor makes it, got ${shown(other.tensor)}`,
    );
  let position = 0;
  for (const entry of [...entries].sort((a, b) => width(b.tensor) - width(a.tensor))) {
    entry.begin = position;
    position += entry.tensor.data.byteLength;
  }

  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  for (const { key, tensor, begin } of entries) {
    if (key === "__metadata__") throw new FormatError(`writeSafetensors: a tensor cannot be named ${key}`);
    checkTensorName(key, "writeSafetensors");
    const expected = elementCount(tensor.shape) * width(tensor);
    if (tensor.data.byteLength !== expected) {
      throw new ShapeError(
        `writeSafetensors: tensor ${JSON.stringify(key)} of shape [${tensor.shape.join(", ")}] and dtype ${tensor.dtype} needs ${expected} bytes, but has ${tensor.data.byteLength}`,
      );
    }
    const dtype = NAMES.get(tensor.dtype);
    header.push([key, { dtype, shape: tensor.shape, data_offsets: [begin, begin + expected] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(text.length / 8) * 8;

  const bytes = new Uint8Array(8 + padded + position);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8, 8 + padded); // the format pads its header with spaces
  bytes.set(text, 8);
  for (const { tensor, begin } of entries) bytes.set(arrayToBytes(tensor.data), 8 + padded + begin);
  return bytes;
}

function width(tensor: HostTensor): number {
  return bytesPerElement(tensor.dtype);
}
