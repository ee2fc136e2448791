/** Kernels chosen by measurement, kept in the page's IndexedDB. */
import type { TuningCache } from "../tuning.ts";

const STORE = "tuning";

/** One entry for each adapter and version of the engine, in the database `name` of the page's origin. */
export function tuningDatabase(name = "ganvas"): TuningCache {
  const transact = async <T>(
    mode: IDBTransactionMode,
    request: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await finished(opening);
    try {
      return await finished(request(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  };
  return {
    read: (entry) => transact<string | undefined>("readonly", (store) => store.get(entry)),
    async write(entry, text) {
      await transact("readwrite", (store) => store.put(text, entry));
    },
  };
}

const finished = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
