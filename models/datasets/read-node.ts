/** MNIST and CIFAR from a folder or archive on a disk (Node and Deno), in one line. In a page: `open-browser.ts` and `items.ts`. */
import { InputError } from "../../engine/errors.ts";
import { checkOptions } from "../../engine/options.ts";
import { type ItemOptions, type PictureItems, pictureItems } from "./items.ts";
import { openDataset } from "./open-node.ts";
import type { Split } from "./options.ts";

export interface ReadOptions extends ItemOptions {
  /** "train" (by default) or "test". */
  readonly split?: Exclude<Split, "unlabeled">;
}

async function read(owner: string, name: RegExp, path: string, options: ReadOptions): Promise<PictureItems> {
  checkOptions(owner, options, ["range", "count", "split"]);
  const { split = "train", ...items } = options;
  const { dataset, what } = await openDataset(path, { split });
  if (!name.test(dataset.name)) throw new InputError(`${owner}: ${path} holds something else: ${what}`);
  return pictureItems(dataset, items);
}

/**
 * MNIST, or a set in its form (Fashion-MNIST, KMNIST): items of images [28, 28, 1] and labels.
 * @param path a folder with its idx files, gzipped or not, or a zip, tar or tar.gz of one; `npx ganvas data fetch mnist` makes one
 * @throws InputError where there is no such set
 */
export const readMnist = (path: string, options: ReadOptions = {}): Promise<PictureItems> =>
  read("readMnist", /MNIST/, path, options);

/**
 * CIFAR-10 or CIFAR-100, binary version: items of images [32, 32, 3] and labels.
 * @param path a folder with its files, or a zip, tar or tar.gz of one; `npx ganvas data fetch cifar10` makes one
 * @throws InputError where there is no such set
 */
export const readCifar = (path: string, options: ReadOptions = {}): Promise<PictureItems> =>
  read("readCifar", /^CIFAR/, path, options);
