/** Archives unpacked onto a disk, however large (Node and Deno). */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { FormatError, InputError } from "../../engine/errors.ts";
import { TAR_BLOCK, type TarEntry, TarHeaders } from "./tar.ts";

/** Data behind a header of a name; a longer one is no name. */
const MAX_NAME_BYTES = 1 << 20;

/**
 * Unpacks the regular files of a tar.gz archive below a folder.
 * @throws FormatError where it is damaged, or names a place outside of the folder
 */
export async function unpackTarGz(archive: string, folder: string, signal: AbortSignal): Promise<void> {
  const headers = new TarHeaders(archive);
  const packed = createReadStream(archive);
  // Unlike `pipe`, it hands an error of the disk on to whoever reads the unpacked bytes.
  const unpacked = pipeline(packed, createGunzip(), () => {});
  const blocks = new Blocks(unpacked[Symbol.asyncIterator]());
  try {
    for (;;) {
      signal.throwIfAborted();
      const block = await blocks.take(TAR_BLOCK);
      const entry = block.length === TAR_BLOCK ? headers.read(block) : undefined;
      if (!entry) return;
      await unpackEntry(entry, headers, blocks, folder);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_")) throw new FormatError(`${archive}: the gzip data are truncated or damaged`);
    if (code !== undefined) throw new InputError(`cannot unpack ${archive}: ${(error as Error).message}`);
    throw error;
  } finally {
    packed.destroy();
  }
}

async function unpackEntry(
  entry: TarEntry,
  headers: TarHeaders,
  blocks: Blocks,
  folder: string,
): Promise<void> {
  const { kind, name, size } = entry;
  if (kind === "name") {
    if (size > MAX_NAME_BYTES) throw new FormatError(`the tar archive has a name of ${size} bytes`);
    headers.rename(entry, await blocks.take(size));
  } else {
    let file: FileHandle | undefined;
    if (kind === "file") {
      if (name.startsWith("/") || name.split(/[/\\]/).includes(".."))
        throw new FormatError(`the tar archive would write outside of its folder: ${name}`);
      await mkdir(dirname(join(folder, name)), { recursive: true });
      file = await open(join(folder, name), "w");
    }
    try {
      for (let left = size; left > 0; ) {
        const part = await blocks.some(left);
        if (part.length === 0) headers.truncated(entry);
        await file?.write(part);
        left -= part.length;
      }
    } finally {
      await file?.close();
    }
  }
  await blocks.take((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
}

/** Bytes of a stream in pieces of the sizes that are asked for. */
class Blocks {
  private held = new Uint8Array(0);
  private readonly chunks: AsyncIterator<Uint8Array>;

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.chunks = chunks;
  }

  /** Up to `most` bytes, at least one; none at the end. */
  async some(most: number): Promise<Uint8Array> {
    while (this.held.length === 0) {
      const { value, done } = await this.chunks.next();
      if (done) break;
      this.held = value as Uint8Array<ArrayBuffer>;
    }
    const part = this.held.subarray(0, most);
    this.held = this.held.subarray(part.length);
    return part;
  }

  /** `count` bytes, fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const part = await this.some(count - at);
      if (part.length === 0) break;
      out.set(part, at);
      at += part.length;
    }
    return out.subarray(0, at);
  }
}
