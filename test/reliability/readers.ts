/** Every reader of files, with small files to begin with. */
import { gzipSync } from "fflate";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  hostTensor,
  openWeights,
  readImageHeader,
  readMetadata,
  readNpy,
  writeSafetensors,
} from "../../engine/io/index.ts";
import { encodePng } from "../../engine/io/node.ts";
import { readZipDirectory, readZipEntry } from "../../engine/io/zip.ts";
import { readModel } from "../../engine/onnx/model.ts";
import { gunzip } from "../../models/datasets/gzip.ts";
import { readIdx } from "../../models/datasets/idx.ts";
import { readTable } from "../../models/datasets/table.ts";
import { tarFiles } from "../../models/datasets/tar.ts";
import { memoryFile } from "../../models/datasets/named-file.ts";
import { waves } from "../cli/samples.ts";
import * as p from "../engine/io/pickle-writer.ts";

export interface Reader {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** @throws InputError, or FormatError among them, and no other */
  read(bytes: Uint8Array): unknown;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const weights = new Map([
  ["a.weight", hostTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])],
  ["a.bias", hostTensor(Float32Array.of(7), [1])],
]);

function tarOf(name: string, content: string): Uint8Array {
  const bytes = new Uint8Array(2048);
  bytes.set(text(name));
  bytes.set(text("0000644\0"), 100);
  bytes.set(text(`${content.length.toString(8).padStart(11, "0")}\0`), 124);
  bytes.set(text("ustar\0"), 257);
  bytes[156] = 0x30;
  bytes.set(text("        "), 148);
  const sum = bytes.reduce((all, byte) => all + byte, 0);
  bytes.set(text(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  bytes.set(text(content), 512);
  return bytes;
}

function npyOf(): Uint8Array {
  const header = `${"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117)}\n`;
  return new Uint8Array([
    0x93,
    ...text("NUMPY"),
    1,
    0,
    header.length,
    0,
    ...text(header),
    ...new Uint8Array(24),
  ]);
}

export async function readers(): Promise<readonly Reader[]> {
  const six = p.floats(0, 1, 2, 3, 4, 5);
  const root = p.orderedDict({ w: p.tensor(p.storage("FloatStorage", "0", 6), 0, [2, 3], [3, 1]) });
  const pth = p.zipFile(root, { 0: six });
  const checkpoint = encodeCheckpoint({
    ...{ step: 3, seed: 1, rng: { batch: 3 }, options: { system: "toy", network: { width: 4 } } },
    ...{ model: weights, optimizer: new Map() },
  });
  const png = await encodePng(waves(8, 8));
  const { default: sharp } = await import("sharp");
  const picture = sharp(waves(8, 8).data, { raw: { width: 8, height: 8, channels: 3 } }).withExif({
    IFD0: { Artist: "x" },
  });
  const pictures = [png, ...(await Promise.all([picture.jpeg().toBuffer(), picture.webp().toBuffer()]))].map(
    (bytes) => new Uint8Array(bytes),
  );
  const legacy = p.legacyFile(root, [["0", 6, six]]);
  const onnx = new Uint8Array([8, 8, 0x3a, 14, 0x0a, 6, 0x22, 4, ...text("Relu"), 0x12, 4, ...text("test")]);
  const table = (name: string) => (bytes: Uint8Array) =>
    readTable(memoryFile(name, bytes.length, () => bytes));
  return [
    {
      name: "safetensors",
      seeds: [writeSafetensors(weights, { format: "pt" })],
      read: (b) => openWeights(b, "x.safetensors"),
    },
    { name: "checkpoint", seeds: [checkpoint], read: (b) => decodeCheckpoint(b, "x") },
    {
      name: "pth (zip)",
      seeds: [pth, p.zipFile(root, { 0: six }, {}, 6)],
      read: (b) => openWeights(b, "x.pth"),
    },
    { name: "pth (pickles)", seeds: [legacy], read: (b) => openWeights(b, "x.pth") },
    {
      name: "zip",
      seeds: [pth],
      read: (b) => [...readZipDirectory(b, "x.zip").values()].map((entry) => readZipEntry(b, entry, "x.zip")),
    },
    { name: "npy", seeds: [npyOf()], read: (b) => readNpy(b, "x.npy") },
    { name: "onnx", seeds: [onnx], read: (b) => readModel(b, "x.onnx") },
    {
      name: "idx",
      seeds: [new Uint8Array([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])],
      read: (b) => readIdx(b, "x"),
    },
    { name: "tar", seeds: [tarOf("a.txt", "hello")], read: (b) => tarFiles(b, "x.tar") },
    { name: "gzip", seeds: [gzipSync(text("hello ".repeat(50)))], read: (b) => gunzip(b, "x.gz") },
    {
      name: "JSON lines",
      seeds: [text('{"file":"a.png","text":"a cat"}\n{"file":"b.png","n":[1,{"x":null}]}\n')],
      read: table("x.jsonl"),
    },
    {
      name: "JSON",
      seeds: [text('[{"file":"a.png","text":"a cat"},{"file":"b.png"}]')],
      read: table("x.json"),
    },
    { name: "CSV", seeds: [text('file,text\na.png,"a ""cat"""\nb.png,x\n')], read: table("x.csv") },
    { name: "picture headers", seeds: pictures, read: (b) => [readImageHeader(b), readMetadata(b)] },
  ];
}
