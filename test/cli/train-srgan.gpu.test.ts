/** `ganvas train srgan` as a user runs it. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { crop } from "../../engine/io/image.ts";
import { encodePng, writeSafetensorsFile } from "../../engine/io/node.ts";
import { SRRESNET_PAPER, SRResNet } from "../../models/super-resolution/srresnet.ts";
import { startAsInterpolation } from "../../models/super-resolution/srresnet-init.ts";
import { VGG19 } from "../../models/features/vgg19.ts";
import { ganvas, type RunOptions, temporaryFolder } from "./run-cli.ts";
import { waves } from "./samples.ts";

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const STEPS = 20;

const train = (out: string, args: readonly string[], options: RunOptions = {}) =>
  ganvas(["train", "srgan", "--data", "photos", "--out", out, "--json", ...args], {
    cwd: folder,
    ...options,
  });

type Entry = Record<string, unknown>;

const entriesOf = (out: string): Entry[] =>
  readFileSync(file(`${out}/log.jsonl`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Entry => JSON.parse(line));

/** What the log says of losses and scores; times differ from run to run. */
const figures = (out: string): Entry[] =>
  entriesOf(out)
    .filter(({ event }) => event === undefined)
    .map(({ seconds, ...rest }) => rest);

/** Sends a signal when the first update has been made. */
function sentOnce(signal: "SIGINT" | "SIGKILL"): RunOptions {
  let sent = false;
  return {
    onErr: (text, child) => {
      if (!sent && /^train [█░]/m.test(text)) sent = child.kill(signal);
    },
  };
}

/** Kills when a temporary file appears while there is a checkpoint already: the next one, or a sample, is being written. */
function killedInAWrite(out: string): RunOptions {
  let running: ChildProcess | undefined;
  const watcher = watch(file(out), (_, name) => {
    if (!name?.endsWith(".tmp") || !existsSync(file(`${out}/checkpoint.safetensors`))) return;
    running?.kill("SIGKILL");
    watcher.close();
  });
  return {
    onErr: (_, child) => {
      running = child;
    },
  };
}

beforeAll(async () => {
  mkdirSync(file("photos"));
  // Of forty files, two are broken: one in twenty.
  for (let k = 0; k < 38; k++)
    writeFileSync(
      file(`photos/${k}.png`),
      await encodePng(crop(waves(80, 80), (7 * k) % 28, (3 * k) % 32, 52, 48)),
    );
  writeFileSync(file("photos/text.jpg"), "no image");
  const png = readFileSync(file("photos/0.png"));
  writeFileSync(file("photos/00cut.png"), png.subarray(0, png.length - 40));
  const net = new SRResNet({ ...SRRESNET_PAPER, numBlocks: 1, width: 4 });
  startAsInterpolation(net);
  await writeSafetensorsFile(file("start.safetensors"), await net.stateDict());
  // Of VGG's real width, as files of its weights are; random numbers serve to see that they are used.
  await writeSafetensorsFile(file("vgg.safetensors"), await new VGG19({ layer: "relu3_1" }).stateDict());
});

describe.skipIf(process.platform === "win32")("train srgan", () => {
  const begin = [
    ...[
      "--preset",
      "srgan-vgg22",
      "--size",
      "tiny",
      "--from",
      "start.safetensors",
      "--vgg",
      "vgg.safetensors",
    ],
    ...["--steps", String(STEPS), "--seed", "3", "--val-every", "15", "--ema", "0.9"],
  ];

  test("ends the same however often it was killed; broken photographs are named and left out", async () => {
    const whole = await train("whole", begin);
    expect(whole.err).toMatch(/left out: photos\/text\.jpg: not an image, or damaged/);
    expect(whole.code).toBe(0);
    const result = JSON.parse(whole.out);
    expect(result).toMatchObject({ step: STEPS, finished: true, model: "whole/model.safetensors" });
    const skipped = entriesOf("whole").filter(({ event }) => event === "skipped");
    expect(new Set(skipped.map(({ file }) => String(file).split(":")[0]))).toEqual(
      new Set(["photos/text.jpg", "photos/00cut.png"]),
    );
    const [before] = figures("whole");
    expect(before).toMatchObject({ step: 0, validation: { psnr: expect.any(Number) } });
    const logged = figures("whole").filter(({ content }) => content !== undefined);
    expect(logged).toHaveLength(STEPS / 10);
    for (const key of ["adversarial", "D(real)", "D(fake)", "generatorGradient", "discriminatorGradient"])
      expect(logged[0]?.[key], key).toEqual(expect.any(Number));

    // Killed while a file is being written, killed between two checkpoints, stopped by Ctrl-C, and let go on to the end.
    mkdirSync(file("parts"));
    const again = ["--resume", "--val-every", "15"];
    expect((await train("parts", [...begin, "--checkpoint-every", "4"], killedInAWrite("parts"))).code).toBe(
      null,
    );
    expect((await train("parts", [...again, "--checkpoint-every", "15"], sentOnce("SIGKILL"))).code).toBe(
      null,
    );
    expect((await train("parts", again, sentOnce("SIGINT"))).code).toBe(130);
    const resumed = await train("parts", again);
    expect(resumed.code).toBe(0);
    expect(readdirSync(file("parts")).sort()).toEqual(readdirSync(file("whole")).sort());
    for (const name of ["model.safetensors", "checkpoint.safetensors", "sample.png"])
      expect(readFileSync(file(`parts/${name}`)).equals(readFileSync(file(`whole/${name}`))), name).toBe(
        true,
      );
    expect(figures("parts")).toEqual(figures("whole"));
    expect(JSON.parse(resumed.out).validation).toEqual(result.validation);
  }, 1_200_000);

  test.each([
    [["--preset", "srgan-mse"], /the run in whole has another recipe than --preset srgan-mse/],
    [["--batch", "3"], /--batch is settled when a run begins/],
    [["--adversarial-weight", "0.01"], /--adversarial-weight is settled when a run begins/],
    [["--norm", "none"], /--norm is settled when a run begins/],
    [["--jitter", "on"], /--jitter is settled when a run begins/],
    [["--lr", "1e-3"], /--lr is settled when a run begins; --resume goes on with what it was/],
    [["--vgg", "start.safetensors"], /start\.safetensors is not the file of features that the run in whole/],
  ])("does not go on with %j", async (args, sentence) => {
    const { code, err } = await train("whole", ["--resume", ...args]);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  test("a run of srresnet is not one of srgan", async () => {
    const { code, err } = await ganvas(
      ["train", "srresnet", "--data", "photos", "--out", "whole", "--resume"],
      { cwd: folder },
    );
    expect([code, err]).toEqual([2, expect.stringMatching(/a checkpoint, but not of SRResNet/)]);
  });

  test("its checkpoint can be used like a model, and begun from", async () => {
    const up = await ganvas(
      ["upscale", "photos/1.png", "large.png", "--model", "whole/checkpoint.safetensors"],
      { cwd: folder },
    );
    expect([up.err.replace(/^upscale.*\n/gm, ""), up.code]).toEqual([expect.any(String), 0]);
    const again = await train("again", [
      ...[
        "--preset",
        "srgan-mse",
        "--size",
        "tiny",
        "--from",
        "whole/checkpoint.safetensors",
        "--steps",
        "1",
      ],
    ]);
    expect(again.code).toBe(0);
  });
});
