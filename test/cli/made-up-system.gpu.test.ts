/** A new system is a folder and a line in the table, and that gives it every command. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeCheckpoint } from "../../engine/io/index.ts";
import { ganvas, temporaryFolder } from "./run-cli.ts";

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const run = (...args: string[]) => ganvas(args, { cwd: folder, entry: "test/cli/made-up-main.ts" });
const train = (out: string, ...more: string[]) =>
  run("train", "shift", "--data", "far.txt", "--out", out, "--json", ...more);

beforeAll(() => {
  writeFileSync(file("far.txt"), "0.5");
  writeFileSync(file("other.txt"), "0.25");
  writeFileSync(file("nan.txt"), "1e39");
});

describe("a made-up system", () => {
  test("has help with defaults and the paper's values, and refuses what it does not have", async () => {
    const { code, out } = await run("train", "shift", "--help");
    expect(code).toBe(0);
    expect(out).toMatch(/^ganvas train shift --data DIR --out DIR\n/);
    expect(out).toMatch(/--lr X +learning rate \(0\.01 by default; the paper's: 0\.1\)/);
    expect(out).toContain("--preset paper: to the letter.");
    expect(out).not.toContain("--vgg");
    expect((await run("train", "--help")).out).toMatch(/--width N +([\w-]+, )*shift: /);
    for (const [args, sentence] of [
      [["--vgg", "x"], /--vgg belongs to train srgan; .* most like it is --lr/],
      [["--widht", "3"], /train has no option --widht; .*did you mean --width\?/],
      [["--lr", "2"], /--lr takes a number above 0 and up to 1, got "2"/],
      [["--stage", "x"], /shift has no stages/],
    ] as const)
      expect(await train("no", ...args)).toMatchObject({ code: 2, err: expect.stringMatching(sentence) });
    expect(existsSync(file("no"))).toBe(false);
  });

  test("trains, resumes as if it had never stopped, and says what contradicts the run", async () => {
    expect((await train("whole", "--steps", "12", "--seed", "3")).code).toBe(0);
    expect((await train("parts", "--steps", "5", "--seed", "3")).code).toBe(0);
    const more = await train("parts", "--resume", "--steps", "12");
    expect([more.code, more.err]).toEqual([0, expect.stringContaining("12 updates instead of 5")]);
    // The shorter run was assessed at its end, so its checkpoint knows of another best.
    const stateOf = (out: string) => {
      const { model, optimizer, step } = decodeCheckpoint(
        readFileSync(file(`${out}/checkpoint.safetensors`)),
        out,
      );
      return { model, optimizer, step };
    };
    expect(stateOf("parts")).toEqual(stateOf("whole"));
    for (const [args, sentence] of [
      [["--lr", "0.5"], /--lr is settled when a run begins/],
      [["--preset", "paper"], /another recipe than --preset paper/],
      [["--data", "other.txt"], /the numbers are not those that the run in whole began with/],
    ] as const)
      expect(await train("whole", "--resume", ...args)).toMatchObject({
        code: 2,
        err: expect.stringMatching(sentence),
      });
    const foreign = await run("train", "srresnet", "--data", ".", "--out", "whole", "--resume");
    expect(foreign).toMatchObject({ code: 2, err: expect.stringMatching(/not of SRResNet: it is of shift/) });
  });

  test("tells numbers that are none, and saves nothing of them", async () => {
    const { code, err } = await train("lost", "--data", "nan.txt", "--steps", "12");
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/the loss of update 1 is \w+: training has diverged/),
    ]);
    expect(existsSync(file("lost/checkpoint.safetensors"))).toBe(false);
    expect(existsSync(file("lost/run.lock"))).toBe(false);
  });

  test("is profiled, sampled and judged", async () => {
    const profiled = await run("profile", "shift-step", "--preset", "large", "--json");
    expect(JSON.parse(profiled.out)).toMatchObject({ subject: "shift (large), a training step" });
    const sampled = await run("sample", "whole/model.safetensors", "--out", "grid.png", "--n", "3", "--json");
    expect(JSON.parse(sampled.out)).toMatchObject({ out: "grid.png", rows: [3] });
    expect(existsSync(file("grid.png"))).toBe(true);
    const judged = await run("eval", "whole/model.safetensors", "--data", "far.txt", "--n", "5");
    expect(judged.out).toMatch(/^numbers moved {2}5\.0000 {2}\(paper: 7\)\nNumbers do not move/);
    expect(await run("sample", "srgan", "--out", "x.png")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/SRGAN makes no pictures from noise/),
    });
    expect(await run("sample", "shift", "--out", "x.png")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no weights of Shift come with the project/),
    });
  });

  test("keeps a second run out of its folder", async () => {
    writeFileSync(file("whole/run.lock"), String(process.pid));
    expect(await train("whole", "--resume", "--steps", "40")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/another run \(process \d+\) is writing into whole/),
    });
    writeFileSync(file("whole/run.lock"), "999999999");
    expect((await train("whole", "--resume", "--steps", "14")).code).toBe(0);
    expect(existsSync(file("whole/run.lock"))).toBe(false);
  });
});
