/** What was dropped or chosen as a set of files; without a browser, since only entries and Files are asked for. */
import { describe, expect, test } from "vitest";
import { chosenFiles, droppedFiles } from "../../../models/datasets/open-browser.ts";
import { refusal, zip } from "./given.ts";

const file = (name: string, content: Uint8Array | string = name, path = "") =>
  Object.assign(new File([content as BlobPart], name), { webkitRelativePath: path });

/** A dropped folder, which gives its entries two at a time as browsers give them a hundred at a time. */
function folder(path: string, inside: readonly unknown[]) {
  const createReader = () => {
    const left = [...inside];
    return { readEntries: (done: (some: unknown[]) => void) => done(left.splice(0, 2)) };
  };
  return { isFile: false, fullPath: path, createReader };
}
const entry = (path: string, failure?: Error) => ({
  isFile: true,
  fullPath: path,
  file: (done: (f: File) => void, failed: (error: Error) => void) =>
    failure ? failed(failure) : done(file(path.slice(path.lastIndexOf("/") + 1), path)),
});
const dropped = (...entries: unknown[]) =>
  droppedFiles({
    items: entries.map((one) => ({ webkitGetAsEntry: () => one, getAsFile: () => null })),
  } as unknown as DataTransfer);

describe("dropped", () => {
  test("a folder with folders", async () => {
    const inner = folder(
      "/set/a",
      ["1", "2", "3", "4", "5"].map((name) => entry(`/set/a/${name}.png`)),
    );
    const { name, files } = await dropped(
      folder("/set", [inner, entry("/set/.DS_Store"), folder("/set/b", [])]),
    );
    expect(name).toBe("set");
    expect(files.map((one) => one.name)).toEqual(["1", "2", "3", "4", "5"].map((k) => `a/${k}.png`));
    expect(new TextDecoder().decode(await files[1]?.bytes())).toBe("/set/a/2.png");
    expect(new TextDecoder().decode(await files[1]?.slice(5, 8))).toBe("a/2");
    expect(files[1]?.size).toBe(12);
  });

  test("several folders are classes", async () => {
    const { name, files } = await dropped(
      folder("/a", [entry("/a/1.png")]),
      folder("/b", [entry("/b/1.png")]),
    );
    expect([name, files.map((one) => one.name)]).toEqual(["the chosen files", ["a/1.png", "b/1.png"]]);
  });

  test("what cannot be read, and nothing", async () => {
    expect(await refusal(dropped(folder("/a", [entry("/a/1.png", new Error("gone"))])))).toBe(
      "InputError: cannot read a/1.png: gone",
    );
    expect(await refusal(dropped(null))).toBe("InputError: no files were given");
  });
});

describe("chosen", () => {
  test("a folder, by the paths within it", async () => {
    const files = [file("1.png", "x", "set/a/1.png"), file("2.png", "y", "set/b/2.png")];
    const set = await chosenFiles(files);
    expect([set.name, set.files.map((one) => one.name)]).toEqual(["set", ["a/1.png", "b/2.png"]]);
  });

  test("one archive is opened, beside others it is a file", async () => {
    const packed = zip({ "a/1.png": "x" });
    const set = await chosenFiles([file("set.zip", packed)]);
    expect([set.name, set.files.map((one) => one.name)]).toEqual(["set", ["a/1.png"]]);
    const several = await chosenFiles([file("set.zip", packed), file("1.png")]);
    expect(several.files.map((one) => one.name)).toEqual(["1.png", "set.zip"]);
  });
});
