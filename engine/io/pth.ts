/**
 * PyTorch's `.pth` / `.pt` files, both forms: a zip archive (PyTorch 1.6 and later) and the older row of pickles.
 *
 * Only tensors are read, through the restricted pickle of pickle.ts; a file that names any other Python function is
 * refused with that function's name and nothing of it is run.
 */
import { expectBytes, FormatError } from "../errors.ts";
import { bytesToArray, checkTensorName, type HostArray, type HostTensor } from "./host-tensor.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { unpickle } from "./pickle.ts";
import { showValue } from "./show-value.ts";
import { findStateDict } from "./torch-nesting.ts";
import { torchHost } from "./torch-globals.ts";
import { materialise, type StorageLoader, type TorchStorage } from "./torch-tensors.ts";
import { isZip, readZipDirectory, readZipEntry } from "./zip.ts";

/** `torch.serialization.MAGIC_NUMBER`, the first pickle of the older form. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/** `torch.serialization.PROTOCOL_VERSION` of the older form. */
const PROTOCOL = 1001;

/**
 * Reads the state dict of a PyTorch file: the tensors of the outermost dict, or those nested under a customary key
 * ("params_ema", "ema_state_dict", "params", "state_dict", "model", …), or the only dict in it that holds tensors. Entries that
 * are no tensors (an epoch, an optimiser) are left out. Tensors that share a storage share memory.
 * @param name the file's name, for messages
 * @throws FormatError for a damaged file, for any pickle opcode or global beyond those of `torch.load(weights_only=True)`, by
 *   name, for what holds no tensors, and for what would take far more memory than the file
 */
export function readPth(bytes: Uint8Array, name = "PyTorch file"): Map<string, HostTensor> {
  expectBytes("readPth", bytes);
  const budget = new MemoryBudget(name, bytes.length);
  const { root, load } = isZip(bytes) ? readZipForm(bytes, budget) : readPickleForm(bytes, budget);
  const tensors = new Map<string, HostTensor>();
  for (const [key, tensor] of findStateDict(root, name)) {
    checkTensorName(key, name);
    tensors.set(key, materialise(tensor, load, `${name}: tensor ${showValue(key)}`, budget));
  }
  return tensors;
}

/** archive/data.pkl, archive/data/KEY for each storage, archive/byteorder since PyTorch 2.0. */
function readZipForm(bytes: Uint8Array, budget: MemoryBudget): { root: unknown; load: StorageLoader } {
  const name = budget.file;
  const entries = readZipDirectory(bytes, name);
  const pickles = [...entries.keys()].filter((path) => path === "data.pkl" || path.endsWith("/data.pkl"));
  const [path] = pickles;
  if (path === undefined || pickles.length > 1) {
    throw new FormatError(
      `${name}: a zip archive, but not one of PyTorch's (${pickles.length} entries data.pkl in it)`,
    );
  }
  const folder = path.slice(0, -"data.pkl".length);
  const read = (entryName: string): Uint8Array | undefined => {
    const entry = entries.get(folder + entryName);
    if (entry && entry.size !== entry.packedSize) budget.spend(entry.size, `zip entry ${entryName}`);
    return entry && readZipEntry(bytes, entry, name);
  };
  if (entries.has(`${folder}constants.pkl`)) {
    throw new FormatError(
      `${name}: a TorchScript program, not a state dict; save model.state_dict() instead`,
    );
  }
  const order = new TextDecoder().decode(read("byteorder")).slice(0, 9) || "little";
  if (order !== "little" && order !== "big")
    throw new FormatError(`${name}: the order of bytes is ${showValue(order)}, expected little or big`);

  const root = unpickle(read("data.pkl") ?? new Uint8Array(), 0, torchHost(budget), budget).value;
  const load = loadOnce((storage) => {
    const data = read(`data/${storage.key}`);
    if (!data) throw new FormatError(`${name}: storage ${showValue(storage.key)} is missing`);
    return order === "little" ? data : reversed(data, storage, budget);
  }, name);
  return { root, load };
}

/** The bytes of each element in the other order. */
function reversed(bytes: Uint8Array, { type: { width } }: TorchStorage, budget: MemoryBudget): Uint8Array {
  budget.spend(bytes.length);
  const out = bytes.slice();
  for (let at = 0; at < out.length; at += width) out.subarray(at, at + width).reverse();
  return out;
}

/** Pickles of magic number, protocol, system, root object and storage keys; then each storage: int64 count, numbers. */
function readPickleForm(bytes: Uint8Array, budget: MemoryBudget): { root: unknown; load: StorageLoader } {
  const name = budget.file;
  let position = 0;
  const storages = new Map<string, TorchStorage>();
  const host = torchHost(budget);
  const next = () => {
    const { value, end } = unpickle(bytes, position, { ...host, loadPersistent }, budget);
    position = end;
    return value;
  };
  const loadPersistent = (id: unknown) => {
    const storage = host.loadPersistent(id) as TorchStorage;
    storages.set(storage.key, storage);
    return storage;
  };
  if (next() !== MAGIC) throw new FormatError(`${name}: a pickle, but not a PyTorch file`);
  const protocol = next();
  if (protocol !== PROTOCOL)
    throw new FormatError(
      `${name}: PyTorch file protocol ${showValue(protocol)} is not known (expected ${PROTOCOL})`,
    );
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) {
    throw new FormatError(`${name}: big-endian numbers are not read`);
  }
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new FormatError(`${name}: the list of storages is damaged`);

  const data = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage || data.has(key))
      throw new FormatError(`${name}: storage ${showValue(key)} belongs to no tensor`);
    data.set(key, readCountedStorage(bytes, position, storage, name));
    position += 8 + storage.bytes;
  }
  if (position !== bytes.length) {
    throw new FormatError(`${name}: ${bytes.length - position} bytes are left over behind the last storage`);
  }
  const load = loadOnce(({ key }) => {
    const found = data.get(key);
    if (!found) throw new FormatError(`${name}: storage ${showValue(key)} is missing`);
    return found;
  }, name);
  return { root, load };
}

function readCountedStorage(
  bytes: Uint8Array,
  position: number,
  storage: TorchStorage,
  name: string,
): Uint8Array {
  const end = position + 8 + storage.bytes;
  if (end > bytes.length)
    throw new FormatError(`${name}: truncated within storage ${showValue(storage.key)}`);
  const count = new DataView(bytes.buffer, bytes.byteOffset + position, 8).getBigInt64(0, true);
  if (count !== BigInt(storage.total)) {
    throw new FormatError(
      `${name}: storage ${showValue(storage.key)} has ${count} elements, its tensors expect ${storage.total}`,
    );
  }
  return bytes.subarray(position + 8, end);
}

/** Turns the bytes of a storage into elements, once per storage and type, after checking their number. */
function loadOnce(bytesOf: (storage: TorchStorage) => Uint8Array, name: string): StorageLoader {
  const loaded = new Map<string, HostArray>();
  return (storage, dtype) => {
    const id = `${storage.key} ${dtype} ${storage.total}`;
    let array = loaded.get(id);
    if (array === undefined) {
      const bytes = bytesOf(storage);
      if (bytes.length !== storage.bytes) {
        throw new FormatError(
          `${name}: storage ${showValue(storage.key)} has ${bytes.length} bytes, its tensors expect ${storage.bytes}`,
        );
      }
      array = bytesToArray(bytes, dtype);
      loaded.set(id, array);
    }
    return array;
  };
}
