/** A set whose pictures are brought to another size or number of channels as they are read. */
import { InputError } from "../../engine/errors.ts";
import { makeImage } from "../../engine/io/image.ts";
import type { Dataset } from "./dataset.ts";
import type { OpenOptions } from "./options.ts";
import { squarePicture, WHITE } from "./square-picture.ts";

/** Sets up to this size are kept as made; larger ones are made again each time. */
const KEPT_BYTES = 2 ** 30;

/** @throws InputError where the size asked for is none */
export function checkedSize(size: number): number {
  if (Number.isInteger(size) && size >= 1 && size <= 4096) return size;
  throw new InputError(`pictures have a size from 1 to 4096 pixels, got ${size}`);
}

/** The set as `options` ask for it; the set itself where it is so already. @throws InputError */
export function formed(dataset: Dataset, options: OpenOptions): Dataset {
  const [height, width, given] = dataset.shape;
  const size = checkedSize(options.size ?? Math.min(height, width));
  const channels = options.channels ?? (given === 1 ? 1 : 3);
  if (size === height && size === width && channels === given) return dataset;
  const form = { size, channels, background: WHITE };
  const kept = new Map<number, Uint8Array>();
  const keep = dataset.size * size * size * channels <= KEPT_BYTES;
  return {
    ...dataset,
    shape: [size, size, channels],
    fingerprint: `${dataset.fingerprint}/${size}×${size}×${channels}`,
    async item(index) {
      const item = await dataset.item(index);
      const made = kept.get(index) ?? squarePicture(makeImage(item.picture, width, height, given), form);
      if (keep) kept.set(index, made);
      return { ...item, picture: made };
    },
  };
}
