/** Small sets of files in every form that is read, made without the readers under test. */
import { gzipSync, zipSync } from "fflate";
import type { Image } from "../../../engine/io/image.ts";
import { decodeImage } from "../../../engine/io/node.ts";
import { type FileSet, fileSet } from "../../../models/datasets/file-set.ts";
import { memoryFile } from "../../../models/datasets/named-file.ts";
import { openFileSet } from "../../../models/datasets/open.ts";
import type { OpenOptions } from "../../../models/datasets/options.ts";
import { png } from "../../engine/io/png-files.ts";

export type Files = Readonly<Record<string, Uint8Array | string>>;

export const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Files in memory as a folder. */
export const given = (files: Files, name = "given"): FileSet =>
  fileSet(
    name,
    Object.entries(files).map(([path, content]) => {
      const bytes = bytesOf(content);
      return memoryFile(path, bytes.length, () => bytes);
    }),
  );

export const opened = (files: Files, options: OpenOptions = {}, name = "given") =>
  openFileSet(given(files, name), decodeImage, options);

/** A PNG of one colour. */
export function plainPng(
  width: number,
  height: number,
  colour: readonly number[] = [10, 20, 30],
): Uint8Array {
  const row = [0, ...Array.from({ length: width }, () => colour).flat()];
  const type = { 1: 0, 2: 4, 3: 2, 4: 6 }[colour.length] as number;
  return png(width, height, 8, type, Array.from({ length: height }, () => row).flat());
}

/** A PNG of any RGB picture. */
export function rgbPng({ width, height, data }: Image): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...data.subarray(3 * y * width, 3 * (y + 1) * width),
  ]);
  return png(width, height, 8, 2, rows.flat());
}

export function idx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  for (const [k, n] of shape.entries()) new DataView(bytes.buffer).setUint32(4 + 4 * k, n);
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return bytes;
}

/** `count` pictures of 3×4 pixels, picture k filled by k, labels 0, 1, 2, … */
export const mnistFiles = (count: number, half: "train" | "t10k" = "train"): Record<string, Uint8Array> => ({
  [`${half}-images-idx3-ubyte.gz`]: gzipSync(
    idx(
      [count, 4, 4],
      Array.from({ length: 16 * count }, (_, i) => Math.floor(i / 16)),
    ),
  ),
  [`${half}-labels-idx1-ubyte`]: idx(
    [count],
    Array.from({ length: count }, (_, k) => k % 10),
  ),
});

/** The value of a picture at a place: every plane, row and column can be told from the others. */
export const valueAt = (k: number, y: number, x: number, c: number): number =>
  (17 * k + 5 * y + 3 * x + 71 * c) & 255;

/** A record of CIFAR: labels, then the planes row by row. */
export const cifarRecord = (k: number, ...labels: number[]): number[] => [
  ...labels,
  ...Array.from({ length: 3072 }, (_, i) => valueAt(k, (i >> 5) & 31, i & 31, i >> 10)),
];

/** A picture of STL-10: planes column by column. */
export const stlRecord = (k: number): number[] =>
  Array.from({ length: 27648 }, (_, i) => valueAt(k, i % 96, Math.floor(i / 96) % 96, Math.floor(i / 9216)));

/** [side, side, 3] as a reader should give it. */
export const hwc = (k: number, side: number): Uint8Array =>
  Uint8Array.from({ length: side * side * 3 }, (_, i) =>
    valueAt(k, Math.floor(i / 3 / side), Math.floor(i / 3) % side, i % 3),
  );

/** A ustar archive; names over 100 letters by GNU's long name. */
export function tar(files: Files): Uint8Array {
  const blocks: Uint8Array[] = [];
  const entry = (name: string, type: string, data: Uint8Array) => {
    const header = new Uint8Array(512);
    const put = (at: number, text: string) => header.set(bytesOf(text), at);
    put(0, name.slice(0, 100));
    put(100, "0000644\0");
    put(124, `${data.length.toString(8).padStart(11, "0")}\0`);
    put(148, "        ");
    put(156, type);
    put(257, "ustar\x0000");
    put(
      148,
      `${header
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
    );
    const body = new Uint8Array(Math.ceil(data.length / 512) * 512);
    body.set(data);
    blocks.push(header, body);
  };
  for (const [name, content] of Object.entries(files)) {
    if (name.length > 100) entry("././@LongLink", "L", bytesOf(`${name}\0`));
    entry(name, name.endsWith("/") ? "5" : "0", bytesOf(content));
  }
  return Uint8Array.from(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

export const zip = (files: Files): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, bytesOf(content)])));

/** What `promise` fails with: every failure must be bad input, said in one sentence. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: Error) => reason,
  );
  if (!error) return "no error";
  return `${error.name}: ${error.message}`;
}
