/** Archives as sets of files, whole and damaged. */
import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { archiveSet } from "../../../models/datasets/file-set.ts";
import { gunzip } from "../../../models/datasets/gzip.ts";
import { memoryFile } from "../../../models/datasets/named-file.ts";
import { type Files, opened, plainPng, refusal, tar, zip } from "./given.ts";

const open = (name: string, bytes: Uint8Array) => archiveSet(memoryFile(name, bytes.length, () => bytes));
const LONG = `${"folder/".repeat(20)}picture.png`;
const FILES: Files = {
  "b/two.txt": "zwei",
  "a.txt": "eins",
  [LONG]: "long",
  ".DS_Store": "x",
  "__MACOSX/a.txt": "y",
};

describe.each([
  ["set.zip", zip(FILES)],
  ["set.tar", tar({ ...FILES, "b/": "" })],
  ["set.tar.gz", gzipSync(tar(FILES))],
  ["set.tgz", gzipSync(tar(FILES))],
])("%s", (name, bytes) => {
  test("holds its files in order, without hidden ones", async () => {
    const set = await open(name, bytes);
    expect(set.name).toBe("set");
    expect(set.files.map((file) => file.name)).toEqual(["a.txt", "b/two.txt", LONG]);
    const texts = await Promise.all(set.files.map((file) => file.bytes()));
    expect(texts.map((text) => new TextDecoder().decode(text))).toEqual(["eins", "zwei", "long"]);
    expect(set.files.map((file) => file.size)).toEqual([4, 4, 4]);
    expect(await set.files[1]?.slice(1, 3)).toEqual(new TextEncoder().encode("we"));
  });

  test("cut anywhere is bad input, or what is whole of it", async () => {
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const cut = bytes.slice(0, Math.floor(bytes.length * share));
      const set = await open(name, cut).catch((error: Error) => error.name);
      if (typeof set === "string") expect(set).toBe("FormatError");
      else expect(set.files.length).toBeLessThanOrEqual(3);
    }
  });
});

test("a pax header names a long file", async () => {
  const record = `path=${LONG}\n`;
  const length = record.length + 4;
  const bytes = tar({ pax: `${length} ${record}`, "short.png": "long" });
  bytes[156] = "x".charCodeAt(0);
  const sum = bytes.subarray(0, 512).reduce((a, b, i) => a + (i >= 148 && i < 156 ? 32 : b), 0);
  bytes.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), 148);
  expect((await open("set.tar", bytes)).files.map(({ name }) => name)).toEqual([LONG]);
});

test("a folder with an archive in it is what is in the archive", async () => {
  const { dataset, what } = await opened(
    {
      "README.txt": "x",
      "down/set.zip": zip({ "a/1.png": plainPng(4, 4), "b/2.png": plainPng(4, 4) }),
    },
    { size: 4 },
  );
  expect([what, dataset.size]).toEqual(["a folder of pictures, 2 classes, a subfolder each", 2]);
});

test("another file under an archive's name", async () => {
  expect(await refusal(open("set.tar", new TextEncoder().encode("words ".repeat(200))))).toMatch(
    /^FormatError: set\.tar: not a zip, tar or tar\.gz archive$/,
  );
});

describe("gzip", () => {
  const packed = gzipSync(new Uint8Array(1000).fill(7));

  test("unpacks what is whole", () => {
    expect(gunzip(packed, "x.gz")).toEqual(new Uint8Array(1000).fill(7));
  });

  test.each([
    ["cut in the middle", packed.slice(0, packed.length / 2)],
    ["cut within its header", packed.slice(0, 9)],
    ["a wrong checksum", packed.with(packed.length - 8, (packed.at(-8) as number) ^ 1)],
    ["another size", packed.with(packed.length - 4, (packed.at(-4) as number) ^ 1)],
    ["a claim of 4 GB", packed.with(packed.length - 1, 0xff)],
  ])("%s", (_, bytes) => {
    expect(() => gunzip(bytes, "x.gz")).toThrow(/^x\.gz: the gzip (file is|data are) truncated/);
  });
});
