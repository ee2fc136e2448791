/**
 * PyTorch's tensors as a `.pth` pickle describes them: how a storage and a stride make a tensor.
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
import type { MemoryBudget } from "./memory-budget.ts";

/** PyTorch's own limit. */
export const MAX_RANK = 64;

/** What a storage's elements are: numbers of `dtype`, or `width` bytes each that are not read here. */
export class StorageType {
  readonly name: string;
  readonly dtype: HostDtype | undefined;
  readonly width: number;

  constructor(name: string, dtype: HostDtype | undefined, width: number) {
    this.name = name;
    this.dtype = dtype;
    this.width = width;
  }
}

/** A run of `length` elements, from element `begin`, of the storage kept under `key` (`total` elements long). */
export class TorchStorage {
  readonly type: StorageType;
  readonly key: string;
  readonly total: number;
  readonly begin: number;
  readonly length: number;

  constructor(type: StorageType, key: string, total: number, begin = 0, length = total) {
    this.type = type;
    this.key = key;
    this.total = total;
    this.begin = begin;
    this.length = length;
  }

  /** Bytes of all its elements. */
  get bytes(): number {
    return this.total * this.type.width;
  }

  /** The same bytes as elements of another type. @throws FormatError where they are no whole number of those */
  as(dtype: HostDtype, file: string): TorchStorage {
    const width = bytesPerElement(dtype);
    const total = this.bytes / width;
    if (!Number.isSafeInteger(total))
      throw new FormatError(
        `${file}: storage ${this.key} of ${this.bytes} bytes holds no whole number of ${dtype}`,
      );
    return new TorchStorage(new StorageType(this.type.name, dtype, width), this.key, total);
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

/** A tensor of another kind than plain numbers: it may lie beside the weights, but is none. */
export class UnreadTensor {
  /** What it holds, for messages. */
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** The numbers of a storage whose type is known: all of them, as an array of its dtype. */
export type StorageLoader = (storage: TorchStorage, dtype: HostDtype) => HostArray;

/**
 * The tensor's numbers, row-major. A contiguous tensor is a view of its storage; another is gathered by its strides.
 * @throws FormatError when the tensor reaches outside of its storage, is of a kind that is not read, or costs too much
 */
export function materialise(
  tensor: TorchTensor | UnreadTensor,
  load: StorageLoader,
  where: string,
  budget: MemoryBudget,
): HostTensor {
  if (tensor instanceof UnreadTensor)
    throw new FormatError(`${where} holds ${tensor.what}, which are not read`);
  const { storage, offset, size, stride } = tensor;
  const { dtype, name, width } = storage.type;
  if (dtype === undefined) throw new FormatError(`${where} is of torch.${name}, which is not read`);
  const count = elementCount(size);
  const last =
    count === 0 ? -1 : size.reduce((sum, n, axis) => sum + (n - 1) * (stride[axis] as number), offset);
  if (!(last < storage.length))
    throw new FormatError(
      `${where} of shape [${size.join(", ")}], strides [${stride.join(", ")}] and offset ${offset} does not lie within its storage of ${storage.length} ${dtype} elements`,
    );
  // A tensor can be expanded: a stride of zero repeats one number as often as its shape says.
  budget.spend(count * width, `a tensor of shape [${size.join(", ")}]`);
  const data = load(storage, dtype);
  const first = storage.begin + offset;
  if (isContiguous(size, stride)) return { shape: size, dtype, data: data.subarray(first, first + count) };
  return { shape: size, dtype, data: gather(data, first, size, stride, dtype) };
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
  // Axes of one element are left out: each would be looked at for every number.
  const axes = size.flatMap((n, axis) => (n === 1 ? [] : [{ n, step: stride[axis] as number }])).reverse();
  const index = axes.map(() => 0);
  let position = first;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[position] as number;
    // Count up the index like an odometer, the last axis first, and move the position with it.
    for (let k = 0; k < axes.length; k++) {
      const { n, step } = axes[k] as (typeof axes)[number];
      const next = (index[k] as number) + 1;
      position += step;
      if (next < n) {
        index[k] = next;
        break;
      }
      position -= next * step;
      index[k] = 0;
    }
  }
  return out;
}
