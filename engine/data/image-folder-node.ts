/** Training images in a folder on disk (Node and Deno), decoded when their turn comes. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { readImage } from "../io/image-node.ts";
import { loadSharp, type SharpModule } from "../io/sharp-node.ts";
import { loaderOf } from "./image-files.ts";
import { isImageName } from "./image-names.ts";
import type { ImageFiles, ImageLoader } from "./image-window.ts";

const HEADERS_AT_ONCE = 64;

export interface ImageFolderOptions {
  /** Smallest width and height that is of use. Default 96. */
  readonly patch?: number;
  /** Memory for decoded images. The batches depend on it where not all images fit, so it is part of a run's settings. Default 1 GiB. */
  readonly memoryBytes?: number;
  /** Whether a file is wanted, by its name. Every image by default. */
  readonly accept?: (name: string) => boolean;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "it is not a folder",
  EACCES: "permission is denied",
};

/**
 * The names of the image files in a folder, in order; folders within are not searched.
 * @throws InputError if the folder cannot be read or holds no image
 */
export async function listImages(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`cannot read the folder ${dir}: ${REASONS[error.code ?? ""] ?? error.message}`);
  });
  const files = names.filter(isImageName).sort();
  if (files.length === 0) {
    throw new InputError(`the folder ${dir} holds no images (PNG, JPEG, WebP, AVIF, TIFF or GIF)`);
  }
  return files;
}

/** Undefined where the file says nothing of a size, and for what is no file: a pipe would be waited for for ever. */
async function sizeOf(
  path: string,
  sharp: SharpModule,
): Promise<{ path: string; width?: number; height?: number }> {
  try {
    if (!(await stat(path)).isFile()) return { path };
    const { width, height } = await sharp(path, { limitInputPixels: false }).metadata();
    return { path, width, height };
  } catch {
    return { path };
  }
}

/**
 * Finds the images of a folder (not of folders within) and reads their sizes, not their pixels. Files that are too small or
 * cannot be read are left out and listed.
 *
 * @throws InputError if the folder cannot be read, or no image in it is of use
 */
export async function findTrainingImages(dir: string, options: ImageFolderOptions = {}): Promise<ImageFiles> {
  const { patch = 96, memoryBytes = 2 ** 30, accept = () => true } = options;
  const all = await listImages(dir);
  const files = all.filter(accept);
  if (files.length === 0)
    throw new InputError(`every image in ${dir} is passed over because of its name; the first is ${all[0]}`);
  const sharp = await loadSharp();
  const paths: string[] = [];
  const skipped: string[] = [];
  const damaged: string[] = [];
  let total = 0;
  let largest = 0;
  for (let at = 0; at < files.length; at += HEADERS_AT_ONCE) {
    const part = files.slice(at, at + HEADERS_AT_ONCE).map((name) => join(dir, name));
    for (const { path, width, height } of await Promise.all(part.map((path) => sizeOf(path, sharp)))) {
      if (width === undefined || height === undefined) {
        damaged.push(path);
        continue;
      }
      if (Math.min(width, height) < patch) {
        skipped.push(path);
        continue;
      }
      paths.push(path);
      total += width * height * 3;
      largest = Math.max(largest, width * height * 3);
    }
  }
  if (paths.length === 0) {
    const unread = damaged.length === 0 ? "" : `, and ${damaged.length} cannot be read (first ${damaged[0]})`;
    throw new InputError(`no image in ${dir} has ${patch}x${patch} pixels or more${unread}`);
  }
  const window = total <= memoryBytes ? paths.length : Math.max(1, Math.floor(memoryBytes / largest));
  return { paths, window, skipped, damaged };
}

/** A loader over image files on disk; see `loaderOf`. */
export const imageFiles = (
  files: Pick<ImageFiles, "paths" | "window">,
  onDamaged?: (message: string) => void,
): ImageLoader => loaderOf(files, readImage, onDamaged);
