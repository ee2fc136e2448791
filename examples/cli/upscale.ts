/** `ganvas upscale`: photographs four times larger, or by the factor of the network in a file. */
import { basename, dirname } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { type DeviceInfo, init, stats, warmUp } from "../../engine/index.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";
import type { Image } from "../../engine/io/image.ts";
import { decodeImage, readFileBytes, writePng } from "../../engine/io/node.ts";
import { type SuperResolver, upscaleImage } from "../../models/super-resolution/upscale.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, type Command, DEBUG_NAN, PRECISION, wholeNumber } from "./command.ts";
import { makeFolder } from "./files.ts";
import { MODEL_CHOICE, modelChoice } from "./model-choice.ts";
import { duration, Progress } from "./progress.ts";
import { TUNED, useTuned } from "./tuned.ts";
import { type Job, planUpscale } from "./upscale-plan.ts";

export const upscale: Command = {
  usage: "IN… OUT.png|DIR",
  options: {
    ...MODEL_CHOICE,
    tile: {
      type: "string",
      value: "N",
      help: "pixels of the input a tile adds; smaller needs less memory, 0 takes the whole image at once",
    },
    ...PRECISION,
    ...TUNED,
    ...DEBUG_NAN,
  },
  run,
};

/** An image that cannot be read or written does not keep the others from being enlarged; it makes the exit code 2. */
async function run(args: Arguments): Promise<unknown> {
  debugNonFinite(args.values["debug-nan"] === true);
  const inputs = args.positionals.slice(0, -1);
  const out = args.positionals.at(-1);
  if (!out || inputs.length === 0) throw new InputError("upscale takes at least two arguments: IN… OUT");
  const tile = wholeNumber(args, "tile");
  const models = await modelChoice(args);
  const { jobs, earlier } = await planUpscale(inputs, out, models.first.scale);
  if (earlier.length > 0)
    console.error(
      `ganvas: ${earlier.length} results of earlier runs are not enlarged again, such as ${earlier[0]}; give such a file by name to do so`,
    );
  const images = [];
  const failed: { in: string; error: string }[] = [];
  let adapter: DeviceInfo | undefined;
  for (const job of jobs) {
    args.signal.throwIfAborted();
    try {
      // Reading first: a bad image is told before a device is opened.
      const bytes = await readFileBytes(job.from);
      const image = await decodeImage(bytes, job.from, {
        onNote: (note) => console.error(`ganvas: ${note}`),
      });
      if (!adapter) {
        adapter = await init();
        console.error(adapterName(adapter));
        await useTuned(args);
      }
      const model = await models.for(image, bytes);
      if (model !== models.first)
        console.error(
          `ganvas: ${job.from} was compressed, so ${model.name} enlarges it; --input clean takes ${models.first.name}`,
        );
      images.push(await enlarge(job, image, model, tile, args));
    } catch (error) {
      if (!(error instanceof InputError) || jobs.length === 1 || args.signal.aborted) throw error;
      console.error(`ganvas: ${error.message}`);
      failed.push({ in: job.from, error: error.message });
    }
  }
  if (failed.length > 0) {
    console.error(`ganvas: ${failed.length} of ${jobs.length} images could not be enlarged`);
    process.exitCode = 2;
  }
  const gpuPeakBytes = adapter ? (await stats()).peakBytes : 0;
  return { model: models.first.name, adapter, gpuPeakBytes, images, failed };
}

async function enlarge(
  { from, to }: Job,
  image: Image,
  model: SuperResolver,
  tile: number | undefined,
  args: Arguments,
): Promise<object> {
  const progress = new Progress(basename(from));
  const work = () =>
    upscaleImage(image, model, {
      ...(tile === undefined ? {} : { tile }),
      signal: args.signal,
      onProgress: (done, total) => progress.update(done, total),
    });
  const enlarged = await warmUp(work, (compiled, asked) => progress.compiling(compiled, asked));
  makeFolder(dirname(to));
  await writePng(to, enlarged);
  const { seconds } = progress;
  const { width, height } = enlarged;
  if (!args.json)
    console.log(`${to}: ${image.width}×${image.height} -> ${width}×${height} in ${duration(seconds)}`);
  return { in: from, out: to, width, height, model: model.name, seconds };
}
