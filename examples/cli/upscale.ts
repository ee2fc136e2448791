/** `ganvas upscale`: photographs four times larger. */
import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { listImages } from "../../engine/data/image-folder-node.ts";
import { InputError } from "../../engine/errors.ts";
import { init, stats } from "../../engine/index.ts";
import { readImage, writePng } from "../../engine/io/node.ts";
import { upscaleImage } from "../../models/upscale.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, type Command, text, wholeNumber } from "./command.ts";
import { loadModel } from "./files.ts";
import { duration, Progress } from "./progress.ts";

export const upscale: Command = {
  name: "upscale",
  summary: "makes images four times larger; several files, or a folder, go into a folder",
  usage: "IN… OUT.png|DIR",
  options: {
    model: {
      type: "string",
      value: "NAME|FILE",
      help: "a model that comes with the project, or a file of weights (srresnet by default)",
    },
    tile: {
      type: "string",
      value: "N",
      help: "pixels of the input a tile adds; smaller needs less memory, 0 takes the whole image at once",
    },
  },
  run,
};

async function run(args: Arguments): Promise<unknown> {
  const inputs = args.positionals.slice(0, -1);
  const out = args.positionals.at(-1);
  if (!out || inputs.length === 0) throw new InputError("upscale takes at least two arguments: IN… OUT");
  const jobs = await plan(inputs, out);
  const tile = wholeNumber(args, "tile");
  const model = await loadModel(text(args, "model") ?? "srresnet");
  const results = [];
  let adapter: Awaited<ReturnType<typeof init>> | undefined;
  for (const { from, to } of jobs) {
    // Reading first: a bad image is told before a device is opened.
    const image = await readImage(from);
    adapter ??= await init();
    const progress = new Progress(basename(from));
    const start = Date.now();
    const enlarged = await upscaleImage(image, model, {
      ...(tile === undefined ? {} : { tile }),
      signal: args.signal,
      onProgress: (done, total) => progress.update(done, total),
    });
    await writePng(to, enlarged);
    const seconds = (Date.now() - start) / 1000;
    const size = { width: enlarged.width, height: enlarged.height };
    if (!args.json)
      console.log(
        `${to}: ${image.width}×${image.height} -> ${size.width}×${size.height} in ${duration(seconds)} on ${adapterName(adapter)}`,
      );
    results.push({ in: from, out: to, ...size, seconds });
  }
  const { peakBytes } = await stats();
  return { model: model.name, adapter, gpuPeakBytes: peakBytes, images: results };
}

/** Which file goes where. @throws InputError where that cannot be */
async function plan(inputs: readonly string[], out: string): Promise<{ from: string; to: string }[]> {
  const files: string[] = [];
  for (const input of inputs) {
    const found = statSync(input, { throwIfNoEntry: false });
    if (!found) throw new InputError(`${input} does not exist`);
    if (found.isDirectory()) files.push(...(await listImages(input)).map((name) => join(input, name)));
    else files.push(input);
  }
  if (files.length === 0) throw new InputError(`there is no image in ${inputs.join(", ")}`);
  const single = files.length === 1 && inputs[0] === files[0];
  const intoFolder =
    statSync(out, { throwIfNoEntry: false })?.isDirectory() || !single || extname(out) === "";
  if (!intoFolder) {
    if (extname(out).toLowerCase() !== ".png")
      throw new InputError(`the result is a PNG: ${out} should end in .png`);
    return [{ from: files[0] as string, to: out }];
  }
  if (extname(out).toLowerCase() === ".png")
    throw new InputError(`several images cannot go into the one file ${out}; name a folder`);
  await mkdir(out, { recursive: true });
  return files.map((from) => ({ from, to: join(out, `${basename(from, extname(from))}_x4.png`) }));
}
