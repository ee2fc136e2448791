/** `ganvas data`: what it prints, its exit code, and what bad input leaves behind. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { parseCommand } from "../../examples/cli/command.ts";
import { dataCommand } from "../../examples/cli/data.ts";
import {
  type Files,
  bytesOf,
  cifarRecord,
  idx,
  mnistFiles,
  plainPng,
  refusal,
} from "../models/datasets/given.ts";
import { ganvas, snapshot, temporaryFolder } from "./run-cli.ts";

const folder = temporaryFolder();

function write(name: string, files: Files): void {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [inner, content] of Object.entries(files)) {
    const path = join(folder, name, inner);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytesOf(content));
  }
}

const picture = plainPng(40, 40);
const digits = mnistFiles(4);
const labels = "train-labels-idx1-ubyte";

beforeAll(() => {
  write("own", {
    "a/1.png": picture,
    "a/2.png": picture,
    "b/1.png": picture,
    "b/cut.png": picture.subarray(0, 50),
    "b/notes.doc": "notes",
  });
  write("dots", { "1.png": plainPng(1, 1), "2.png": plainPng(1, 1) });
  write("empty", {});
  write("magic", { ...digits, [labels]: "words" });
  write("half", { ...digits, [labels]: idx([4], [1, 2]) });
  write("range", { ...digits, [labels]: idx([4], [1, 2, 3, 10]) });
  write("cifar", { "data_batch_1.bin": Uint8Array.from(cifarRecord(0, 1)).subarray(9) });
  write("hand", { "cifar-10-binary.tar.gz": gzipSync(bytesOf("not CIFAR")) });
  write("there", { "something.txt": "else" });
});

/** In this process: a process of its own for each of so many cases would take minutes. */
const run = (...argv: string[]) =>
  dataCommand.run(parseCommand("data", dataCommand, argv, new AbortController().signal));

test("list has a line for each set, with size, licence, address and hash", async () => {
  const { code, out, err } = await ganvas(["data", "list"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^mnist +12 MB {2}70,000 digits, .*CC BY-SA 3\.0; http:\/\/yann\.lecun\.com/m);
  expect(out).toMatch(/^cifar-10 +170 MB .*md5 c32a1d4ab5d03f1284b67883e8d87530$/m);
  const sets = JSON.parse((await ganvas(["data", "list", "--json"])).out) as {
    name: string;
    bytes: number;
  }[];
  expect(sets.length).toBe(out.trim().split("\n").length);
  expect(sets.find(({ name }) => name === "stl-10")?.bytes).toBe(2_640_397_119);
});

test("check says what a folder is, what is in it, and what is left out", async () => {
  const { code, out } = await ganvas(["data", "check", "own"], { cwd: folder });
  expect(code).toBe(0);
  expect(out.split("\n").slice(0, 4)).toEqual([
    "own: a folder of pictures, 2 classes, a subfolder each",
    "3 pictures, 64×64 RGB",
    "a 2, b 1",
    "left out: 2",
  ]);
  expect(out).toMatch(/^ {2}b\/cut\.png: the image is truncated or damaged/m);
  expect(out).toMatch(/^ {2}b\/notes\.doc: not a picture by its name$/m);
  expect(await run("check", join(folder, "own"), "--size", "32", "--json")).toMatchObject({
    name: "own",
    size: 3,
    shape: [32, 32, 3],
    classes: [
      { name: "a", count: 2 },
      { name: "b", count: 1 },
    ],
    captions: false,
    leftOut: [expect.stringMatching(/^b\/cut\.png/), "b/notes.doc: not a picture by its name"],
  });
});

/** Words before the name of a folder. */
const FOLDERS = new Set(["check", "--to", "--from"]);

describe("bad input", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["no verb", [], /data takes list, fetch NAME or check DIR, got nothing/],
    ["another verb", ["get", "mnist"], /data takes list, .* got "get mnist"/],
    [
      "an unknown set",
      ["fetch", "imagenet"],
      /there is no set "imagenet"; known are mnist, fashion-mnist, cifar-10/,
    ],
    ["a missing folder", ["check", "nowhere"], /cannot read .*nowhere: there is no such folder or file/],
    ["an empty folder", ["check", "empty"], /empty is empty/],
    ["no pictures", ["check", "there"], /there holds no pictures \(PNG, .* and no set that is known/],
    [
      "pictures of one pixel",
      ["check", "dots"],
      /none of its 2 pictures can be used; the first: 1\.png: 1×1 pixels/,
    ],
    ["wrong magic", ["check", "magic"], /train-labels-idx1-ubyte: not an idx file/],
    ["half a file", ["check", "half"], /train-labels-idx1-ubyte: its header says 4 = 4 bytes, 2 follow/],
    ["a label out of range", ["check", "range"], /label 3 is 10, there are 10 classes/],
    ["half a record", ["check", "cifar"], /data_batch_1\.bin: 3064 bytes are no whole number of records/],
    ["a size of nothing", ["check", "own", "--size", "0"], /--size takes a whole number of at least 1/],
    [
      "another part",
      ["check", "own", "--split", "half"],
      /--split takes train or test or unlabeled, got "half"/,
    ],
    ["a part that is not there", ["check", "own", "--split", "test"], /own has no part "test"/],
    [
      "a wrong hash",
      ["fetch", "cifar-10", "--to", "new", "--from", "hand"],
      /it has \d+ bytes, the published file 170052171/,
    ],
    [
      "no file",
      ["fetch", "cifar-10", "--to", "new", "--from", "own"],
      /own is not cifar-10-binary\.tar\.gz, nor a folder that holds/,
    ],
    [
      "a folder in use",
      ["fetch", "mnist", "--to", "there", "--from", "hand"],
      /there exists already and is not MNIST/,
    ],
  ])("%s", async (_, args, message) => {
    const before = snapshot(folder);
    const inFolder = args.map((word, k) => (FOLDERS.has(args[k - 1] ?? "") ? join(folder, word) : word));
    const said = await refusal(run(...inFolder));
    expect(said).toMatch(/^(InputError|FormatError): .*$/);
    expect(said).toMatch(message);
    expect(snapshot(folder)).toEqual(before);
  });

  test("ends with code 2 and says so in the last line", async () => {
    const { code, out, err } = await ganvas(["data", "check", "range"], { cwd: folder });
    expect([code, out, err]).toEqual([
      2,
      "",
      "ganvas: train-labels-idx1-ubyte: label 3 is 10, there are 10 classes\n",
    ]);
  });
});
