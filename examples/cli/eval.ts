/** `ganvas eval`: PSNR, SSIM, GMSD and weave of a model on a folder of images, by a named protocol. */
import type { SystemTable } from "../../models/systems.ts";
import { BASELINES } from "../../models/super-resolution/baselines.ts";
import {
  evaluate,
  type Pair,
  savedAsJpeg,
  type Unmeasured,
  type Upscaler,
} from "../../models/super-resolution/evaluate.ts";
import { findPairs } from "../../models/super-resolution/evaluate-node.ts";
import { PROTOCOLS } from "../../models/metrics/index.ts";
import { upscaleImage } from "../../models/super-resolution/enlarge.ts";
import { InputError } from "../../engine/errors.ts";
import {
  type Arguments,
  type Command,
  type Precision,
  PRECISION,
  PRECISIONS,
  oneOf,
  positionals,
  required,
  text,
} from "./command.ts";
import { evaluateSamples } from "./eval-samples.ts";
import { evaluateSeveral } from "./eval-table.ts";
import { loadModel } from "./files.ts";
import { Progress } from "./progress.ts";
import { systemOf } from "./systems-files.ts";

export const evaluateCommand = (table: SystemTable): Command => ({
  usage: "MODEL [MODEL …] --data DIR",
  options: {
    data: {
      type: "string",
      value: "DIR",
      help: "originals; low resolutions are made by MATLAB's bicubic, or read from NAME_LRx4.png or *_SRF_4_LR.png",
    },
    protocol: {
      type: "string",
      value: PROTOCOLS.join("|"),
      help: "how to measure (matlab by default); the PSNR of equal images is Infinity, in JSON as a string",
    },
    border: {
      type: "string",
      value: "symmetric|replicate",
      help: "beyond the edge, where low resolutions are made (symmetric by default)",
    },
    sheet: {
      type: "string",
      value: "FILE",
      help: "writes a picture (.png) or page (.html): the same detail of each image as every model shows it",
    },
    perceptual: {
      type: "string",
      value: "FILE",
      help: "weights of SqueezeNet 1.1 (Caffe's): measures how different images look, too",
    },
    jpeg: {
      type: "string",
      value: "Q,…",
      help: "low resolutions are saved as JPEG (4:2:0) of each of these qualities first; one table for each",
    },
    retrieval: {
      type: "string",
      value: "FILE",
      help: "a text encoder that reads pictures too: tells how often it finds the sentence that a sample was drawn by",
    },
    n: {
      type: "string",
      value: "N",
      help: "samples of a network that makes pictures from noise (10000 by default)",
    },
    seed: { type: "string", value: "S", help: "of their noise (0 by default)" },
    ...PRECISION,
  },
  async run(args) {
    const [first = ""] = args.positionals;
    if (args.positionals.length === 1 && (await systemOf(first, table))?.system.judge)
      return evaluateSamples(args, first, table);
    const foreign = ["n", "seed", "retrieval"].find((option) => text(args, option) !== undefined);
    if (foreign !== undefined)
      throw new InputError(`--${foreign} is about samples from noise, and upscaled photographs have none`);
    const isTable = ["sheet", "perceptual", "jpeg"].some((option) => text(args, option) !== undefined);
    if (args.positionals.length > 1 || (isTable && args.positionals.length > 0)) return runTable(args);
    const [name = ""] = positionals(
      args,
      1,
      "eval takes at least one MODEL (a name, a weights file, a module that exports a network, blend:A, bicubic or nearest)",
    );
    const protocol = oneOf(args, "protocol", PROTOCOLS, "matlab");
    const border = oneOf(args, "border", ["symmetric", "replicate"], "symmetric");
    const pairs = await findPairs(required(args, "data"), { border });
    const upscaler = await upscalerOf(name, oneOf(args, "precision", PRECISIONS, "f32"), args.signal);
    const progress = new Progress("eval");
    const result = await evaluate(
      pairs,
      upscaler,
      protocol,
      ({ done, total, latest }) => {
        args.signal.throwIfAborted();
        progress.update(done, total, `${latest.name} ${latest.psnr.toFixed(2)} dB`);
      },
      name,
    );
    tellFailed(result.failed, pairs.length);
    if (!args.json) {
      const width = Math.max(...result.images.map((image) => image.name.length), 4);
      for (const image of [...result.images, { name: "mean", ...result.mean }])
        console.log(`${image.name.padEnd(width)}  ${image.psnr.toFixed(4)} dB  ${image.ssim.toFixed(4)}`);
      console.log(`gradients: GMSD ${result.gmsd.toFixed(4)} (mean; 0 for equal ones)`);
      if (result.weave)
        console.log(
          `weave: ${result.weave.period2.toFixed(1)} times its neighbours' power at a period of 2 pixels, ${result.weave.period4.toFixed(1)} at 4 (median)`,
        );
    }
    return result;
  },
});

/** One bad file does not end the measuring of the others; it is named, and makes the exit code 2. */
function tellFailed(failed: readonly Unmeasured[], total: number): void {
  for (const { error } of failed) console.error(`ganvas: ${error}`);
  if (failed.length === 0) return;
  console.error(`ganvas: ${failed.length} of ${total} images could not be measured`);
  process.exitCode = 2;
}

/** Several models, by both protocols. */
async function runTable(args: Arguments): Promise<unknown> {
  if (text(args, "protocol") !== undefined)
    throw new InputError("eval measures by both protocols where it makes a table; leave --protocol out");
  const border = oneOf(args, "border", ["symmetric", "replicate"], "symmetric");
  const pairs = await findPairs(required(args, "data"), { border });
  const precision = oneOf(args, "precision", PRECISIONS, "f32");
  const models = new Map<string, Upscaler>();
  for (const name of args.positionals) models.set(name, await upscalerOf(name, precision, args.signal));
  const measure = async (some: readonly Pair[]) => {
    const result = await evaluateSeveral(args, some, models);
    tellFailed(result.failed, some.length);
    return result;
  };
  const qualities = qualitiesOf(args);
  if (!qualities) return measure(pairs);
  const jpeg = [];
  for (const quality of qualities) {
    if (!args.json) console.log(`low resolutions saved as JPEG, quality ${quality}`);
    jpeg.push({ quality, ...(await measure(savedAsJpeg(pairs, quality))) });
  }
  return { jpeg };
}

/** @throws InputError for what is no list of qualities, or a sheet that each of them would write anew */
function qualitiesOf(args: Arguments): number[] | undefined {
  const given = text(args, "jpeg");
  if (given === undefined) return undefined;
  const qualities = given.split(",").map(Number);
  if (!qualities.every((quality) => Number.isInteger(quality) && quality >= 1 && quality <= 100))
    throw new InputError(`--jpeg takes qualities from 1 to 100 such as 40,60,80, got "${given}"`);
  if (qualities.length > 1 && text(args, "sheet") !== undefined)
    throw new InputError("--sheet is of one quality; give --jpeg a single one");
  return qualities;
}

async function upscalerOf(name: string, precision: Precision, signal: AbortSignal): Promise<Upscaler> {
  if (name === "bicubic" || name === "nearest") return BASELINES[name];
  const model = await loadModel(name, precision);
  if (model.scale !== 4)
    throw new InputError(`eval measures enlargements by 4; ${name} enlarges by ${model.scale}`);
  return (lr) => upscaleImage(lr, model, { signal });
}
