/** `ganvas upscale`: photographs four times larger, or by the factor of the network in a file. */
import { basename, dirname } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { type DeviceInfo, init, stats, warmUp } from "../../engine/index.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";
import { readImage, writePng } from "../../engine/io/node.ts";
import { upscaleImage } from "../../models/super-resolution/enlarge.ts";
import type { SuperResolver } from "../../models/super-resolution/upscale.ts";
import { adapterName } from "./adapter.ts";
import {
  type Arguments,
  type Command,
  DEBUG_NAN,
  oneOf,
  PRECISION,
  PRECISIONS,
  text,
  wholeNumber,
} from "./command.ts";
import { loadModel, makeFolder } from "./files.ts";
import { duration, Progress } from "./progress.ts";
import { TUNED, useTuned } from "./tuned.ts";
import { type Job, planUpscale } from "./upscale-plan.ts";

export const upscale: Command = {
  usage: "IN… OUT.png|DIR",
  options: {
    model: {
      type: "string",
      value: "NAME|FILE",
      help: "a model that comes with the project, or a file of weights: SRResNet, RRDBNet (ESRGAN), SRVGGNetCompact, MSRResNet (srresnet by default)",
    },
    blend: {
      type: "string",
      value: "A",
      help: "a network between srresnet (0) and srgan (1); --model blend:A,FROM,TO takes two others",
    },
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
  const model = await loadModel(modelName(args), oneOf(args, "precision", PRECISIONS, "f32"));
  const { jobs, earlier } = await planUpscale(inputs, out, model.scale);
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
      const image = await readImage(job.from, { onNote: (note) => console.error(`ganvas: ${note}`) });
      if (!adapter) {
        adapter = await init();
        console.error(adapterName(adapter));
        await useTuned(args);
      }
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
  return { model: model.name, adapter, gpuPeakBytes, images, failed };
}

/** @throws InputError for a model and a blend at once */
function modelName(args: Arguments): string {
  const [model, blend] = [text(args, "model"), text(args, "blend")];
  if (blend === undefined) return model ?? "srresnet";
  if (model !== undefined)
    throw new InputError(
      `--blend is of srresnet and srgan; leave --model out, or give --model blend:${blend},FROM,TO`,
    );
  return `blend:${blend}`;
}

async function enlarge(
  { from, to }: Job,
  image: Awaited<ReturnType<typeof readImage>>,
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
  return { in: from, out: to, width, height, seconds };
}
