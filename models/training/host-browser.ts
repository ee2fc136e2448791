/** What a page lends to a run. It reads files that were dropped or chosen, and those that come with the site. */
import { loaderOf } from "../../engine/data/image-files.ts";
import { isImageName } from "../../engine/data/image-names.ts";
import type { BatchSource } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import { decodeImage, encodePng } from "../../engine/io/image-browser.ts";
import { openBuiltIn } from "../datasets/built-in.ts";
import type { FileSet } from "../datasets/file-set.ts";
import { openDataset } from "../datasets/open-browser.ts";
import { openSource } from "./batch-source.ts";
import type { Host } from "./host.ts";

/** Memory for decoded images. */
const WINDOW_BYTES = 2 ** 28;

export interface BrowserFiles {
  /** What was dropped, by the names that runs call it. */
  readonly dropped: ReadonlyMap<string, FileSet>;
  /** Files that come with the site, by their paths from its root. @throws InputError where one is missing */
  shipped(path: string): Promise<Uint8Array>;
}

/** @param files looked up when a run asks for them */
export function browserHost({ dropped, shipped }: BrowserFiles): Host {
  const setOf = (path: string): FileSet => {
    const set = dropped.get(path);
    if (!set) throw new InputError(`there is no data named "${path}" in this page any more: drop it again`);
    return set;
  };
  /** A dropped file by `set/name`, or one of the site. */
  const read = async (path: string): Promise<Uint8Array> => {
    for (const [name, { files }] of dropped) {
      const [only] = files;
      if (path === name && files.length === 1 && only) return only.bytes();
      const file = path.startsWith(`${name}/`) && files.find((one) => `${name}/${one.name}` === path);
      if (file) return file.bytes();
    }
    return shipped(path);
  };
  const readImage = async (path: string): Promise<Image> =>
    decodeImage(new Blob([(await read(path)) as BlobPart]), path);
  return {
    read,
    shipped,
    readImage,
    list: async (path) => setOf(path).files.map(({ name }) => name),
    openDataset: async (path, options) => openBuiltIn(path, options) ?? openDataset(setOf(path), options),
    async findImages(path, { patch, accept = () => true }) {
      // A single picture of the site is a folder of itself.
      const names = dropped.has(path)
        ? setOf(path).files.map(({ name }) => `${path}/${name}`)
        : isImageName(path)
          ? [path]
          : [];
      const found = { paths: [] as string[], skipped: [] as string[], damaged: [] as string[] };
      let largest = 1;
      for (const name of names.filter((each) => isImageName(each) && accept(each))) {
        const image = await readImage(name).catch(() => undefined);
        const kind = !image ? "damaged" : Math.min(image.width, image.height) < patch ? "skipped" : "paths";
        found[kind].push(name);
        if (image) largest = Math.max(largest, image.width * image.height * 3);
      }
      if (found.paths.length === 0)
        throw new InputError(`"${path}" holds no image of ${patch}×${patch} pixels or more`);
      return { ...found, window: Math.min(found.paths.length, Math.ceil(WINDOW_BYTES / largest)) };
    },
    batches: (system, images, options, onDamaged) =>
      opening(openSource({ system, options }, loaderOf(images, readImage, onDamaged))),
    async encodePng(image) {
      return new Uint8Array(await (await encodePng(image)).arrayBuffer());
    },
  };
}

/** A source that is still being opened. */
const opening = (source: Promise<BatchSource>): BatchSource => ({
  batch: async (index) => (await source).batch(index),
  close: async () => (await source).close(),
});
