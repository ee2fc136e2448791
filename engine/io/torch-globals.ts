/**
 * PyTorch's side of a `.pth` pickle: which globals it may name, and what they make.
 * The measure is the list of `torch.load(weights_only=True)` (torch/_weights_only_unpickler.py): what that opens opens here
 * too. Of what is no tensor of plain numbers (a sparse or quantised one, a device, a layout) only a mark is kept.
 */
import { FormatError } from "../errors.ts";
import type { HostDtype } from "./host-tensor.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { isHashable, type PickleFunction, type PickleHost } from "./pickle.ts";
import { MAX_RANK, StorageType, TorchStorage, TorchTensor, UnreadTensor } from "./torch-tensors.ts";

/** Bytes of an entry of a Map or Set in V8, roughly. */
const ENTRY_BYTES = 50;

/** PyTorch's names of storage keys are short numbers. */
const LONGEST_KEY = 100;

/** Makes the globals and storages that PyTorch's files need; everything else is refused by name. */
export function torchHost(budget: MemoryBudget): PickleHost {
  const { file } = budget;
  const globals = makeGlobals(budget);
  return {
    findGlobal(module, name) {
      // Protocol 2 writes Python 2's name of the module.
      const path = `${module === "__builtin__" ? "builtins" : module}.${name}`;
      const found = globals.get(path) ?? storageType(path) ?? tensorClass(path, file) ?? mark(path);
      if (found === undefined)
        throw new FormatError(
          `${file}: refuses global '${module}.${name}': only tensors and plain containers are read`,
        );
      return found;
    },
    loadPersistent: (id) => readStorageId(id, file),
    takesState: (object) => object instanceof TorchTensor || object instanceof UnreadTensor,
  };
}

function makeGlobals(budget: MemoryBudget): ReadonlyMap<string, PickleFunction> {
  const { file } = budget;
  const tensor: PickleFunction = (args) => readTensor(args, file);
  const parameter: PickleFunction = (args) => readParameter(args, file);
  const unread =
    (what: string): PickleFunction =>
    () =>
      new UnreadTensor(what);
  const functions = new Map<string, PickleFunction>([
    ["collections.OrderedDict", (args) => readDict(args, budget)],
    ["collections.Counter", (args) => readDict(args, budget)],
    ["builtins.set", (args) => readSet(args, budget)],
    ["builtins.complex", (args) => args],
    ["builtins.bytes", (args) => readBytes(args, budget)],
    ["builtins.bytearray", (args) => readBytes(args, budget)],
    ["_codecs.encode", (args) => readBytes(args, budget)],
    ["torch.Size", ([sizes]) => sizes],
    ["torch.device", ([type]) => type],
    ["torch.serialization._get_layout", ([name]) => name],
    ["torch.nn.parameter.Parameter", parameter],
    ["torch._utils._rebuild_tensor", tensor], // before PyTorch 0.4
    ["torch._utils._rebuild_tensor_v2", tensor],
    ["torch._utils._rebuild_tensor_v3", (args) => readTensorOfDtype(args, file)],
    ["torch._utils._rebuild_parameter", parameter],
    ["torch._utils._rebuild_parameter_with_state", parameter],
    ["torch._utils._rebuild_device_tensor_from_cpu_tensor", parameter],
    ["torch._utils._rebuild_qtensor", unread("quantised numbers")],
    ["torch._utils._rebuild_sparse_tensor", unread("a sparse layout")],
    ["torch._utils._rebuild_meta_tensor_no_storage", unread("no numbers at all (a meta tensor)")],
    ["torch._utils._rebuild_wrapper_subclass", unread("a class of its own")],
    ["torch._utils._rebuild_device_tensor_from_numpy", unread("numpy's numbers")],
  ]);
  // (function, class, its arguments, attributes): a tensor with attributes, which carry no numbers.
  functions.set("torch._tensor._rebuild_from_type_v2", ([rebuild, , args]) => {
    if (typeof rebuild !== "function" || !Array.isArray(args))
      throw new FormatError(`${file}: a tensor with attributes is made of what is no tensor`);
    return (rebuild as PickleFunction)(args);
  });
  return functions;
}

/** dtype of the numbers and bytes of one. */
const STORAGES: Readonly<Record<string, readonly [HostDtype | undefined, number]>> = {
  Double: ["f64", 8],
  Float: ["f32", 4],
  Half: ["f16", 2],
  BFloat16: ["bf16", 2],
  Long: ["i64", 8],
  Int: ["i32", 4],
  Short: ["i16", 2],
  Char: ["i8", 1],
  Byte: ["u8", 1],
  Bool: ["bool", 1],
  Untyped: [undefined, 1],
  ComplexDouble: [undefined, 16],
  ComplexFloat: [undefined, 8],
  QInt32: [undefined, 4],
  QInt8: [undefined, 1],
  QUInt8: [undefined, 1],
  QUInt4x2: [undefined, 1],
  QUInt2x4: [undefined, 1],
};

function storageType(path: string): StorageType | undefined {
  const name = /^torch\.(?:cuda\.|storage\.)?(\w+)Storage$/.exec(path)?.[1] ?? "";
  const [dtype, width] = (Object.hasOwn(STORAGES, name) && STORAGES[name]) || [undefined, 0];
  return width === 0 ? undefined : new StorageType(`${name}Storage`, dtype, width);
}

