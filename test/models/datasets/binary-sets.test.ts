/** MNIST, CIFAR and STL-10 out of made-up files: every pixel where it belongs, and what is wrong with damaged ones. */
import { gzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { makeImage } from "../../../engine/io/image.ts";
import { archiveSet } from "../../../models/datasets/file-set.ts";
import { memoryFile } from "../../../models/datasets/named-file.ts";
import { openFileSet } from "../../../models/datasets/open.ts";
import {
  cifarRecord,
  type Files,
  hwc,
  idx,
  mnistFiles,
  opened,
  refusal,
  rgbPng,
  stlRecord,
  tar,
} from "./given.ts";

const records = (...list: number[][]) => Uint8Array.from(list.flat());

describe("MNIST", () => {
  test("by the names of its files, gzipped or not", async () => {
    const { dataset, what } = await opened({ ...mnistFiles(12), ...mnistFiles(3, "t10k") });
    expect(what).toBe("MNIST, idx files, training part");
    expect([dataset.size, dataset.shape, dataset.classes.length]).toEqual([12, [4, 4, 1], 10]);
    expect(await dataset.item(11)).toEqual({ picture: new Uint8Array(16).fill(11), label: 1 });
  });

  test("its other part, and another size", async () => {
    const files = { ...mnistFiles(12), ...mnistFiles(3, "t10k") };
    const { dataset } = await opened(files, { split: "test", size: 8, channels: 3 });
    expect([dataset.size, dataset.shape]).toEqual([3, [8, 8, 3]]);
    expect(await dataset.item(2)).toEqual({ picture: new Uint8Array(192).fill(2), label: 2 });
  });

  test("Fashion-MNIST is told by its folder", async () => {
    const { dataset } = await opened(mnistFiles(2), {}, "fashion-mnist");
    expect([dataset.name, dataset.classes[9]]).toEqual(["Fashion-MNIST", "ankle boot"]);
  });

  const labels = "train-labels-idx1-ubyte";
  const pictures = "train-images-idx3-ubyte.gz";
  const good = mnistFiles(4);
  test.each<[string, Files, RegExp]>([
    ["half a file", { ...good, [labels]: idx([4], [1, 2]) }, /labels.*its header says 4 = 4 bytes, 2 follow/],
    ["half a gzip", { ...good, [pictures]: good[pictures]?.slice(0, 30) as Uint8Array }, /images.*truncated/],
    ["wrong magic", { ...good, [labels]: "words, not labels" }, /labels.*not an idx file/],
    ["floats", { ...good, [labels]: idx([4], [1, 2, 3, 4]).with(2, 13) }, /its type is 13, expected 8/],
    ["a label of 10", { ...good, [labels]: idx([4], [1, 2, 3, 10]) }, /label 3 is 10, there are 10 classes/],
    ["fewer labels", { ...good, [labels]: idx([3], [1, 2, 3]) }, /3 labels for 4 pictures/],
    ["no labels", { [pictures]: good[pictures] as Uint8Array }, /has no file train-labels-idx1-ubyte\.gz/],
    ["nothing in it", mnistFiles(0), /images.*holds no pictures/],
  ])("%s", async (_, files, message) => {
    const said = await refusal(opened(files));
    expect(said).toMatch(/^(FormatError|InputError): /);
    expect(said).toMatch(message);
  });
});

describe("CIFAR", () => {
  const ten: Files = {
    "cifar-10-batches-bin/batches.meta.txt": "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n",
    "cifar-10-batches-bin/data_batch_1.bin": records(cifarRecord(0, 3), cifarRecord(1, 9)),
    "cifar-10-batches-bin/data_batch_2.bin": records(cifarRecord(2, 0), cifarRecord(3, 1)),
    "cifar-10-batches-bin/test_batch.bin": records(cifarRecord(4, 5)),
  };

  test("CIFAR-10: planes become pixels, batches follow each other", async () => {
    const { dataset, what } = await opened(ten);
    expect(what).toBe("CIFAR-10, binary version, training part");
    expect([dataset.name, dataset.size, dataset.shape]).toEqual(["CIFAR-10", 4, [32, 32, 3]]);
    expect(dataset.classes).toEqual([..."abcdefghij"]);
    expect(await dataset.item(0)).toEqual({ picture: hwc(0, 32), label: 3 });
    expect(await dataset.item(3)).toEqual({ picture: hwc(3, 32), label: 1 });
    const { dataset: tests } = await opened(ten, { split: "test" });
    expect([tests.size, await tests.item(0)]).toEqual([1, { picture: hwc(4, 32), label: 5 }]);
    expect(tests.fingerprint).not.toBe(dataset.fingerprint);
  });

  test("the archive of the official site", async () => {
    const bytes = gzipSync(tar(ten));
    const set = await archiveSet(memoryFile("cifar-10-binary.tar.gz", bytes.length, () => bytes));
    const { dataset } = await openFileSet(set, () => Promise.reject(new Error("no pictures here")));
    expect(await dataset.item(2)).toEqual({ picture: hwc(2, 32), label: 0 });
  });

  test("CIFAR-100 has a coarse label before the fine one", async () => {
    const { dataset } = await opened({ "train.bin": records(cifarRecord(7, 19, 99)) });
    expect([dataset.name, dataset.classes.length]).toEqual(["CIFAR-100", 100]);
    expect(await dataset.item(0)).toEqual({ picture: hwc(7, 32), label: 99 });
  });

  test("pictures as rows of larger ones", async () => {
    const rows = (...ks: number[]) =>
      rgbPng(makeImage(Uint8Array.from(ks.flatMap((k) => [...hwc(k, 32)])), 1024, ks.length, 3));
    // The tenth file comes after the second, not before it.
    const files: Files = {
      "cifar10_batch_2.png": rows(0, 1),
      "cifar10_batch_10.png": rows(2),
      "labels.bin": Uint8Array.of(3, 9, 7),
    };
    const { dataset, what } = await opened(files);
    expect(what).toBe("pictures of CIFAR-10 as rows of larger ones, with labels");
    expect(await dataset.item(1)).toEqual({ picture: hwc(1, 32), label: 9 });
    expect(await dataset.item(2)).toEqual({ picture: hwc(2, 32), label: 7 });
    expect(await refusal(opened(files, { split: "test" }))).toMatch(/^InputError: .* have no part "test"$/);
    expect(await refusal(opened({ ...files, "labels.bin": Uint8Array.of(3, 9) }))).toMatch(
      /2 labels for 3 pict/,
    );
    expect(await refusal(opened({ ...files, "labels.bin": Uint8Array.of(3, 9, 10) }))).toMatch(
      /label 2 is 10/,
    );
  });

  const batch = "cifar-10-batches-bin/data_batch_2.bin";
  test.each<[string, Files, RegExp]>([
    [
      "half a record",
      { ...ten, [batch]: records(cifarRecord(2, 0)).slice(0, 1500) },
      /1500 bytes are no whole/,
    ],
    [
      "half a batch",
      { ...ten, [batch]: records(cifarRecord(2, 0)) },
      /data_batch_2\.bin: holds 1 .* others? files? 2/,
    ],
    ["an empty file", { ...ten, [batch]: "" }, /0 bytes are no whole number/],
    ["a label of 10", { ...ten, [batch]: records(cifarRecord(2, 0), cifarRecord(2, 10)) }, /picture 1 is 10/],
    [
      "names too few",
      { ...ten, "cifar-10-batches-bin/batches.meta.txt": "a\nb" },
      /names 2 classes, expected 10/,
    ],
    [
      "the Python version",
      { data_batch_1: "pickle" },
      /Python version of CIFAR-10 is not read; take the binary/,
    ],
    [
      "no tests",
      { "train.bin": records(cifarRecord(7, 19, 99)) },
      /CIFAR-100 has no files of its part "test"/,
    ],
  ])("%s", async (name, files, message) => {
    const said = await refusal(opened(files, name === "no tests" ? { split: "test" } : {}));
    expect(said).toMatch(/^(FormatError|InputError): /);
    expect(said).toMatch(message);
  });
});

describe("STL-10", () => {
  const files: Files = {
    "stl10_binary/train_X.bin": records(stlRecord(0), stlRecord(1)),
    "stl10_binary/train_y.bin": Uint8Array.of(1, 10),
    "stl10_binary/unlabeled_X.bin": records(stlRecord(2), stlRecord(3), stlRecord(4)),
  };

  test("columns become rows, classes count from 0", async () => {
    const { dataset, what } = await opened(files);
    expect(what).toBe("STL-10, binary version, training part");
    expect([dataset.size, dataset.shape, dataset.classes[9]]).toEqual([2, [96, 96, 3], "truck"]);
    expect(await dataset.item(1)).toEqual({ picture: hwc(1, 96), label: 9 });
  });

  test("the part without labels is read by slices", async () => {
    const { dataset } = await opened(files, { split: "unlabeled" });
    expect([dataset.size, dataset.classes]).toEqual([3, []]);
    expect(await dataset.item(2)).toEqual({ picture: hwc(4, 96), label: 0 });
  });

  test.each<[string, Files, RegExp]>([
    [
      "half a file",
      { ...files, "stl10_binary/train_X.bin": records(stlRecord(0)).slice(5) },
      /no whole number of/,
    ],
    [
      "a label of 0",
      { ...files, "stl10_binary/train_y.bin": Uint8Array.of(1, 0) },
      /picture 1 is 0, expected 1 to 10/,
    ],
    ["fewer labels", { ...files, "stl10_binary/train_y.bin": Uint8Array.of(1) }, /1 labels for 2 pictures/],
  ])("%s", async (_, given, message) => {
    expect(await refusal(opened(given))).toMatch(message);
  });
});
