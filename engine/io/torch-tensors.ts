/**
 * PyTorch's side of a `.pth` pickle: which globals it may name, and how a storage and a stride make a tensor.
 *
 * The pickle only describes tensors (storage key, offset, size, stride); their numbers lie elsewhere in the file. So
 * reading gives {@link TorchTensor} descriptions, and {@link materialise} fetches the numbers of those that are wanted.
 */
import { FormatError } from "../errors.ts";
import {
  allocateArray,
  bytesPerElement,
  elementCount,
  type HostArray,
  type HostDtype,
  type HostTensor,
} from "./host-tensor.ts";
import type { PickleFunction, PickleHost } from "./pickle.ts";

/** A run of `length` elements, from element `begin`, of the storage kept under `key` (`total` elements long). */
export class TorchStorage {
  readonly dtype: HostDtype;
  readonly key: string;
  readonly total: number;
  readonly begin: number;
  readonly length: number;

  constructor(dtype: HostDtype, key: string, total: number, begin = 0, length = total) {
    this.dtype = dtype;
    this.key = key;
    this.total = total;
    this.begin = begin;
    this.length = length;
  }
}

/** A tensor as a pickle describes it: sizes and strides in elements of its storage. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];

  constructor(storage: TorchStorage, offset: number, size: readonly number[], stride: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.size = size;
    this.stride = stride;
  }
}

/** Marks a storage class named by a pickle. */
class StorageType {
  readonly dtype: HostDtype;
  constructor(dtype: HostDtype) {
    this.dtype = dtype;
  }
}

/** Makes the globals and storages that a PyTorch state dict needs; everything else is refused by name. */
export function torchHost(file: string): PickleHost {
  const globals = torchGlobals(file);
  return {
    findGlobal(module, name) {
      const found = globals.get(`${module}.${name}`);
      if (found === undefined) {
        throw new FormatError(
          `${file}: refuses global '${module}.${name}': only tensors and plain containers are read`,
        );
      }
      return found;
    },
    loadPersistent: (id) => readStorageId(id, file),
  };
}

function torchGlobals(file: string): ReadonlyMap<string, unknown> {
  const rebuildTensor: PickleFunction = (args) => readTensor(args, file);
  const rebuildParameter: PickleFunction = ([tensor]) => {
    if (!(tensor instanceof TorchTensor)) throw new FormatError(`${file}: a parameter holds no tensor`);
    return tensor;
  };
  return new Map<string, unknown>([
    ["collections.OrderedDict", ((args) => readOrderedDict(args, file)) satisfies PickleFunction],
    ["torch._utils._rebuild_tensor", rebuildTensor], // before PyTorch 0.4
    ["torch._utils._rebuild_tensor_v2", rebuildTensor],
    ["torch._utils._rebuild_parameter", rebuildParameter],
    ["torch.DoubleStorage", new StorageType("f64")],
    ["torch.FloatStorage", new StorageType("f32")],
    ["torch.HalfStorage", new StorageType("f16")],
    ["torch.BFloat16Storage", new StorageType("bf16")],
    ["torch.LongStorage", new StorageType("i64")],
    ["torch.IntStorage", new StorageType("i32")],
    ["torch.ShortStorage", new StorageType("i16")],
    ["torch.CharStorage", new StorageType("i8")],
    ["torch.ByteStorage", new StorageType("u8")],
    ["torch.BoolStorage", new StorageType("bool")],
  ]);
}

/** `OrderedDict()`, or Python 2's `OrderedDict([[key, value], …])`. */
function readOrderedDict([pairs = []]: readonly unknown[], file: string): Map<unknown, unknown> {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new FormatError(`${file}: an OrderedDict is made of what are no pairs`);
  }
  return new Map(pairs as [unknown, unknown][]);
}

/**
 * ("storage", type, key, device, elements), and in files before PyTorch 1.6 a sixth: None, or (key, offset, elements) of a
 * storage that is a view of this one.
 */
function readStorageId(id: unknown, file: string): TorchStorage {
  const [kind, type, key, , total, part = null] = Array.isArray(id) ? id : [];
  if (kind !== "storage" || !(type instanceof StorageType) || typeof key !== "string" || !isSize(total)) {
    throw new FormatError(`${file}: a persistent id does not name a storage`);
  }
  if (part === null) return new TorchStorage(type.dtype, key, total);
  const [, begin, length] = Array.isArray(part) ? part : [];
  if (!isSize(begin) || !isSize(length) || begin + length > total) {
    throw new FormatError(`${file}: storage ${key} has a view that lies outside of it`);
  }
  return new TorchStorage(type.dtype, key, total, begin, length);
}

/** (storage, offset, size, stride, …): what follows (requires_grad, hooks) does not touch the numbers. */
function readTensor([storage, offset, size, stride]: readonly unknown[], file: string): TorchTensor {
  if (!(storage instanceof TorchStorage)) throw new FormatError(`${file}: a tensor has no storage`);
  if (!isSize(offset) || !isSizes(size) || !isSizes(stride) || size.length !== stride.length) {
    throw new FormatError(`${file}: a tensor has no valid size, stride and offset`);
  }
  return new TorchTensor(storage, offset, size, stride);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}

/**
 * The tensor's numbers, row-major. A contiguous tensor is a view of its storage; another is gathered by its strides.
 * @param load all elements of the storage under `key`, as an array of its dtype and total length
 * @throws FormatError when the tensor reaches outside of its storage, or repeats it to more elements than it has
 */
export function materialise(
  tensor: TorchTensor,
  load: (storage: TorchStorage) => HostArray,
  where: string,
): HostTensor {
  const { storage, offset, size, stride } = tensor;
  const count = elementCount(size);
  const last =
    count === 0 ? -1 : size.reduce((sum, n, axis) => sum + (n - 1) * (stride[axis] as number), offset);
  // Tensors that repeat elements (stride 0) do not occur among weights; a tiny file could ask for terabytes by one.
  if (last >= storage.length || count > storage.length) {
    throw new FormatError(
      `${where} of shape [${size.join(", ")}], strides [${stride.join(", ")}] and offset ${offset} does not lie within its storage of ${storage.length} ${storage.dtype} elements`,
    );
  }
  const data = load(storage);
  const first = storage.begin + offset;
  if (isContiguous(size, stride))
    return { shape: size, dtype: storage.dtype, data: data.subarray(first, first + count) };
  return { shape: size, dtype: storage.dtype, data: gather(data, first, size, stride, storage.dtype) };
}

function isContiguous(size: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = size.length - 1; axis >= 0; axis--) {
    const n = size[axis] as number;
    if (n === 0) return true;
    if (n > 1 && stride[axis] !== expected) return false;
    expected *= n;
  }
  return true;
}

function gather(
  data: HostArray,
  first: number,
  size: readonly number[],
  stride: readonly number[],
  dtype: HostDtype,
): HostArray {
  const out = allocateArray(dtype, elementCount(size));
  const index = size.map(() => 0);
  let position = first;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[position] as number;
    // Count up the index like an odometer, and move the position with it.
    for (let axis = size.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      position += stride[axis] as number;
      if (next < (size[axis] as number)) {
        index[axis] = next;
        break;
      }
      position -= next * (stride[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}

/** Bytes of a storage's numbers. */
export function storageBytes(storage: TorchStorage): number {
  return storage.total * bytesPerElement(storage.dtype);
}
