/**
 * PyTorch's `.pth` / `.pt` files, both forms: a zip archive (PyTorch 1.6 and later) and the older row of pickles.
 *
 * Only tensors are read, through the restricted pickle of pickle.ts; a file that names any other Python function is
 * refused with that function's name and nothing of it is run.
 */
import { FormatError } from "../errors.ts";
import { bytesToArray, checkTensorName, type HostArray, type HostTensor } from "./host-tensor.ts";
import { unpickle } from "./pickle.ts";
import { materialise, storageBytes, type TorchStorage, TorchTensor, torchHost } from "./torch-tensors.ts";
import { isZip, readZipDirectory, readZipEntry } from "./zip.ts";

/** `torch.serialization.MAGIC_NUMBER`, the first pickle of the older form. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/** `torch.serialization.PROTOCOL_VERSION` of the older form. */
const PROTOCOL = 1001;

/** Where training scripts put a state dict, the averaged weights first. */
const NESTING_KEYS = [
  "params_ema",
  "params",
  "state_dict",
  "model_state_dict",
  "model",
  "generator",
  "netG",
  "net",
];
const MAX_NESTING = 4;

/** Copying strided tensors out of shared storages may cost this much in all. */
const MAX_TENSOR_BYTES = 2 ** 32;

type StorageLoader = (storage: TorchStorage) => HostArray;

/**
 * Reads the state dict of a PyTorch file: the tensors of the outermost dict, or those nested under a customary key
 * ("params_ema", "params", "state_dict", "model", …), or the only dict in it that holds tensors. Entries that are no tensors
 * (an epoch, an optimiser) are left out. Tensors that share a storage share memory.
 * @param name the file's name, for messages
 * @throws FormatError for a damaged file, for any pickle opcode or global beyond tensors, by name, and for what holds no tensors
 */
export function readPth(bytes: Uint8Array, name = "PyTorch file"): Map<string, HostTensor> {
  const { root, load } = isZip(bytes) ? readZipForm(bytes, name) : readPickleForm(bytes, name);
  const tensors = new Map<string, HostTensor>();
  let total = 0;
  for (const [key, tensor] of findStateDict(root, name)) {
    checkTensorName(key, name);
    const result = materialise(tensor, load, `${name}: tensor ${JSON.stringify(key)}`);
    total += result.data.byteLength;
    if (total > MAX_TENSOR_BYTES) throw new FormatError(`${name}: its tensors take more than 4 GiB`);
    tensors.set(key, result);
  }
  return tensors;
}

/** archive/data.pkl, archive/data/KEY for each storage, archive/byteorder since PyTorch 2.0. */
function readZipForm(bytes: Uint8Array, name: string): { root: unknown; load: StorageLoader } {
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
    return entry && readZipEntry(bytes, entry, name);
  };
  if (entries.has(`${folder}constants.pkl`)) {
    throw new FormatError(
      `${name}: a TorchScript program, not a state dict; save model.state_dict() instead`,
    );
  }
  const order = read("byteorder");
  if (order && new TextDecoder().decode(order) !== "little")
    throw new FormatError(`${name}: big-endian numbers are not read`);

  const root = unpickle(read("data.pkl") ?? new Uint8Array(), 0, torchHost(name), name).value;
  const load = loadOnce((storage) => {
    const data = read(`data/${storage.key}`);
    if (!data) throw new FormatError(`${name}: storage ${JSON.stringify(storage.key)} is missing`);
    return data;
  }, name);
  return { root, load };
}

/** Pickles of magic number, protocol, system, root object and storage keys; then each storage: int64 count, numbers. */
function readPickleForm(bytes: Uint8Array, name: string): { root: unknown; load: StorageLoader } {
  let position = 0;
  const storages = new Map<string, TorchStorage>();
  const host = torchHost(name);
  const next = () => {
    const { value, end } = unpickle(bytes, position, { ...host, loadPersistent }, name);
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
    throw new FormatError(`${name}: PyTorch file protocol ${protocol} is not known (expected ${PROTOCOL})`);
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
      throw new FormatError(`${name}: storage ${JSON.stringify(key)} belongs to no tensor`);
    data.set(key, readCountedStorage(bytes, position, storage, name));
    position += 8 + storageBytes(storage);
  }
  if (position !== bytes.length) {
    throw new FormatError(`${name}: ${bytes.length - position} bytes are left over behind the last storage`);
  }
  const load = loadOnce(({ key }) => {
    const found = data.get(key);
    if (!found) throw new FormatError(`${name}: storage ${JSON.stringify(key)} is missing`);
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
  const end = position + 8 + storageBytes(storage);
  if (end > bytes.length)
    throw new FormatError(`${name}: truncated within storage ${JSON.stringify(storage.key)}`);
  const count = new DataView(bytes.buffer, bytes.byteOffset + position, 8).getBigInt64(0, true);
  if (count !== BigInt(storage.total)) {
    throw new FormatError(
      `${name}: storage ${JSON.stringify(storage.key)} has ${count} elements, its tensors expect ${storage.total}`,
    );
  }
  return bytes.subarray(position + 8, end);
}

/** Turns the bytes of a storage into elements, once per storage and type, after checking their number. */
function loadOnce(bytesOf: (storage: TorchStorage) => Uint8Array, name: string): StorageLoader {
  const loaded = new Map<string, HostArray>();
  return (storage) => {
    const id = JSON.stringify([storage.key, storage.dtype, storage.total]);
    let array = loaded.get(id);
    if (array === undefined) {
      const bytes = bytesOf(storage);
      if (bytes.length !== storageBytes(storage)) {
        throw new FormatError(
          `${name}: storage ${JSON.stringify(storage.key)} has ${bytes.length} bytes, its tensors expect ${storageBytes(storage)}`,
        );
      }
      array = bytesToArray(bytes, storage.dtype);
      loaded.set(id, array);
    }
    return array;
  };
}

/** The tensors of the state dict within what a file holds. */
function findStateDict(root: unknown, name: string): Map<string, TorchTensor> {
  let dict = root;
  for (let depth = 0; depth < MAX_NESTING && dict instanceof Map; depth++) {
    const inner = nestedDict(dict);
    if (inner === undefined) {
      const tensors = tensorsOf(dict);
      if (tensors.size > 0) return tensors;
      break;
    }
    dict = inner;
  }
  if (dict instanceof Map && dict.size > 0) {
    const keys = [...dict.keys()].slice(0, 8).map(String);
    throw new FormatError(`${name}: no single state dict in it; its keys are ${keys.join(", ")}`);
  }
  throw new FormatError(`${name}: holds no state dict (a dict of names and tensors)`);
}

/** The dict to look into next: under a customary key, or the only one with tensors where there are none beside it. */
function nestedDict(dict: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> | undefined {
  for (const key of NESTING_KEYS) {
    const value = dict.get(key);
    if (value instanceof Map) return value;
  }
  if (tensorsOf(dict).size > 0) return undefined;
  const inner = [...dict.values()].filter((value) => value instanceof Map && tensorsOf(value).size > 0);
  return inner.length === 1 ? (inner[0] as Map<unknown, unknown>) : undefined;
}

function tensorsOf(dict: ReadonlyMap<unknown, unknown>): Map<string, TorchTensor> {
  return new Map(
    [...dict].filter(
      (entry): entry is [string, TorchTensor] =>
        typeof entry[0] === "string" && entry[1] instanceof TorchTensor,
    ),
  );
}
