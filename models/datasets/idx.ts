/** The idx files of MNIST and its relatives, plain or gzipped (yann.lecun.com/exdb/mnist). */
import { FormatError } from "../../engine/errors.ts";
import { crc32 } from "../../engine/io/crc32.ts";
import type { Dataset } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";
import { gunzip, isGzip } from "./gzip.ts";

const BYTES = 0x08;

/** An array of bytes with its shape. @throws FormatError naming what is wrong with the file */
export function readIdx(bytes: Uint8Array, file: string): { shape: number[]; data: Uint8Array } {
  const raw = isGzip(bytes) ? gunzip(bytes, file) : bytes;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (raw.length < 4 || view.getUint16(0) !== 0)
    throw new FormatError(`${file}: not an idx file (it does not begin with two zero bytes)`);
  if (raw[2] !== BYTES)
    throw new FormatError(`${file}: holds no bytes (its type is ${raw[2]}, expected ${BYTES})`);
  const rank = raw[3] as number;
  const start = 4 + 4 * rank;
  if (raw.length < start) throw new FormatError(`${file}: ends within its header`);
  const shape = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  const size = shape.reduce((product, n) => product * n, 1);
  if (raw.length - start !== size)
    throw new FormatError(
      `${file}: its header says ${shape.join("×")} = ${size} bytes, ${raw.length - start} follow`,
    );
  return { shape, data: raw.subarray(start) };
}

/**
 * Pictures and labels of one half of such a set.
 * @throws FormatError where the files do not belong together, or a label is out of range
 */
export function idxDataset(
  name: string,
  pictures: { readonly bytes: Uint8Array; readonly file: string },
  labels: { readonly bytes: Uint8Array; readonly file: string },
  classes: readonly string[],
): Dataset {
  const { shape, data } = readIdx(pictures.bytes, pictures.file);
  const [count = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3)
    throw new FormatError(`${pictures.file}: holds no pictures (${shape.length} axes, expected 3)`);
  if (shape.includes(0)) throw new FormatError(`${pictures.file}: holds no pictures (${shape.join("×")})`);
  const { shape: labelShape, data: numbers } = readIdx(labels.bytes, labels.file);
  if (labelShape.length !== 1 || labelShape[0] !== count)
    throw new FormatError(`${labels.file}: ${labelShape.join("×")} labels for ${count} pictures`);
  const wrong = numbers.findIndex((label) => label >= classes.length);
  if (wrong >= 0)
    throw new FormatError(
      `${labels.file}: label ${wrong} is ${numbers[wrong]}, there are ${classes.length} classes`,
    );
  const size = height * width;
  return {
    name,
    size: count,
    shape: [height, width, 1],
    classes,
    fingerprint: fingerprint(name, ...shape, crc32(numbers)),
    item: (k) => ({ picture: data.subarray(k * size, (k + 1) * size), label: numbers[k] as number }),
  };
}

export const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
