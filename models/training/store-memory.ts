/** A run's files in memory: for tests, and for pages that keep nothing. */
import type { RunStore } from "./host.ts";

/** @param files those that are there already, by their paths; changed in place */
export function memoryStore(files = new Map<string, Uint8Array>(), folder = "memory"): RunStore {
  const at = (name: string) => `${folder}/${name}`;
  return {
    path: (name) => (name === undefined ? folder : at(name)),
    read: async (name) => files.get(at(name)),
    async write(name, bytes) {
      files.set(at(name), bytes.slice());
    },
    async append(name, text) {
      const before = files.get(at(name)) ?? new Uint8Array();
      const added = new TextEncoder().encode(text);
      const all = new Uint8Array(before.length + added.length);
      all.set(before);
      all.set(added, before.length);
      files.set(at(name), all);
    },
    async remove(name) {
      files.delete(at(name));
    },
    check: async () => {},
    open: async () => async () => {},
    within: (name) => memoryStore(files, at(name)),
  };
}
