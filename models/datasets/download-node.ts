/** Downloads that go on where they broke off, and files checked by their hashes (Node and Deno). */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, open, rename, rm, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { InputError } from "../../engine/errors.ts";
import type { Hash, PublishedFile } from "./published.ts";

/** A connection over which nothing comes for so long is given up. */
const STALLED_MS = 60_000;
/** Broken connections of one download that are taken up again, as long as each brings something. */
const MAX_BREAKS = 20;

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Told how many bytes of the file are here. */
  readonly onBytes: (bytes: number) => void;
}

/** The size of a file; 0 where there is none. */
export const sizeOf = async (path: string): Promise<number> =>
  (await stat(path).catch(() => undefined))?.size ?? 0;

/**
 * Brings a file from the first of its addresses that gives it. What has come stays in PATH.part when it breaks off, and the
 * next call goes on from there; PATH itself appears only when size and hash are right.
 * @throws InputError saying why none of the addresses gave it; whatever `signal` is aborted with
 */
export async function download(file: PublishedFile, path: string, options: DownloadOptions): Promise<void> {
  const reasons = new Map<string, string[]>();
  for (const url of file.urls) {
    const reason = await downloadFrom(url, file, `${path}.part`, options);
    const wrong = reason ?? (await difference(file, `${path}.part`));
    if (wrong === undefined) return rename(`${path}.part`, path);
    if (reason === undefined) await rm(`${path}.part`);
    const said = reason ?? `${wrong}; the download was removed`;
    reasons.set(said, [...(reasons.get(said) ?? []), url]);
  }
  // What is wrong everywhere, mostly that there is no network, is said once.
  throw new InputError([...reasons].map(([said, urls]) => `${urls.join(", ")}: ${said}`).join(". "));
}

/** @returns why the file is not here, whole; undefined where it is */
async function downloadFrom(
  url: string,
  file: PublishedFile,
  part: string,
  options: DownloadOptions,
): Promise<string | undefined> {
  for (let breaks = 0; ; breaks++) {
    const before = await sizeOf(part);
    if (before === file.bytes) return undefined;
    if (before > file.bytes) await rm(part);
    const problem = await request(url, file, part, options);
    const now = await sizeOf(part);
    if (now === file.bytes) return undefined;
    if (now > before && breaks < MAX_BREAKS) continue;
    return problem ?? `ends after ${now} of ${file.bytes} bytes`;
  }
}

/** One request for what is missing, its body put behind what is there. @returns what went wrong */
async function request(
  url: string,
  file: PublishedFile,
  part: string,
  { signal, onBytes }: DownloadOptions,
): Promise<string | undefined> {
  const from = await sizeOf(part);
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALLED_MS);
  try {
    const response = await fetch(url, {
      // Packed on the way, a body's length would say nothing.
      headers: { "accept-encoding": "identity", ...(from > 0 && { range: `bytes=${from}-` }) },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    if (!response.ok || !response.body) return `${response.status} ${response.statusText}`.trim();
    const start = response.status === 206 ? from : 0;
    const promised = response.headers.get("content-length");
    // A page that says that the file has moved is no file.
    if (promised !== null && start + Number(promised) !== file.bytes)
      return `gives ${start + Number(promised)} bytes, expected ${file.bytes}`;
    const out = await open(part, start > 0 ? "a" : "w");
    try {
      let here = start;
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), STALLED_MS);
        here += chunk.length;
        if (here > file.bytes) return `gives more than the expected ${file.bytes} bytes`;
        await out.write(chunk);
        onBytes(here);
      }
    } finally {
      await out.close();
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return stalled.signal.aborted ? "nothing came for a minute" : networkReason(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Node tells what is wrong in the error's cause, or in the causes of that. */
function networkReason(error: unknown): string {
  const { cause, code, message, errors } = error as NodeJS.ErrnoException & {
    cause?: unknown;
    errors?: readonly unknown[];
  };
  if (cause !== undefined) return networkReason(cause);
  if (errors?.[0] !== undefined) return networkReason(errors[0]);
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: "the address cannot be found (is this machine online?)",
    EAI_AGAIN: "the address cannot be found (is this machine online?)",
    ECONNREFUSED: "the connection is refused",
    ECONNRESET: "the connection broke",
    UND_ERR_SOCKET: "the connection broke",
    ENETUNREACH: "there is no network",
    ENOSPC: "the disk is full",
  };
  return (code !== undefined && words[code]) || message;
}

/** Copies a file that was downloaded by hand. @throws InputError where it is not the one that was published */
export async function adopt(file: PublishedFile, from: string, to: string): Promise<void> {
  const wrong = await difference(file, from);
  if (wrong !== undefined) throw new InputError(`${from}: ${wrong}`);
  await copyFile(from, `${to}.part`);
  await chmod(`${to}.part`, 0o644);
  await rename(`${to}.part`, to);
}

/** How a file on disk differs from the one that was published; undefined where it is the same. */
export async function difference(file: PublishedFile, path: string): Promise<string | undefined> {
  const bytes = await sizeOf(path);
  if (bytes === file.bytes && (await hashOf(path, file.hash, false)) === file.hash.hex) return undefined;
  // The same content packed by another program, or not packed at all.
  if (file.unpacked && (await hashOf(path, file.unpacked, path.endsWith(".gz"))) === file.unpacked.hex)
    return undefined;
  if (bytes !== file.bytes) return `it has ${bytes} bytes, the published file ${file.bytes}`;
  return `its ${file.hash.kind} is ${await hashOf(path, file.hash, false)}, that of the published file ${file.hash.hex}`;
}

/** @returns undefined where the file cannot be unpacked */
async function hashOf(path: string, { kind }: Hash, packed: boolean): Promise<string | undefined> {
  const hash = createHash(kind);
  const stream = createReadStream(path);
  try {
    for await (const chunk of packed ? stream.pipe(createGunzip()) : stream) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } catch (error) {
    if (packed) return undefined;
    throw new InputError(`cannot read ${path}: ${(error as Error).message}`);
  } finally {
    stream.destroy();
  }
}
