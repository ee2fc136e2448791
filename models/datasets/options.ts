/** How a data set is to be opened, and what comes of it. */
import type { Image } from "../../engine/io/image.ts";
import type { Dataset } from "./dataset.ts";

export interface OpenOptions {
  /** Width and height of the pictures in pixels; by default the set's own, 64 for folders of pictures. */
  readonly size?: number;
  /** 1 grey, 3 RGB; by default the set's own, 3 for folders of pictures. */
  readonly channels?: 1 | 3;
  /** Which part of a set that has parts: "train" (the default), "test", STL-10's "unlabeled". */
  readonly split?: Split;
  /** What shows through transparent pixels, from 0 to 255; white by default. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** Most memory for pictures of a folder, in bytes; 2 GiB by default. */
  readonly memoryBytes?: number;
  /** Told how many files have been read. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

export const SPLITS = ["train", "test", "unlabeled"] as const;
export type Split = (typeof SPLITS)[number];

/** The host's decoder of pictures. @throws InputError naming the file where it is no picture, or damaged */
export type PictureDecoder = (bytes: Uint8Array, name: string) => Promise<Image>;

export interface OpenedDataset {
  readonly dataset: Dataset;
  /** What the files were taken for, in one line. */
  readonly what: string;
  /** A sentence for each file that was left out. */
  readonly leftOut: readonly string[];
}
