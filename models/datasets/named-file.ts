/** Files by name, wherever they lie: on a disk, dropped onto a page, in an archive. */

/** A file that is read when it is asked for. */
export interface NamedFile {
  /** Below the set's folder, its parts divided by "/". */
  readonly name: string;
  readonly size: number;
  /** The whole file. @throws InputError where it cannot be read */
  bytes(): Promise<Uint8Array>;
  /** Bytes `start` to `end` (exclusive), for files larger than memory. @throws InputError where it cannot be read */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A file whose bytes are in memory already, or made at once. */
export function memoryFile(name: string, size: number, read: () => Uint8Array): NamedFile {
  return {
    name,
    size,
    bytes: async () => read(),
    slice: async (start, end) => read().subarray(start, end),
  };
}
