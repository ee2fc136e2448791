/** `ganvas train srresnet`: trains on a folder of photographs, with checkpoints that continue exactly. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type ImageFiles, findTrainingImages } from "../../engine/data/image-folder-node.ts";
import { prefetchInNode } from "../../engine/data/prefetch-node.ts";
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import {
  readCheckpoint,
  readImage,
  writeCheckpoint,
  writeFileAtomic,
  writePng,
  writeSafetensorsFile,
} from "../../engine/io/node.ts";
import { SRRESNET_PRESETS, type SRResNetRecipe, SRResNetTraining } from "../../models/training/srresnet.ts";
import { Validation, validationImage } from "../../models/training/validation.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, type Command, required, text, wholeNumber } from "./command.ts";
import { duration, Progress } from "./progress.ts";
import { RunLog } from "./run-log.ts";

const CHECKPOINT_SECONDS = 120;

export const train: Command = {
  name: "train",
  summary: "trains srresnet on a folder of photographs",
  usage: "srresnet --data DIR --out DIR",
  options: {
    data: { type: "string", value: "DIR", help: "photographs to train on, at least 96×96 pixels each" },
    out: {
      type: "string",
      value: "DIR",
      help: "gets log.jsonl, checkpoint.safetensors, sample.png and model.safetensors",
    },
    preset: {
      type: "string",
      value: Object.keys(SRRESNET_PRESETS).join("|"),
      help: "network and recipe (compact by default)",
    },
    steps: { type: "string", value: "N", help: "updates in all" },
    minutes: {
      type: "string",
      value: "M",
      help: "as many updates as fit into this time; the learning rate is planned for it",
    },
    resume: { type: "boolean", help: "goes on from the checkpoint in the output folder" },
    seed: { type: "string", value: "S", help: "of initial weights and batches (0 by default)" },
    val: {
      type: "string",
      value: "DIR",
      help: "photographs to validate on (by default one of ten of the training folder is held out)",
    },
    "val-every": { type: "string", value: "N", help: "updates between validations (500 by default)" },
  },
  run,
};

async function run(args: Arguments): Promise<unknown> {
  if (args.positionals[0] !== "srresnet" || args.positionals.length !== 1)
    throw new InputError(`train knows "srresnet", got "${args.positionals.join(" ")}"`);
  const data = required(args, "data");
  const out = required(args, "out");
  const checkpointFile = join(out, "checkpoint.safetensors");
  const resume = args.values.resume === true;
  if (resume && !existsSync(checkpointFile))
    throw new InputError(`there is nothing to resume: ${checkpointFile} does not exist`);
  if (!resume && existsSync(checkpointFile))
    throw new InputError(
      `${out} holds a run already: add --resume to go on with it, or choose another folder`,
    );
  const stored = resume ? await readCheckpoint(checkpointFile) : undefined;
  const chosen = stored ? (stored.options as unknown as SRResNetRecipe) : chooseRecipe(args);
  const minutes = wholeNumber(args, "minutes", 1);

  const { training, validating } = await splitFolder(data, text(args, "val"), chosen.patch);
  const device = await init();
  await mkdir(out, { recursive: true });
  const log = new RunLog(join(out, "log.jsonl"), resume);
  const source = prefetchInNode(
    training,
    {
      seed: chosen.seed,
      batchSize: chosen.batchSize,
      patch: chosen.patch,
      flipVertical: chosen.allSymmetries,
      transpose: chosen.allSymmetries,
    },
    { worker: new URL(process.argv[1] ?? "", "file://") },
  );
  const progress = new Progress("train");
  try {
    progress.say(
      `${adapterName(device)}; ${training.paths.length} photographs, ${validating.paths.length} to validate on`,
    );
    let trainer = new SRResNetTraining(chosen);
    if (stored) trainer.restore(stored, checkpointFile);
    const begun = trainer.step;
    if (minutes !== undefined && !resume) {
      // A few updates tell how many fit; the run then starts anew with a plan for that many.
      const seconds = await pace(trainer, (k) => source.batch(k));
      const steps = Math.max(Math.floor((minutes * 60) / seconds), 1);
      trainer = new SRResNetTraining({ ...chosen, steps });
    }
    const { recipe } = trainer;
    log.write({
      event: resume ? "resume" : "start",
      step: trainer.step,
      recipe,
      adapter: device.description,
      data: training.paths.length,
    });
    progress.say(
      `${trainer.net.parameterCount} parameters, ${recipe.steps} updates of ${recipe.batchSize} patches`,
    );
    const validation = new Validation(
      await Promise.all(validating.paths.map(async (path) => validationImage(await readImage(path)))),
    );
    const every = wholeNumber(args, "val-every", 1) ?? 500;
    const save = async () => writeCheckpoint(checkpointFile, await trainer.checkpoint());

    let saved = Date.now();
    let validated: Awaited<ReturnType<Validation["measure"]>> | undefined;
    let reading: Promise<void> | undefined;
    let latest = Number.NaN;
    while (trainer.step < recipe.steps && !args.signal.aborted) {
      const batch = await source.batch(trainer.step);
      const loss = trainer.update(batch);
      const { step } = trainer;
      // The loss of one update is read while the next is recorded, so that neither waits for the other.
      await reading;
      reading = loss.item().then((value) => {
        if (!Number.isFinite(value))
          throw new InputError(
            `the loss of update ${step} is ${value}: training has diverged; try a smaller learning rate`,
          );
        latest = value;
        if (step % 10 === 0 || step === recipe.steps)
          log.write({ step, loss: value, seconds: Math.round(progress.seconds * 10) / 10 });
      });
      const note = `loss ${latest.toFixed(5)}${validated ? `  PSNR ${validated.psnr.toFixed(2)} dB (bicubic ${validated.bicubic.toFixed(2)})` : ""}`;
      progress.update(step - begun, recipe.steps - begun, note);
      if (step % every === 0 || step === recipe.steps) {
        await reading;
        validated = await validation.measure(trainer.net);
        log.write({ step, validation: validated });
        await writePng(join(out, "sample.png"), await validation.sheet(trainer.net));
      }
      if (Date.now() - saved > CHECKPOINT_SECONDS * 1000) {
        await save();
        saved = Date.now();
      }
    }
    await reading;
    await save();
    if (args.signal.aborted) {
      progress.say(`stopped after ${trainer.step} updates; --resume goes on`);
      return { step: trainer.step, finished: false, checkpoint: checkpointFile };
    }
    const model = join(out, "model.safetensors");
    await writeSafetensorsFile(model, await trainer.net.stateDict(), { format: "pt" });
    const result = {
      step: trainer.step,
      finished: true,
      seconds: progress.seconds,
      loss: latest,
      validation: validated,
      model,
      adapter: device.description,
    };
    await writeFileAtomic(
      join(out, "result.json"),
      new TextEncoder().encode(`${JSON.stringify({ ...result, recipe }, null, 2)}\n`),
    );
    if (!args.json) console.log(`${model}: ${trainer.step} updates in ${duration(progress.seconds)}`);
    return result;
  } finally {
    await source.close();
    log.close();
  }
}

function chooseRecipe(args: Arguments): SRResNetRecipe {
  const name = text(args, "preset") ?? "compact";
  const preset = SRRESNET_PRESETS[name];
  if (!preset)
    throw new InputError(
      `there is no preset "${name}"; known are ${Object.keys(SRRESNET_PRESETS).join(", ")}`,
    );
  return {
    ...preset,
    steps: wholeNumber(args, "steps", 1) ?? preset.steps,
    seed: wholeNumber(args, "seed") ?? 0,
  };
}

/** Images to train on and to validate on. */
async function splitFolder(
  data: string,
  val: string | undefined,
  patch: number,
): Promise<{ training: ImageFiles; validating: ImageFiles }> {
  const all = await findTrainingImages(data, { patch });
  if (val !== undefined) return { training: all, validating: await findTrainingImages(val, { patch }) };
  if (all.paths.length < 2) return { training: all, validating: all };
  const held = all.paths.filter(
    (_, k) => k % 10 === 9 || (all.paths.length < 10 && k === all.paths.length - 1),
  );
  const rest = all.paths.filter((path) => !held.includes(path));
  return {
    training: { ...all, paths: rest, window: Math.min(all.window, rest.length) },
    validating: { ...all, paths: held, window: held.length },
  };
}

/** Seconds of one update, once everything is compiled. */
async function pace(
  trainer: SRResNetTraining,
  batch: (k: number) => ReturnType<import("../../engine/data/index.ts").BatchSource["batch"]>,
): Promise<number> {
  const WARM = 3;
  const TIMED = 10;
  let start = 0;
  for (let k = 0; k < WARM + TIMED; k++) {
    await trainer.update(await batch(k)).item();
    if (k === WARM - 1) start = Date.now();
  }
  return (Date.now() - start) / 1000 / TIMED;
}
