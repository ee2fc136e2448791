/** MNIST and CIFAR from a disk as batches, and batches of pictures as a file: each in one line. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DataLoader } from "../../../engine/extra/index.ts";
import { tensor } from "../../../engine/index.ts";
import { readImage } from "../../../engine/io/node.ts";
import { readCifar, readMnist } from "../../../models/datasets/read-node.ts";
import { saveGrid } from "../../../models/sampling/save-grid-node.ts";
import { cifarRecord, type Files, hwc, mnistFiles } from "./given.ts";

const root = mkdtempSync(join(tmpdir(), "ganvas-read-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string, files: Files): string {
  mkdirSync(join(root, name));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(root, name, file), bytes);
  return join(root, name);
}
const mnist = folder("mnist", { ...mnistFiles(12), ...mnistFiles(3, "t10k") });
const cifar = folder("cifar", {
  "test_batch.bin": Uint8Array.from([cifarRecord(1, 7), cifarRecord(9, 2)].flat()),
});

test("MNIST, batch by batch", async () => {
  const digits = await readMnist(mnist);
  expect([digits.length, digits.classes.length]).toEqual([12, 10]);
  const [, second] = new DataLoader(digits, { batchSize: 8 });
  expect([second?.image.dtype, second?.image.shape]).toEqual(["f32", [4, 4, 4, 1]]);
  expect([second?.label.dtype, ...((await second?.label.data()) ?? [])]).toEqual(["i32", 8, 9, 0, 1]);
  expect((await second?.image.data())?.[0]).toBe(Math.fround(8 / 255));
  expect(digits.at(-1)).toEqual(digits.at(11));
  expect(digits.at(12)).toBeUndefined();
});

test("another part, other values, the first few", async () => {
  const digits = await readMnist(mnist, { split: "test", range: "signed", count: 2 });
  expect(digits.length).toBe(2);
  expect(digits.at(1)?.image.data).toEqual(new Float32Array(16).fill(1 / 127.5 - 1));
});

test("CIFAR-10", async () => {
  const pictures = await readCifar(cifar, { split: "test" });
  expect(pictures.at(1)?.label.data).toEqual(Int32Array.of(2));
  expect(pictures.at(1)?.image).toEqual({
    shape: [32, 32, 3],
    data: Float32Array.from(hwc(9, 32), (byte) => byte / 255),
  });
});

test("what is not there is told", async () => {
  await expect(readMnist(cifar, { split: "test" })).rejects.toThrow(
    /^readMnist: .*cifar holds something else: CIFAR-10, binary version, test part$/,
  );
  await expect(readCifar(join(root, "nowhere"))).rejects.toThrow(/^cannot read .*no such folder/);
  await expect(readMnist(mnist, { part: "test" } as object)).rejects.toThrow(
    /^readMnist: there is no option "part"; .*split/,
  );
  await expect(readMnist(mnist, { count: 0 })).rejects.toThrow(/count should be a whole number from 1 on/);
});

test("pictures side by side, a file", async () => {
  const path = join(root, "grid.png");
  const x = tensor([-1, 1, 3, 0, 1, -1], [3, 1, 2, 1]);
  await saveGrid(path, x, { columns: 2, range: [-1, 1] });
  const { width, height, data, channels } = await readImage(path);
  expect([width, height]).toEqual([2 + 4 + 2, 1 + 4 + 1]);
  const grey = (left: number, top: number) => data[(top * width + left) * channels];
  expect([grey(0, 0), grey(1, 0), grey(6, 0), grey(7, 0)]).toEqual([0, 255, 255, 128]);
  expect([grey(0, 5), grey(1, 5), grey(6, 5)]).toEqual([255, 0, 255]);
});

test.each<[string, () => Promise<void>, RegExp]>([
  ["another kind of file", () => saveGrid(join(root, "a.jpg"), tensor([1])), /does not end with \.png$/],
  [
    "what is no batch",
    () => saveGrid(join(root, "a.png"), tensor([1])),
    /^gridOf: x should be pictures .* got \[1\]$/,
  ],
  [
    "a range of nothing",
    () => saveGrid(join(root, "a.png"), tensor([1], [1, 1, 1, 1]), { range: [1, 1] }),
    /^gridOf: range should be/,
  ],
  [
    "no columns",
    () => saveGrid(join(root, "a.png"), tensor([1], [1, 1, 1, 1]), { columns: 0 }),
    /^gridOf: columns should be/,
  ],
])("%s is refused", async (_, call, said) => {
  await expect(call()).rejects.toThrow(said);
});
