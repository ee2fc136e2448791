/** Folders of pictures: classes, parts, captions, and a sentence for whatever is left out. */
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../../engine/io/node.ts";
import { fileSet } from "../../../models/datasets/file-set.ts";
import { memoryFile } from "../../../models/datasets/named-file.ts";
import { openFileSet } from "../../../models/datasets/open.ts";
import { type Files, opened, plainPng, refusal } from "./given.ts";

const red = plainPng(4, 4, [255, 0, 0]);
const green = plainPng(5, 4, [0, 255, 0]);
const blue = plainPng(4, 6, [0, 0, 255]);
const size = 4;
const first = async (files: Files) => {
  const { dataset, ...rest } = await opened(files, { size });
  const items = await Promise.all(Array.from({ length: dataset.size }, (_, k) => dataset.item(k)));
  return { ...rest, dataset, items, colours: items.map(({ picture }) => [...picture.subarray(0, 3)]) };
};

describe("classes", () => {
  test("are the subfolders, in the order of their names", async () => {
    const { dataset, items, colours, what, leftOut } = await first({
      "b/1.png": green,
      "a/2.png": red,
      "b/deeper/3.png": blue,
    });
    expect(what).toBe("a folder of pictures, 2 classes, a subfolder each");
    expect(dataset.classes).toEqual(["a", "b"]);
    expect(items.map(({ label }) => label)).toEqual([0, 1, 1]);
    expect(colours).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
    expect([dataset.shape, leftOut]).toEqual([[4, 4, 3], []]);
  });

  test("are found below folders that all pictures have in common", async () => {
    expect((await first({ "flowers/img/a/1.png": red, "flowers/img/b/1.png": red })).dataset.classes).toEqual(
      ["a", "b"],
    );
  });

  test("are none in a folder without subfolders, and where there is but one", async () => {
    for (const files of [
      { "1.png": red, "2.png": blue },
      { "only/1.png": red, "only/2.png": blue },
    ]) {
      const { dataset, what } = await first(files);
      expect([what, dataset.classes, dataset.size]).toEqual(["a folder of pictures, without classes", [], 2]);
    }
  });

  test("are decided by where most pictures lie", async () => {
    const outside = await first({ "1.png": red, "2.png": red, "old/3.png": blue });
    expect(outside.leftOut).toEqual(["old/3.png: in a subfolder, while most pictures lie outside of any"]);
    expect(outside.dataset.size).toBe(2);
    const inside = await first({ "1.png": red, "a/2.png": red, "b/3.png": blue });
    expect(inside.leftOut).toEqual([
      "1.png: in no subfolder, while most pictures lie in one for their class",
    ]);
    expect(inside.dataset.classes).toEqual(["a", "b"]);
  });
});

describe("parts", () => {
  const files: Files = {
    "x/train/a/1.png": red,
    "x/train/b/1.png": green,
    "x/val/a/1.png": blue,
    "x/val/b/2.png": red,
  };

  test("lie in folders train and test or val", async () => {
    const train = await opened(files, { size });
    const test = await opened(files, { size, split: "test" });
    expect(train.dataset.classes).toEqual(["a", "b"]);
    expect([...(await train.dataset.item(0)).picture.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...(await test.dataset.item(0)).picture.subarray(0, 3)]).toEqual([0, 0, 255]);
  });

  test("that are not there cannot be asked for", async () => {
    expect(await refusal(opened({ "1.png": red }, { split: "test" }))).toMatch(
      /^InputError: given has no part "test"/,
    );
    expect((await opened({ "1.png": red }, { split: "train", size })).dataset.size).toBe(1);
  });
});