/** `torch.Tensor` and its like: called, they give the tensor that they are given. */
function tensorClass(path: string, file: string): PickleFunction | undefined {
  return /^torch\.(cuda\.)?(sparse\.)?\w*Tensor$/.test(path)
    ? (args) => readParameter(args, file)
    : undefined;
}

/** Element types as `_rebuild_tensor_v3` names them. */
const DTYPES: Readonly<Record<string, HostDtype>> = {
  float64: "f64",
  float32: "f32",
  float16: "f16",
  bfloat16: "bf16",
  int64: "i64",
  uint64: "u64",
  int32: "i32",
  uint32: "u32",
  int16: "i16",
  uint16: "u16",
  int8: "i8",
  uint8: "u8",
  bool: "bool",
};

/** An element type, or a way of quantising: something that can only be named. */
class Mark {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const MARKS = /^torch\.(bool|b?float\d+\w*|complex\d+|q?u?int\d+\w*|bits\w+|per_(tensor|channel)_\w+)$/;

const mark = (path: string): Mark | undefined =>
  MARKS.test(path) ? new Mark(path.slice("torch.".length)) : undefined;

/** `OrderedDict()`, `OrderedDict(dict)`, or Python 2's `OrderedDict([[key, value], …])`. */
function readDict([from = []]: readonly unknown[], budget: MemoryBudget): Map<unknown, unknown> {
  const count = from instanceof Map ? from.size : Array.isArray(from) ? from.length : 0;
  budget.spend(170 + ENTRY_BYTES * count);
  const fits = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && isHashable(pair[0]);
  if (from instanceof Map || (Array.isArray(from) && from.every(fits))) return new Map(from);
  throw new FormatError(`${budget.file}: an OrderedDict is made of what are no pairs`);
}

function readSet([items = []]: readonly unknown[], budget: MemoryBudget): Set<unknown> {
  if (!Array.isArray(items)) throw new FormatError(`${budget.file}: a set is made of what is no list`);
  budget.spend(170 + ENTRY_BYTES * items.length);
  if (!items.every(isHashable)) throw new FormatError(`${budget.file}: a set holds what may change`);
  return new Set(items);
}

/** Protocol 2 has no bytes: `encode(text, "latin1")`, and `bytearray` of such bytes or such a text. */
function readBytes([from = ""]: readonly unknown[], budget: MemoryBudget): Uint8Array {
  if (typeof from !== "string" && !(from instanceof Uint8Array))
    throw new FormatError(`${budget.file}: bytes are made of what is no text`);
  budget.spend(100 + from.length);
  return typeof from === "string" ? Uint8Array.from(from, (letter) => letter.charCodeAt(0)) : from;
}

/**
 * ("storage", type, key, device, elements), and in files before PyTorch 1.6 a sixth: None, or (key, offset, elements) of a
 * storage that is a view of this one.
 */
function readStorageId(id: unknown, file: string): TorchStorage {
  const [kind, type, key, , total, part = null] = Array.isArray(id) ? id : [];
  if (kind !== "storage" || !(type instanceof StorageType) || typeof key !== "string" || !isSize(total))
    throw new FormatError(`${file}: a persistent id does not name a storage`);
  if (key.length > LONGEST_KEY)
    throw new FormatError(`${file}: the name of a storage has ${key.length} letters`);
  if (part === null) return new TorchStorage(type, key, total);
  const [, begin, length] = Array.isArray(part) ? part : [];
  if (!isSize(begin) || !isSize(length) || begin + length > total)
    throw new FormatError(`${file}: storage ${key} has a view that lies outside of it`);
  return new TorchStorage(type, key, total, begin, length);
}

/** (storage, offset, size, stride, requires_grad, hooks, metadata): of the rest only a lazy minus touches the numbers. */
function readTensor(args: readonly unknown[], file: string): TorchTensor | UnreadTensor {
  const [storage, offset, size, stride, , , metadata] = args;
  if (!(storage instanceof TorchStorage)) throw new FormatError(`${file}: a tensor has no storage`);
  if (!isSize(offset) || !isSizes(size) || !isSizes(stride) || size.length !== stride.length)
    throw new FormatError(`${file}: a tensor has no valid size, stride and offset`);
  if (metadata instanceof Map && metadata.get("neg") === true) return new UnreadTensor("a lazy minus");
  return new TorchTensor(storage, offset, size, stride);
}

/** The same with its dtype behind the hooks, of a storage that knows only its bytes. */
function readTensorOfDtype(args: readonly unknown[], file: string): TorchTensor | UnreadTensor {
  const [storage, offset, size, stride, , , dtype, metadata] = args;
  if (!(storage instanceof TorchStorage) || !(dtype instanceof Mark))
    throw new FormatError(`${file}: a tensor has no storage or no dtype`);
  const known = Object.hasOwn(DTYPES, dtype.name) ? DTYPES[dtype.name] : undefined;
  if (known === undefined) return new UnreadTensor(`numbers of ${dtype.name}`);
  return readTensor([storage.as(known, file), offset, size, stride, false, null, metadata], file);
}

function readParameter([tensor]: readonly unknown[], file: string): TorchTensor | UnreadTensor {
  if (tensor instanceof TorchTensor || tensor instanceof UnreadTensor) return tensor;
  throw new FormatError(`${file}: a parameter holds no tensor`);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MAX_RANK && value.every(isSize);
}
