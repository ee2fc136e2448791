/** `ganvas upscale`: photographs four times larger, by the factor of the network in a file, or of any size. */
import { basename, dirname } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { type DeviceInfo, init, stats, warmUp } from "../../engine/index.ts";
import { debugNonFinite } from "../../engine/inspect/index.ts";
import type { Image } from "../../engine/io/image.ts";
import { type Metadata, metadataOfResult, readMetadata } from "../../engine/io/index.ts";
import { checkPictureFile, decodeImage, readFileBytes, writePicture } from "../../engine/io/node.ts";
import { enlargeTo } from "../../models/super-resolution/result.ts";
import { FORMATS, type ResultSize } from "../../models/super-resolution/result-name.ts";
import type { SuperResolver } from "../../models/super-resolution/upscale.ts";
import { adapterName } from "./adapter.ts";
import {
  type Arguments,
  type Command,
  DEBUG_NAN,
  decimal,
  oneOf,
  PRECISION,
  text,
  wholeNumber,
} from "./command.ts";
import { makeFolder } from "./files.ts";
import { MODEL_CHOICE, modelChoice } from "./model-choice.ts";
import { duration, Progress } from "./progress.ts";
import { TUNED, useTuned } from "./tuned.ts";
import { untilDeviceHolds } from "./until-device-holds.ts";
import { type Job, planUpscale } from "./upscale-plan.ts";

export const upscale: Command = {
  usage: "IN… OUT.png|.jpg|.webp|.avif|DIR",
  options: {
    ...MODEL_CHOICE,
    scale: {
      type: "string",
      value: "S",
      help: "times larger, such as 2 or 3: what the network makes is reduced (by default the network's own factor)",
    },
    width: { type: "string", value: "N", help: "pixels that the result is wide, instead of --scale" },
    format: {
      type: "string",
      value: FORMATS.join("|"),
      help: "of results in a folder (png by default); a file's ending tells its own",
    },
    quality: { type: "string", value: "Q", help: "1 to 100, of JPEG, WebP and AVIF (90 by default)" },
    metadata: {
      type: "boolean",
      help: "keeps EXIF and XMP in PNG, JPEG and WebP; by default they are left out",
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
  let models = await modelChoice(args);
  const size = sizeAsked(args) ?? { scale: models.first.scale };
  const format = text(args, "format") === undefined ? undefined : oneOf(args, "format", FORMATS, "png");
  const quality = wholeNumber(args, "quality", 1);
  if (quality !== undefined && quality > 100)
    throw new InputError(`--quality takes a whole number from 1 to 100, got "${quality}"`);
  const { jobs, earlier } = await planUpscale(inputs, out, size, format);
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
      const metadata = args.values.metadata === true ? readMetadata(bytes) : {};
      if (!adapter) {
        adapter = await init();
        console.error(adapterName(adapter));
        await useTuned(args);
      }
      const enlarged = async () => {
        const model = await models.for(image, bytes);
        if (model !== models.first)
          console.error(
            `ganvas: ${job.from} was compressed, so ${model.name} enlarges it; --input clean takes ${models.first.name}`,
          );
        return enlarge(job, image, model, { tile, size, quality, metadata }, args);
      };
      const again = async (loss: Error) => {
        console.error(`ganvas: ${loss.message}; ${job.from} is enlarged again on another`);
        models = await modelChoice(args);
      };
      images.push(await untilDeviceHolds(enlarged, again));
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

/** @throws InputError where both are given, or make no sense */
function sizeAsked(args: Arguments): ResultSize | undefined {
  const scale = decimal(args, "scale", { above: 0 });
  const width = wholeNumber(args, "width", 1);
  if (scale !== undefined && width !== undefined) throw new InputError("give --scale or --width, not both");
  if (scale !== undefined) return { scale };
  return width === undefined ? undefined : { width };
}

interface Wishes {
  readonly tile: number | undefined;
  readonly size: ResultSize;
  readonly quality: number | undefined;
  readonly metadata: Metadata;
}

/** Bytes of a result that is held as a whole from which on that is told. */
const LARGE = 1e9;

async function enlarge(
  { from, to, format }: Job,
  image: Image,
  model: SuperResolver,
  { tile, size, quality, metadata }: Wishes,
  args: Arguments,
): Promise<object> {
  const progress = new Progress(basename(from));
  const { width, height, channels, strips } = enlargeTo(image, model, {
    ...(tile === undefined ? {} : { tile }),
    size,
    signal: args.signal,
    onProgress: (done, total) => progress.update(done, total),
  });
  const file = {
    width,
    height,
    channels,
    format,
    quality,
    metadata: metadataOfResult(metadata, width, height),
  };
  checkPictureFile(to, file);
  const bytes = width * height * channels;
  if (format !== "png" && bytes > LARGE)
    console.error(
      `ganvas: ${to} is encoded from the whole picture, ${Math.round(bytes / 1e6)} MB; PNG is written row by row`,
    );
  makeFolder(dirname(to));
  await warmUp(
    () => writePicture(to, file, strips),
    (compiled, asked) => progress.compiling(compiled, asked),
  );
  const { seconds } = progress;
  if (!args.json)
    console.log(`${to}: ${image.width}×${image.height} -> ${width}×${height} in ${duration(seconds)}`);
  return { in: from, out: to, width, height, model: model.name, seconds };
}