describe("captions", () => {
  const said = async (files: Files) => {
    const { items, what, leftOut, dataset } = await first(files);
    return { captions: items.map((item) => item.captions), what, leftOut, classes: dataset.classes };
  };

  test("from a text beside each picture, one a line", async () => {
    const { captions, what, leftOut } = await said({
      "1.png": red,
      "1.txt": "a red one\r\n\n  all red \n",
      "2.png": blue,
      "2.txt": "blue",
      "3.png": green,
      "README.txt": "a set",
    });
    expect(captions).toEqual([["a red one", "all red"], ["blue"]]);
    expect(what).toMatch(/captions from a \.txt beside each$/);
    expect(leftOut).toEqual(["README.txt: not a picture by its name", "3.png: no caption"]);
  });

  test("from texts in a folder of their own", async () => {
    const { captions, classes } = await said({
      "jpg/c1/1.png": red,
      "jpg/c2/2.png": blue,
      "text/c1/1.txt": "one",
      "text/c2/2.txt": "two",
    });
    expect([captions, classes]).toEqual([
      [["one"], ["two"]],
      ["c1", "c2"],
    ]);
  });

  test.each<[string, string, string]>([
    ["JSON", "captions.json", '[{"image":"1.png","sentence":"red"},{"image":"2.png","sentence":"blue"}]'],
    [
      "an object that has the list",
      "captions.json",
      '{"licenses":[{"id":1}],"images":[{"file":"1.png","captions":["red"]},{"file":"img/2.png","captions":["blue"]}]}',
    ],
    [
      "JSON lines",
      "metadata.jsonl",
      '{"file_name":"img/1.png","text":"red"}\n{"file_name":"./img/2.png","text":"blue"}\n',
    ],
    ["CSV", "results.csv", 'Image,Caption\r\n1.png,red\r\n2.png,"blue"\r\n'],
    ["TSV", "results.tsv", "image\tcaption\n1.png\tred\n2.png\tblue"],
    ["names that differ", "emoji.json", '[{"image":"1.png","label":"red"},{"image":"2.png","label":"blue"}]'],
  ])("from a table: %s", async (_, name, table) => {
    const { captions, what, leftOut } = await said({ "img/1.png": red, "img/2.png": blue, [name]: table });
    expect(captions).toEqual([["red"], ["blue"]]);
    expect(what).toBe(`a folder of pictures, without classes, captions from ${name}`);
    expect(leftOut).toEqual([]);
  });

  test("several rows of one picture add up; quoted cells hold anything", async () => {
    const { captions } = await said({
      "1.png": red,
      "c.csv": 'file,caption\n1.png,"a ""red"", one\nof two lines"\n1.png,x\n',
    });
    expect(captions).toEqual([['a "red", one\nof two lines', "x"]]);
  });

  test("a row whose picture is not there, and a picture without a row, are told", async () => {
    const { captions, leftOut } = await said({
      "1.png": red,
      "2.png": red,
      "c.csv": "file,caption\n1.png,x\n9.png,y\n",
    });
    expect(captions).toEqual([["x"]]);
    expect(leftOut).toEqual(["2.png: no caption", 'c.csv: entry 2 names "9.png", which is not there']);
  });

  test("a table of classes is none", async () => {
    const { what, leftOut } = await said({
      "a/1.png": red,
      "a/2.png": red,
      "b/1.png": red,
      "b/2.png": blue,
      "index.csv": "file,label\na/1.png,a\na/2.png,a\nb/1.png,b\nb/2.png,b\n",
    });
    expect(what).toBe("a folder of pictures, 2 classes, a subfolder each");
    expect(leftOut).toEqual(["index.csv: not a picture by its name"]);
  });

  test("a damaged table is told", async () => {
    expect(await refusal(opened({ "1.png": red, "c.json": "[{" }))).toMatch(
      /^FormatError: c\.json: not valid JSON/,
    );
    expect(await refusal(opened({ "1.png": red, "c.csv": 'file,caption\n1.png,"x' }))).toMatch(/has no end/);
  });
});

describe("what cannot be used", () => {
  test("is left out with a sentence each, in the order of the names", async () => {
    const { dataset, leftOut } = await first({
      "a/1.png": red,
      "a/cut.png": red.subarray(0, 40),
      "a/empty.png": "",
      "a/text.png": "no picture",
      "b/0.png": blue,
      "b/notes.doc": "notes",
      "b/.hidden.png": "x",
    });
    expect(dataset.size).toBe(2);
    expect(leftOut.map((said) => said.split(" (")[0])).toEqual([
      "a/cut.png: the image is truncated or damaged",
      "a/empty.png: the file is empty",
      "a/text.png: not an image",
      "b/notes.doc: not a picture by its name",
    ]);
  });

  test("one pixel is too little for 64, and enough for 4", async () => {
    const dot = plainPng(1, 1);
    expect(await refusal(opened({ "1.png": dot, "2.png": dot }))).toBe(
      "InputError: given: none of its 2 pictures can be used; the first: 1.png: 1×1 pixels are too few to be shown as 64×64",
    );
    const { dataset } = await opened({ "1.png": dot }, { size: 4 });
    expect((await dataset.item(0)).picture).toEqual(
      Uint8Array.from({ length: 48 }, (_, i) => [10, 20, 30][i % 3] as number),
    );
  });

  test("a file far larger than any picture is not read", async () => {
    const huge = memoryFile("huge.png", 2 ** 31, () => expect.fail("it was read"));
    const small = memoryFile("small.png", red.length, () => red);
    const { leftOut } = await openFileSet(fileSet("set", [huge, small]), decodeImage, { size });
    expect(leftOut).toEqual(["huge.png: the file has 2.0 GiB, too much for a picture"]);
  });

  test("an empty folder, one without pictures, one that is too large, a size that is none", async () => {
    expect(await refusal(opened({}))).toBe("InputError: given is empty");
    expect(await refusal(opened({ "a.doc": "x" }))).toMatch(
      /^InputError: given holds no pictures .* and no set that is known/,
    );
    expect(await refusal(opened({ "1.png": red, "2.png": red }, { memoryBytes: 20_000 }))).toMatch(
      /^InputError: given: 2 pictures of 64×64 pixels take 0\.0 GiB of memory, more than/,
    );
    for (const wrong of [0, -1, 1.5, 1e9, Number.NaN])
      expect(await refusal(opened({ "1.png": red }, { size: wrong }))).toMatch(
        /size from 1 to 4096 pixels, got/,
      );
  });
});

test("the fingerprint is of names, sizes and form", async () => {
  const print = async (files: Files, options = {}) =>
    (await opened(files, { size, ...options })).dataset.fingerprint;
  const base = await print({ "1.png": red, "2.png": blue });
  expect(await print({ "2.png": blue, "1.png": red })).toBe(base);
  expect(await print({ "1.png": red, "2.png": blue, "x.txt": "" })).toBe(base);
  const others = [
    await print({ "1.png": red, "3.png": blue }),
    await print({ "1.png": red, "2.png": plainPng(40, 40) }),
    await print({ "1.png": red }),
    await print({ "1.png": red, "2.png": blue }, { size: 5 }),
    await print({ "1.png": red, "2.png": blue }, { channels: 1 }),
  ];
  expect(new Set([base, ...others]).size).toBe(6);
});
