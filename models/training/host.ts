/** What the machine lends to a run: files to read, images, a folder to write into. Systems know nothing else of where they run. */
import type { BatchSource, ImageFiles } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import type { OpenedDataset, OpenOptions } from "../datasets/options.ts";

/** Which images of a folder are wanted. */
export interface WantedImages {
  /** Smallest width and height that is of use, in pixels. */
  readonly patch: number;
  /** Whether a file is wanted, by its name. Every image by default. */
  readonly accept?: (name: string) => boolean;
}

/** Files as a user names them: paths in a terminal, names of dropped files in a page. */
export interface Host {
  /** A whole file. @throws InputError saying why it cannot be read */
  read(path: string): Promise<Uint8Array>;
  /** A file that comes with the project, by its path from the repository's root. @throws InputError where it is missing */
  shipped(path: string): Promise<Uint8Array>;
  /** Names of the files and folders (which end with "/") in a folder, sorted. @throws InputError where there is no such folder */
  list(path: string): Promise<readonly string[]>;
  /** A decoded image. @throws InputError for one that is damaged, or of a format that is not read */
  readImage(path: string): Promise<Image>;
  /** A set of pictures in a folder or archive, recognised by its files. @throws InputError where it holds none */
  openDataset(path: string, options?: OpenOptions): Promise<OpenedDataset>;
  /** The images in a folder (not in folders within), by their sizes, not their pixels. @throws InputError where none is of use */
  findImages(path: string, wanted: WantedImages): Promise<ImageFiles>;
  /**
   * Batches out of image files by the `source` of a system, ahead of time: in a worker, where the host has them.
   * @param onDamaged told once of every file that cannot be used, with the reason
   */
  batches(
    system: string,
    images: ImageFiles,
    options: Readonly<Record<string, unknown>>,
    onDamaged: (message: string) => void,
  ): BatchSource;
  /** An image as the bytes of a PNG file. */
  encodePng(image: Image): Promise<Uint8Array>;
}

/** A run's file could not be written: the disk is full, the folder has gone. */
export class StoreError extends InputError {}

/** Where a run keeps its files, by their names: a folder, a page's database, memory. */
export interface RunStore {
  /** How messages call a file, or without a name the whole. */
  path(name?: string): string;
  /** A whole file; undefined where there is none of this name. @throws InputError when it cannot be read */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Writes a file: whatever happens, its old content is there or all of the new. @throws StoreError when it cannot be written */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Adds to the end of a file, which is made where there is none. @throws StoreError when it cannot be written */
  append(name: string, text: string): Promise<void>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
  /** Says before the work, not after it, that nothing can be written here. Makes nothing. @throws InputError */
  check(): Promise<void>;
  /**
   * Makes the place, clears what a killed run has left half-written, and keeps others from it.
   * @returns what lets go of it
   * @throws InputError while another run writes here
   */
  open(): Promise<() => Promise<void>>;
  /** The store of a part of this run: a folder within. */
  within(name: string): RunStore;
}
