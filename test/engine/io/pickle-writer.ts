/** Writes small pickles and PyTorch files opcode by opcode, honest and hostile ones, for the tests of the readers. */
import { zipSync } from "fflate";

/** A piece of a pickle: opcodes as bytes. */
export type Piece = readonly number[];

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const uint32 = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];

export const NONE: Piece = [0x4e];
export const MARK: Piece = [0x28];
export const EMPTY_DICT: Piece = [0x7d];

export const str = (text: string): Piece => [0x58, ...uint32(utf8(text).length), ...utf8(text)];
export const int = (n: number): Piece => [0x4a, ...uint32(n)];
export const bool = (value: boolean): Piece => [value ? 0x88 : 0x89];
export const global = (module: string, name: string): Piece => [0x63, ...utf8(`${module}\n${name}\n`)];
export const tuple = (...items: Piece[]): Piece => [...MARK, ...items.flat(), 0x74];
export const list = (...items: Piece[]): Piece => [0x5d, ...MARK, ...items.flat(), 0x65];
export const call = (callable: Piece, ...args: Piece[]): Piece => [...callable, ...tuple(...args), 0x52];
export const newobj = (type: Piece, ...args: Piece[]): Piece => [...type, ...tuple(...args), 0x81];
export const float = (value: number): Piece => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, false);
  return [0x47, ...bytes];
};

/** A dict, or an OrderedDict made as PyTorch makes its state dicts. */
export const dict = (entries: Record<string, Piece>, start: Piece = EMPTY_DICT): Piece => [
  ...start,
  ...MARK,
  ...Object.entries(entries).flatMap(([key, value]) => [...str(key), ...value]),
  0x75,
];
export const orderedDict = (entries: Record<string, Piece>): Piece =>
  dict(entries, [...global("collections", "OrderedDict"), 0x29, 0x52]);

export const pickle = (value: Piece): Uint8Array => Uint8Array.from([0x80, 2, ...value, 0x2e]);

/** A storage's persistent id; `view` is the sixth member that files before PyTorch 1.6 have. */
export const storage = (type: string, key: string, elements: number, view?: Piece): Piece => [
  ...tuple(
    str("storage"),
    global("torch", type),
    str(key),
    str("cpu"),
    int(elements),
    ...(view ? [view] : []),
  ),
  0x51,
];

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
export const tensor = (source: Piece, offset: number, size: number[], stride: number[]): Piece =>
  call(
    global("torch._utils", "_rebuild_tensor_v2"),
    source,
    int(offset),
    tuple(...size.map(int)),
    tuple(...stride.map(int)),
    bool(false),
    orderedDict({}),
  );

/** `_rebuild_tensor_v3(storage, 0, size, stride, requires_grad, hooks, dtype)` of a contiguous vector. */
export const tensorOfDtype = (source: Piece, [size = 0]: number[], dtype: string): Piece =>
  call(
    global("torch._utils", "_rebuild_tensor_v3"),
    source,
    int(0),
    tuple(int(size)),
    tuple(int(1)),
    bool(false),
    orderedDict({}),
    global("torch", dtype),
  );

/** A PyTorch zip file with this root object and these storages. */
export function zipFile(
  root: Piece,
  storages: Record<string, Uint8Array>,
  extra: Record<string, Uint8Array> = {},
  level: 0 | 6 = 0,
): Uint8Array {
  const entries: Record<string, Uint8Array> = { "archive/data.pkl": pickle(root) };
  for (const [key, bytes] of Object.entries(storages)) entries[`archive/data/${key}`] = bytes;
  for (const [name, bytes] of Object.entries(extra)) entries[`archive/${name}`] = bytes;
  return zipSync(entries, { level });
}

/** The older form: magic number, protocol, system, root, storage keys, then the storages with their element counts. */
export function legacyFile(
  root: Piece,
  storages: [key: string, elements: number, bytes: Uint8Array][],
  keys: Piece = list(...storages.map(([key]) => str(key))),
): Uint8Array {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const parts = [
    pickle(magic),
    pickle(int(1001)),
    pickle(dict({ protocol_version: int(1001), little_endian: bool(true) })),
    pickle(root),
    pickle(keys),
    ...storages.flatMap(([, elements, bytes]) => [Uint8Array.from([...uint32(elements), 0, 0, 0, 0]), bytes]),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The bytes of float32 numbers. */
export const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
