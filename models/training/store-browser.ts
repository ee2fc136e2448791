/** A run's files in a page's database, where they outlive a reload. One run at a time writes to a folder, whatever tab it is in. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { InputError } from "../../engine/errors.ts";
import { type RunStore, StoreError } from "./host.ts";

interface Files extends DBSchema {
  files: { key: string; value: Uint8Array };
}

const DATABASE = "ganvas-runs";

let opened: Promise<IDBPDatabase<Files>> | undefined;

function database(): Promise<IDBPDatabase<Files>> {
  opened ??= openDB<Files>(DATABASE, 1, {
    upgrade(db) {
      db.createObjectStore("files");
    },
    // Another tab wants a newer form: the next use opens it anew.
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = undefined;
    },
  });
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

const unwritable = (path: string, error: unknown): StoreError => {
  const full = error instanceof DOMException && error.name === "QuotaExceededError";
  const why = full ? "the browser's storage for this site is full" : (error as Error).message;
  return new StoreError(`cannot write ${path}: ${why}`);
};

/** The store of this folder of the database, which need not exist yet. */
export function browserStore(folder: string): RunStore {
  const at = (name: string) => `${folder}/${name}`;
  const put = async (name: string, change: (before: Uint8Array | undefined) => Uint8Array) => {
    try {
      // One transaction, so that whatever happens the old content is there or all of the new.
      const work = (await database()).transaction("files", "readwrite");
      await work.store.put(change(await work.store.get(at(name))), at(name));
      await work.done;
    } catch (error) {
      throw unwritable(at(name), error);
    }
  };
  return {
    path: (name) => (name === undefined ? folder : at(name)),
    async read(name) {
      return (await database()).get("files", at(name));
    },
    write: (name, bytes) => put(name, () => bytes.slice()),
    append: (name, text) =>
      put(name, (before = new Uint8Array()) => {
        const added = new TextEncoder().encode(text);
        const all = new Uint8Array(before.length + added.length);
        all.set(before);
        all.set(added, before.length);
        return all;
      }),
    async remove(name) {
      await (await database()).delete("files", at(name));
    },
    async check() {
      await database().catch((error: unknown) => {
        throw unwritable(folder, error);
      });
    },
    open: () => lock(folder),
    within: (name) => browserStore(at(name)),
  };
}

/** Removes all files of a folder. @throws InputError while another tab has the run there open: nothing is removed then */
export async function clearBrowserStore(folder: string): Promise<void> {
  const free = await lock(folder);
  try {
    // "0" comes after "/": the range is of all names that begin with the folder's.
    await (await database()).delete("files", IDBKeyRange.bound(`${folder}/`, `${folder}0`, false, true));
  } finally {
    await free();
  }
}

/** Keeps other tabs out until what is returned is called. @throws InputError where one is at work there */
function lock(folder: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`${DATABASE}/${folder}`, { ifAvailable: true }, async (held) => {
        if (!held)
          throw new InputError(
            `the run ${folder} is open in another tab: go on there, or pause it and close that tab`,
          );
        let free = () => {};
        const freed = new Promise<void>((done) => {
          free = done;
        });
        resolve(async () => free());
        await freed;
      })
      .catch(reject);
  });
}
