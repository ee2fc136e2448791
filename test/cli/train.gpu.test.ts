/** `ganvas train` as a user runs it: a run that is interrupted and resumed ends like one that was not. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { crop } from "../../engine/io/image.ts";
import { readSafetensors } from "../../engine/io/index.ts";
import { encodePng } from "../../engine/io/node.ts";
import { ganvas, type RunOptions, snapshot, temporaryFolder } from "./run-cli.ts";
import { waves } from "./samples.ts";

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const STEPS = 80;

const train = (out: string, args: readonly string[], options: RunOptions = {}) =>
  ganvas(["train", "srresnet", "--data", "photos", "--out", out, "--json", ...args], {
    cwd: folder,
    ...options,
  });
const begin = ["--preset", "tiny", "--steps", String(STEPS), "--seed", "3", "--val-every", "30"];

/** What the log says of losses and scores; times differ from run to run. */
function figures(out: string): object[] {
  const lines = readFileSync(file(`${out}/log.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  const entries = lines.map((line): Record<string, unknown> => JSON.parse(line));
  return entries.filter(({ event }) => event === undefined).map(({ seconds, ...rest }) => rest);
}

beforeAll(async () => {
  mkdirSync(file("photos"));
  for (let k = 0; k < 3; k++)
    writeFileSync(file(`photos/${k}.png`), await encodePng(crop(waves(80, 80), 7 * k, 3 * k, 52, 48)));
});

describe.skipIf(process.platform === "win32")("train", () => {
  test("ends the same whether it was interrupted or not", async () => {
    const whole = await train("whole", begin);
    expect(whole.code).toBe(0);
    const result = JSON.parse(whole.out);
    expect(result).toMatchObject({ step: STEPS, finished: true, model: "whole/model.safetensors" });
    expect(readSafetensors(readFileSync(file(result.model)), result.model).metadata).toEqual({
      format: "pt",
      architecture: '{"padding":"zeros","output":"linear"}',
    });

    let sent = false;
    const stopped = await train("parts", [...begin], {
      onErr: (text, child) => {
        if (!sent && /^train [█░]/m.test(text)) sent = child.kill("SIGINT");
      },
    });
    expect(stopped.code).toBe(130);
    const { step, finished } = JSON.parse(stopped.out);
    expect([finished, step > 0 && step < STEPS]).toEqual([false, true]);
    expect(stopped.err).toContain(`stopped after ${step} updates; --resume goes on`);
    expect(Object.keys(snapshot(file("parts"))).sort()).toEqual(["checkpoint.safetensors", "log.jsonl"]);

    const resumed = await train("parts", ["--resume", "--val-every", "30"]);
    expect(resumed.code).toBe(0);
    for (const name of ["model.safetensors", "best.safetensors", "checkpoint.safetensors", "sample.png"])
      expect(readFileSync(file(`parts/${name}`)).equals(readFileSync(file(`whole/${name}`))), name).toBe(
        true,
      );
    expect(figures("parts")).toEqual(figures("whole"));
    expect(JSON.parse(resumed.out)).toMatchObject({ loss: result.loss, validation: result.validation });
    const psnrs = figures("whole").flatMap((line) => ("validation" in line ? [line] : [])) as {
      step: number;
      validation: { psnr: number };
    }[];
    expect(psnrs.map(({ step }) => step)).toEqual([30, 60, STEPS]);
    const best = psnrs.reduce((a, b) => (b.validation.psnr > a.validation.psnr ? b : a));
    expect(result.best).toEqual({
      step: best.step,
      merit: "psnr",
      value: best.validation.psnr,
      model: "whole/best.safetensors",
    });
  });

  test("says that a run is finished, and changes nothing", async () => {
    const before = snapshot(file("whole"));
    const { code, out, err } = await train("whole", ["--resume"]);
    expect([code, JSON.parse(out).finished]).toEqual([0, true]);
    expect(err).toBe(
      `the run in whole has made its ${STEPS} updates; --steps with a larger number extends it\n`,
    );
    expect(snapshot(file("whole"))).toEqual(before);
  });

  test("goes on for more updates, saying what becomes of the learning rate", async () => {
    const { code, out, err } = await train("whole", ["--resume", "--steps", String(STEPS + 10)]);
    expect([code, JSON.parse(out).step]).toEqual([0, STEPS + 10]);
    expect(err).toContain("90 updates instead of 80: the learning rate goes on along a cosine for 90");
    const { metadata } = readSafetensors(readFileSync(file("whole/checkpoint.safetensors")), "checkpoint");
    expect(JSON.parse(metadata.checkpoint ?? "")).toMatchObject({
      step: STEPS + 10,
      options: { steps: STEPS + 10 },
    });
  });

  test.each([
    [["--seed", "4"], /^ganvas: --seed 4 contradicts the run in whole, which has seed 3\n$/],
    [["--preset", "compact"], /^ganvas: the run in whole has another recipe than --preset compact\n$/],
    [["--lr", "1e-3"], /^ganvas: --lr is settled when a run begins; --resume goes on with what it was\n$/],
    [["--candidates", "2"], /^ganvas: --candidates is settled when a run begins/],
    [["--minutes", "1"], /^ganvas: --minutes plans a new run; /],
    [["--steps", "20"], /^ganvas: --steps 20: the run in whole is at 90 updates already\n$/],
    [["--val", "photos"], /^ganvas: the photographs are not those that the run in whole began with/],
  ])("does not go on with %j", async (args, sentence) => {
    const before = snapshot(file("whole"));
    const { code, out, err } = await train("whole", ["--resume", ...args]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(sentence);
    expect(snapshot(file("whole"))).toEqual(before);
  });
});
