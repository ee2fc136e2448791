/** Files in Node: read with errors a user understands, written whole or not at all. */
import { randomUUID } from "node:crypto";
import { rmSync, type Stats } from "node:fs";
import { access, constants, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "../errors.ts";

/** Temporary files of writes under way; removed should the process exit in their midst. */
const unfinished = new Set<string>();
process.on("exit", () => {
  for (const path of unfinished) rmSync(path, { force: true });
});

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links go round in a circle",
  EMFILE: "too many files are open",
  ERR_FS_FILE_TOO_LARGE: "it is too large",
};

/** Why the system refused something, in words. */
export function reason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

/** Whether the system refused something; anything else comes from whoever makes what is written. */
const isOfFiles = (error: unknown): boolean =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

/** A Node Buffer as the Uint8Array it is made of: the same memory, but `slice` copies as everywhere else. */
export function plainBytes(buffer: Uint8Array<ArrayBufferLike>): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/**
 * Reads a whole regular file.
 * @throws InputError saying why it cannot be read (missing, a folder, no permission, …)
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  try {
    // Devices and pipes are not read: /dev/zero never ends.
    const info = await stat(path);
    if (info.isDirectory()) throw new InputError(`cannot read ${path}: it is a folder`);
    if (!info.isFile()) throw new InputError(`cannot read ${path}: it is not a regular file`);
    return plainBytes(await readFile(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot read ${path}: ${reason(error)}`);
  }
}

/**
 * Writes a file so that `path` holds either its old content or all of the new one, whatever happens: into a temporary file
 * beside it, flushed to the disk, then renamed over it. A link is followed to the file it names.
 * @param content all of it, or its parts as they come
 * @throws InputError saying why it cannot be written, or what the parts throw; nothing is left behind
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    const target = await resolveTarget(path);
    const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
    unfinished.add(temporary);
    try {
      const file = await open(temporary, "wx");
      try {
        if (content instanceof Uint8Array) await file.writeFile(content);
        else for await (const part of content) await file.writeFile(part);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to report
      throw error;
    } finally {
      unfinished.delete(temporary);
    }
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    throw new InputError(`cannot write ${path}: ${reason(error)}`);
  }
}

/** Removes the temporary files that processes killed in the midst of `writeFileAtomic` have left in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (/^\.[0-9a-f-]{36}\.tmp$/.test(name) && !unfinished.has(path)) await rm(path, { force: true });
  }
}

/** Where the bytes go. A rename would replace a device, and even a file without write permission, so both are refused. */
async function resolveTarget(path: string): Promise<string> {
  const info = await statOrUndefined(path);
  if (!info) {
    const folder = dirname(path);
    if (!(await statOrUndefined(folder))?.isDirectory()) {
      throw new InputError(`cannot write ${path}: there is no folder ${folder}`);
    }
    return path;
  }
  if (info.isDirectory()) throw new InputError(`cannot write ${path}: it is a folder`);
  if (!info.isFile()) throw new InputError(`cannot write ${path}: it is not a regular file`);
  await access(path, constants.W_OK);
  return realpath(path);
}

async function statOrUndefined(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
