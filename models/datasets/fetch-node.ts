/** Published sets brought into a folder, whole or not at all (Node and Deno). */
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { adopt, download, sizeOf } from "./download-node.ts";
import { inWords, type PublishedSet } from "./published.ts";
import { unpackTarGz } from "./unpack-node.ts";

/** Hidden, so that no reader of the set stumbles over it: says that the set is whole, and where it is from. */
const SOURCE = ".source.json";

export interface FetchOptions {
  /** A file, or a folder of files, that were downloaded by hand. */
  readonly from?: string;
  readonly signal: AbortSignal;
  /** Told how many of the set's bytes are here, and what is being done. */
  readonly onProgress: (done: number, total: number, doing: string) => void;
}

/** All bytes to download. */
export const totalBytes = (set: PublishedSet): number => set.files.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Brings a set into `folder`. Until it is whole everything lies in FOLDER.part, where the next call goes on.
 * @returns false where it was there already
 * @throws InputError where the folder holds something else, or the files cannot be had or are not those that were published
 */
export async function fetchSet(set: PublishedSet, folder: string, options: FetchOptions): Promise<boolean> {
  if (await isThere(set, folder)) return false;
  const part = `${folder}.part`;
  await made(part);
  try {
    await bring(set, part, options);
  } catch (error) {
    throw await explained(error, set, part, options);
  }
  const content = set.archive ? await unpacked(set, part, options) : part;
  const { name, title, page, licence, files } = set;
  const source = JSON.stringify({ name, title, page, licence, files }, null, 2);
  await writeFile(join(content, SOURCE), `${source}\n`);
  await rename(content, folder);
  await rm(part, { recursive: true, force: true });
  return true;
}

/** Every file of the set, checked, into `part`; those that are there already were checked before. */
async function bring(
  set: PublishedSet,
  part: string,
  { from, signal, onProgress }: FetchOptions,
): Promise<void> {
  const total = totalBytes(set);
  let before = 0;
  for (const file of set.files) {
    const path = join(part, file.name);
    const onBytes = (bytes: number) => onProgress(before + bytes, total, file.name);
    if ((await sizeOf(path)) === 0) {
      if (from === undefined) await download(file, path, { signal, onBytes });
      else await adopt(file, await byHand(from, file.name), path);
    }
    before += file.bytes;
    onBytes(0);
  }
}

/** @returns the folder with what was in the archives */
async function unpacked(
  set: PublishedSet,
  part: string,
  { signal, onProgress }: FetchOptions,
): Promise<string> {
  const content = join(part, "unpacked");
  // What an earlier call has left half unpacked.
  await rm(content, { recursive: true, force: true });
  await made(content);
  const total = totalBytes(set);
  for (const { name } of set.files) {
    onProgress(total, total, `unpacking ${name}`);
    await unpackTarGz(join(part, name), content, signal);
  }
  return content;
}

/** @throws InputError where the folder exists and holds something else */
async function isThere(set: PublishedSet, folder: string): Promise<boolean> {
  const info = await stat(folder).catch(() => undefined);
  if (!info) return false;
  const source = await readFile(join(folder, SOURCE), "utf8").catch(() => "{}");
  if (source.includes(`"name": "${set.name}"`)) return true;
  if (info.isDirectory() && (await readdir(folder)).length === 0) {
    await rmdir(folder);
    return false;
  }
  throw new InputError(
    `${folder} exists already and is not ${set.title} as this command leaves it; give another --to`,
  );
}

async function made(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new InputError(`cannot make the folder ${folder}: ${error.message}`);
  });
}

/** Where a file lies that was downloaded by hand. */
async function byHand(from: string, name: string): Promise<string> {
  const info = await stat(from).catch(() => undefined);
  if (!info) throw new InputError(`cannot read ${from}: there is no such file or folder`);
  const path = info.isDirectory() ? join(from, name) : from;
  if (basename(path) === name && (await stat(path).catch(() => undefined))?.isFile()) return path;
  throw new InputError(`${from} is not ${name}, nor a folder that holds it`);
}

/** A failure with what can be done about it. */
async function explained(
  error: unknown,
  set: PublishedSet,
  part: string,
  { from, signal }: FetchOptions,
): Promise<unknown> {
  const isEmpty = (await readdir(part)).length === 0;
  if (isEmpty) await rmdir(part);
  if (!(error instanceof InputError) || from !== undefined || signal.aborted) return error;
  const urls = set.files.map((file) => `${file.urls[0]} (${inWords(file.bytes)})`).join(", ");
  const which = set.files.length === 1 ? "FILE" : "FOLDER";
  const kept = isEmpty ? "" : ` What has come so far is kept in ${part}.`;
  return new InputError(
    `${error.message}. By hand: download ${urls} and run: ganvas data fetch ${set.name} --from ${which}.${kept}`,
  );
}

/** Where a set goes by default. */
export const defaultFolder = (set: PublishedSet): string => join("data", set.name);
