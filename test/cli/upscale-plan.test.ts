/** Which file becomes which: never an original replaced, never a result enlarged again. */
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../engine/errors.ts";
import { planUpscale } from "../../examples/cli/upscale-plan.ts";
import { temporaryFolder } from "./run-cli.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
const plan = (inputs: string[], out: string, scale = 4) =>
  planUpscale(
    inputs.map((name) => at(name)),
    at(out),
    { scale },
  );
const names = (paths: readonly string[]) => paths.map((path) => path.slice(root.length + 1));

beforeAll(() => {
  for (const folder of ["photos", "out"]) mkdirSync(at(folder));
  for (const name of [
    "a.png",
    "photos/a.png",
    "photos/a_x4.png",
    "photos/b.jpg",
    "photos/b_x2.png",
    "photos/c_x4.png",
  ])
    writeFileSync(at(name), "x");
  symlinkSync(at("photos/a.png"), at("link.png"));
  symlinkSync(at("photos"), at("same"));
  linkSync(at("a.png"), at("hard.png"));
});

describe("results of earlier runs in a folder", () => {
  test.each(["photos", "out"])("are passed over, into %s", async (out) => {
    const { jobs, earlier } = await plan(["photos"], out);
    expect(names(jobs.map(({ from }) => from))).toEqual(["photos/a.png", "photos/b.jpg", "photos/c_x4.png"]);
    expect(names(jobs.map(({ to }) => to))).toEqual(
      ["a_x4", "b_x4", "c_x4_x4"].map((name) => join(out, `${name}.png`)),
    );
    expect(names(earlier)).toEqual(["photos/a_x4.png", "photos/b_x2.png"]);
  });

  test("are enlarged when they are named", async () => {
    const { jobs, earlier } = await plan(["photos/a_x4.png"], "out");
    expect([names(jobs.map(({ to }) => to)), earlier]).toEqual([["out/a_x4_x4.png"], []]);
  });
});

test("the scale stands in the name", async () => {
  const { jobs } = await plan(["a.png"], "out", 2);
  expect(names(jobs.map(({ to }) => to))).toEqual(["out/a_x2.png"]);
});

describe("an original is not replaced", () => {
  test.each([
    ["by itself", ["a.png"], "a.png"],
    ["through a link to it", ["link.png"], "photos/a.png"],
    ["through a link from it", ["photos/a.png"], "link.png"],
    ["by the result of another", ["photos/a.png", "photos/a_x4.png"], "photos"],
    ["through a link to its folder", ["photos/a.png", "photos/a_x4.png"], "same"],
  ])("%s", async (_, inputs, out) => {
    await expect(plan(inputs, out)).rejects.toThrow(
      /would replace the original .*; name another file or folder/,
    );
    await expect(plan(inputs, out)).rejects.toBeInstanceOf(InputError);
  });

  test("another name of the same file may be written, since files are replaced whole", async () => {
    expect((await plan(["a.png"], "hard.png")).jobs).toHaveLength(1);
  });
});
