/** Data sets on a disk: archives, and folders with entries that must neither stop nor hold up the reading. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "../../../models/datasets/open-node.ts";
import { bytesOf, type Files, plainPng, refusal, stlRecord, hwc, zip } from "./given.ts";

const root = mkdtempSync(join(tmpdir(), "ganvas-sets-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(folder: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytesOf(content));
  }
  return join(root, folder);
}

const picture = plainPng(4, 4);
const size = 4;

test("folders and archives of the same files are the same set", async () => {
  const files = { "a/1.png": picture, "b/2.png": plainPng(6, 4, [1, 2, 3]) };
  const folder = await openDataset(write("set", files), { size });
  writeFileSync(
    join(root, "set.zip"),
    zip({ "set/a/1.png": files["a/1.png"], "set/b/2.png": files["b/2.png"] }),
  );
  const archive = await openDataset(join(root, "set.zip"), { size });
  expect(archive.dataset.classes).toEqual(folder.dataset.classes);
  expect(archive.dataset.name).toBe("set");
  for (const k of [0, 1]) expect(await archive.dataset.item(k)).toEqual(await folder.dataset.item(k));
});

test("pictures of STL-10 are read from their place in the file", async () => {
  const data = Uint8Array.from([stlRecord(5), stlRecord(6)].flat());
  const { dataset } = await openDataset(write("stl", { "unlabeled_X.bin": data }), { split: "unlabeled" });
  expect((await dataset.item(1)).picture).toEqual(hwc(6, 96));
  write("stl", { "unlabeled_X.bin": data.subarray(0, 30_000) });
  expect(await refusal(Promise.resolve(dataset.item(1)))).toMatch(
    /^InputError: cannot read .*it ends at byte 30000$/,
  );
});

describe("entries that are no files", () => {
  const server = createServer();
  beforeAll(async () => {
    const folder = write("odd", { "good.png": picture, "sub.png/inner.png": picture });
    execFileSync("mkfifo", [join(folder, "pipe.png")]);
    await new Promise<void>((ready) => server.listen(join(folder, "socket.png"), ready));
    symlinkSync("nowhere", join(folder, "dead.png"));
    symlinkSync(".", join(folder, "circle"));
    symlinkSync("good.png", join(folder, "link.png"));
  });
  afterAll(() => server.close());

  test("are left out with a sentence and waited for by nobody", async () => {
    const { dataset, leftOut } = await openDataset(join(root, "odd"), { size });
    expect(dataset.size).toBe(2);
    expect([...leftOut].sort()).toEqual([
      "dead.png: a link to nothing",
      "pipe.png: not a regular file",
      "socket.png: not a regular file",
      "sub.png/inner.png: in a subfolder, while most pictures lie outside of any",
    ]);
  });

  test("are not opened themselves", async () => {
    expect(await refusal(openDataset(join(root, "odd/pipe.png")))).toMatch(
      /^InputError: .*expected a folder, or a/,
    );
    expect(await refusal(openDataset(join(root, "nothing")))).toMatch(/there is no such folder or file$/);
    expect(await refusal(openDataset(join(root, "odd/good.png")))).toMatch(/expected a folder, or a \.zip/);
    mkdirSync(join(root, "none"));
    expect(await refusal(openDataset(join(root, "none")))).toBe("InputError: none is empty");
  });
});

test("two thousand files of which one in twenty is broken", async () => {
  const files: Record<string, Uint8Array | string> = {};
  for (let k = 0; k < 2000; k++)
    files[`c${k % 3}/${k}.png`] = k % 20 === 7 ? picture.subarray(0, 20 + (k % 40)) : picture;
  let asked = 0;
  const { dataset, leftOut } = await openDataset(write("many", files), { size, onProgress: () => asked++ });
  expect([dataset.size, leftOut.length, asked]).toEqual([1900, 100, 2000]);
  expect(leftOut[0]).toMatch(/^c0\/1047\.png: /);
});

test("reading can be ended", async () => {
  const ended = new AbortController();
  const reading = openDataset(join(root, "many"), {
    size,
    signal: ended.signal,
    onProgress: () => ended.abort(new Error("over")),
  });
  await expect(reading).rejects.toThrow("over");
});

test("a set that needs no files is opened by its name", async () => {
  const { dataset, what } = await openDataset("drawn-digits", { size: 16 });
  expect([dataset.name, dataset.shape, dataset.classes.length]).toEqual(["drawn digits", [16, 16, 1], 10]);
  expect(what).toBe("digits drawn by a program");
});
