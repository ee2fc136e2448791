/** `ganvas train srresnet`: trains on a folder of photographs, with checkpoints that continue exactly. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "../../engine/data/index.ts";
import { prefetchInNode } from "../../engine/data/prefetch-node.ts";
import { InputError } from "../../engine/errors.ts";
import { debugNonFinite, init } from "../../engine/index.ts";
import {
  readImage,
  writeCheckpoint,
  writeFileAtomic,
  writePng,
  writeSafetensorsFile,
} from "../../engine/io/node.ts";
import { SRRESNET_PRESETS, SRResNetTraining } from "../../models/training/srresnet.ts";
import { Validation, validationImage } from "../../models/training/validation.ts";
import { adapterName } from "./adapter.ts";
import {
  type Arguments,
  type Command,
  DEBUG_NAN,
  positionals,
  required,
  text,
  wholeNumber,
} from "./command.ts";
import { checkFolder, makeFolder } from "./files.ts";
import { findPhotographs } from "./photographs.ts";
import { duration, Progress } from "./progress.ts";
import { RunLog } from "./run-log.ts";
import { checkpointOf, planTraining } from "./train-plan.ts";

const CHECKPOINT_SECONDS = 120;

export const train: Command = {
  usage: "srresnet --data DIR --out DIR",
  options: {
    data: {
      type: "string",
      value: "DIR",
      help: "photographs to train on, of at least 96×96 pixels (64×64 for compact, 32×32 for tiny)",
    },
    out: {
      type: "string",
      value: "DIR",
      help: "gets log.jsonl, checkpoint.safetensors, sample.png, model.safetensors and result.json",
    },
    preset: {
      type: "string",
      value: Object.keys(SRRESNET_PRESETS).join("|"),
      help: "network and recipe (compact by default)",
    },
    steps: {
      type: "string",
      value: "N",
      help: "updates in all; with --resume it may be more than planned (a cosine learning rate is planned anew)",
    },
    minutes: {
      type: "string",
      value: "M",
      help: "as many updates as fit into this time; the learning rate is planned for it",
    },
    resume: { type: "boolean", help: "goes on from the checkpoint in the output folder" },
    precision: {
      type: "string",
      value: "f32|mixed",
      help: "mixed computes products in half precision, with loss scaling; weights stay f32 (f32 by default)",
    },
    seed: { type: "string", value: "S", help: "of initial weights and batches (0 by default)" },
    val: {
      type: "string",
      value: "DIR",
      help: "photographs to validate on (by default one of ten of the training folder is held out)",
    },
    "val-every": { type: "string", value: "N", help: "updates between validations (500 by default)" },
    ...DEBUG_NAN,
  },
  run,
};

async function run(args: Arguments): Promise<unknown> {
  debugNonFinite(args.values["debug-nan"] === true);
  const [what] = positionals(args, 1, "train takes one argument, srresnet");
  if (what !== "srresnet") throw new InputError(`train knows srresnet, got "${what}"`);
  const data = required(args, "data");
  const out = required(args, "out");
  const every = wholeNumber(args, "val-every", 1) ?? 500;
  const { recipe: planned, minutes, from } = await planTraining(args, out);
  const photographs = await findPhotographs(data, text(args, "val"), planned.patch);
  if (from?.photographs !== undefined && from.photographs !== photographs.fingerprint)
    throw new InputError(
      `the photographs are not those that the run in ${out} began with, so it cannot go on exactly; give the same --data and --val`,
    );
  const { training, validating } = photographs;
  const begun = from?.checkpoint.step ?? 0;
  const progress = new Progress("train", begun);
  const model = join(out, "model.safetensors");
  if (begun >= planned.steps && existsSync(model)) {
    progress.say(`the run in ${out} has made its ${begun} updates; --steps with a larger number extends it`);
    return { step: begun, finished: true, model };
  }
  checkFolder(out);
  const device = await init();
  makeFolder(out);
  const logFile = join(out, "log.jsonl");
  const log = from ? await RunLog.resume(logFile, begun) : RunLog.begin(logFile);
  const source = prefetchInNode(
    training,
    {
      seed: planned.seed,
      batchSize: planned.batchSize,
      patch: planned.patch,
      flipVertical: planned.allSymmetries,
      transpose: planned.allSymmetries,
    },
    { worker: new URL("./prefetch-worker-node.js", import.meta.url) },
  );
  args.signal.addEventListener("abort", () =>
    progress.say("stopping: the checkpoint is being written (Ctrl-C again ends at once)"),
  );
  try {
    const count = `${training.paths.length} photographs, ${validating.paths.length} to validate on`;
    const small = training.skipped.length;
    progress.say(`${adapterName(device)}; ${count}${small > 0 ? `, ${small} too small` : ""}`);
    let recipe = planned;
    if (minutes !== undefined) {
      // A few updates tell how many fit; the run then starts anew with a plan for that many.
      const seconds = await pace(new SRResNetTraining(recipe), (k) => source.batch(k), args.signal);
      recipe = { ...recipe, steps: Math.max(Math.floor((minutes * 60) / seconds), 1) };
    }
    const trainer = new SRResNetTraining(recipe);
    if (from) trainer.restore(from.checkpoint, checkpointOf(out));
    log.write({
      event: from ? "resume" : "start",
      step: trainer.step,
      recipe,
      adapter: device.description,
      data: training.paths.length,
    });
    progress.say(
      `${trainer.net.parameterCount} parameters, ${recipe.steps} updates of ${recipe.batchSize} patches${from ? `, ${begun} of them made` : ""}`,
    );
    if (from?.notice) progress.say(from.notice);
    const validation = new Validation(
      await Promise.all(validating.paths.map(async (path) => validationImage(await readImage(path)))),
    );
    let validated: Awaited<ReturnType<Validation["measure"]>> | undefined;
    const validate = async () => {
      validated = await validation.measure(trainer.net);
      log.write({ step: trainer.step, validation: validated });
      await writePng(join(out, "sample.png"), await validation.sheet(trainer.net));
    };
    const save = async () => {
      const state = await trainer.checkpoint();
      const options = { ...state.options, photographs: photographs.fingerprint };
      await writeCheckpoint(checkpointOf(out), { ...state, options });
    };

    let saved = Date.now();
    let reading: Promise<void> | undefined;
    let latest: number | undefined;
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
      // Its failure is told where it is awaited; until then it must not count as unhandled.
      reading.catch(() => {});
      const note = [
        latest === undefined ? [] : `loss ${latest.toFixed(5)}`,
        validated ? `PSNR ${validated.psnr.toFixed(2)} dB (bicubic ${validated.bicubic.toFixed(2)})` : [],
      ];
      progress.update(step, recipe.steps, note.flat().join("  "));
      if (step % every === 0 && step < recipe.steps) {
        await reading;
        await validate();
      }
      if (Date.now() - saved > CHECKPOINT_SECONDS * 1000) {
        await reading;
        await save();
        saved = Date.now();
      }
    }
    await reading;
    await save();
    if (trainer.step < recipe.steps) {
      progress.say(`stopped after ${trainer.step} updates; --resume goes on`);
      return { step: trainer.step, finished: false, checkpoint: checkpointOf(out) };
    }
    await validate();
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

/** Seconds of one update, once everything is compiled. */
async function pace(
  trainer: SRResNetTraining,
  batch: (k: number) => Promise<Batch>,
  signal: AbortSignal,
): Promise<number> {
  const WARM = 3;
  const TIMED = 10;
  let start = 0;
  for (let k = 0; k < WARM + TIMED; k++) {
    signal.throwIfAborted();
    await trainer.update(await batch(k)).item();
    if (k === WARM - 1) start = Date.now();
  }
  return (Date.now() - start) / 1000 / TIMED;
}
