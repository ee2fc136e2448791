/** A training run: batches, updates, log, validation, checkpoints. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "../../engine/data/index.ts";
import { prefetchInNode } from "../../engine/data/prefetch-node.ts";
import { InputError } from "../../engine/errors.ts";
import { type CompileProgress, init, warmUp } from "../../engine/index.ts";
import {
  removeUnfinished,
  writeCheckpoint,
  writeFileAtomic,
  writePng,
  writeSafetensorsFile,
} from "../../engine/io/node.ts";
import { metadataOf } from "../../models/architecture.ts";
import type { Recipe, Trainer } from "../../models/training/recipe.ts";
import { SRGANWatch } from "../../models/training/watch.ts";
import { Validation, type ValidationScore } from "../../models/super-resolution/validation.ts";
import { adapterName } from "./adapter.ts";
import { BestWeights, describeBest } from "./best-weights.ts";
import { type Arguments, required, text, wholeNumber } from "./command.ts";
import { checkFolder, loadEye, makeFolder } from "./files.ts";
import { findPhotographs, readValidation } from "./photographs.ts";
import { duration, Progress } from "./progress.ts";
import { RunLog } from "./run-log.ts";
import { checkpointOf, type TrainPlan } from "./train-plan.ts";
import { useTuned } from "./tuned.ts";

const CHECKPOINT_SECONDS = 120;
/** Updates from one line of the log to the next. */
const LOG_EVERY = 10;
/** Files that are named when they cannot be used; the log has all. */
const NAMED = 5;

/** @returns what `--json` prints */
export async function runTraining(args: Arguments, out: string, plan: TrainPlan): Promise<unknown> {
  const every = wholeNumber(args, "val-every", 1) ?? 500;
  const checkpointEvery = wholeNumber(args, "checkpoint-every", 1);
  const { from, minutes } = plan;
  const photographs = await findPhotographs(required(args, "data"), text(args, "val"), plan.recipe.patch);
  if (from?.photographs !== undefined && from.photographs !== photographs.fingerprint)
    throw new InputError(
      `the photographs are not those that the run in ${out} began with, so it cannot go on exactly; give the same --data and --val`,
    );
  const begun = from?.checkpoint.step ?? 0;
  const progress = new Progress("train", begun);
  const model = join(out, "model.safetensors");
  const resultFile = join(out, "result.json");
  const last = begun >= plan.recipe.steps;
  if (last && existsSync(resultFile)) {
    progress.say(`the run in ${out} has made its ${begun} updates; --steps with a larger number extends it`);
    return { step: begun, finished: true, model };
  }
  const damaged = photographs.damaged.map((path) => `${path}: not an image, or damaged`);
  const validation = new Validation(
    await readValidation(photographs.validating.paths, (message) => damaged.push(message)),
    await loadEye(args),
  );
  checkFolder(out);
  const device = await init();
  await useTuned(args);
  makeFolder(out);
  await removeUnfinished(out);
  // It is the last file of a run to be written, and says that all the others are there.
  rmSync(resultFile, { force: true });
  const logFile = join(out, "log.jsonl");
  const log = from ? await RunLog.resume(logFile, begun, last) : RunLog.begin(logFile);
  const { training, validating } = photographs;
  let unusable = 0;
  const leaveOut = (message: string) => {
    log.write({ event: "skipped", step: begun, file: message });
    if (++unusable <= NAMED) progress.say(`left out: ${message}`);
    if (unusable === NAMED) progress.say(`further files that cannot be used are named in ${logFile} only`);
  };
  const { seed, batchSize, patch, allSymmetries, candidates = 1 } = plan.recipe;
  const source = prefetchInNode(
    training,
    { seed, batchSize, patch, candidates, flipVertical: allSymmetries, transpose: allSymmetries },
    { worker: new URL("./prefetch-worker-node.js", import.meta.url), onDamaged: leaveOut },
  );
  args.signal.addEventListener("abort", () =>
    progress.say("stopping: the checkpoint is being written (Ctrl-C again ends at once)"),
  );
  try {
    const count = `${training.paths.length} photographs, ${validating.paths.length} to validate on`;
    const small = training.skipped.length;
    progress.say(`${adapterName(device)}; ${count}${small > 0 ? `, ${small} too small` : ""}`);
    damaged.forEach(leaveOut);
    const trainerOf = (settled: Recipe) => {
      const trainer = plan.trainer(settled);
      if (args.values.recompute === true) trainer.recompute();
      return trainer;
    };
    const compiling: CompileProgress = (compiled, asked) => progress.compiling(compiled, asked);
    let recipe = await plan.settle((k) => source.batch(k));
    if (minutes !== undefined) {
      // A few updates tell how many fit; the run then starts anew with a plan for that many.
      const timed = () => pace(trainerOf(recipe), (k) => source.batch(k), args.signal);
      const seconds = await warmUp(timed, compiling);
      recipe = { ...recipe, steps: Math.max(Math.floor((minutes * 60) / seconds), 1) };
    }
    const trainer = trainerOf(recipe);
    if (from) trainer.restore(from.checkpoint, checkpointOf(out));
    log.write({
      event: from ? "resume" : "start",
      step: trainer.step,
      recipe,
      adapter: device.description,
      data: training.paths.length,
    });
    const sizes = Object.entries(trainer.parameterCounts).map(([name, n]) => `${n} parameters (${name})`);
    progress.say(
      `${sizes.join(", ")}, ${recipe.steps} updates of ${batchSize} patches${from ? `, ${begun} of them made` : ""}`,
    );
    if (from?.notice) progress.say(from.notice);

    let validated: ValidationScore | undefined;
    const best = new BestWeights(out, from?.best);
    const validate = async () => {
      validated = await validation.measure(trainer.current());
      log.write({ step: trainer.step, validation: validated });
      await best.offer(trainer.step, validated, trainer.current());
      await writePng(join(out, "sample.png"), await validation.sheet(trainer.current()));
    };
    const save = async () => {
      const state = await trainer.checkpoint();
      const options = {
        ...state.options,
        ...plan.extras,
        photographs: photographs.fingerprint,
        watch: { ...watch.state },
        ...(best.best && { best: { ...best.best } }),
      };
      await writeCheckpoint(checkpointOf(out), { ...state, options });
    };

    if (plan.measureFirst) await validate();
    const watch = new SRGANWatch(trainer.measures, from?.watch);
    let latest: Record<string, number> = {};
    /** Looks at what an update measured. */
    const observe = (step: number, numbers: ArrayLike<number>) => {
      latest = Object.fromEntries(trainer.measures.map((name, k) => [name, numbers[k] as number]));
      for (const [name, value] of Object.entries(latest))
        if (!Number.isFinite(value))
          throw new InputError(
            `the ${name} of update ${step} is ${value}: training has diverged; try a smaller learning rate`,
          );
      if (step % LOG_EVERY === 0 || step === recipe.steps)
        log.write({ step, ...latest, seconds: Math.round(progress.seconds * 10) / 10 });
      for (const warning of watch.observe(step, numbers)) {
        log.write({ event: "warning", step, warning });
        progress.say(`update ${step}: ${warning}`);
      }
    };

    let saved = Date.now();
    let reading: Promise<void> | undefined;
    while (trainer.step < recipe.steps && !args.signal.aborted) {
      const patches = await source.batch(trainer.step);
      const update = () => trainer.update(patches);
      const measured = trainer.step === begun ? await warmUp(update, compiling) : update();
      const { step } = trainer;
      // The measures of one update are read while the next is recorded, so that neither waits for the other.
      await reading;
      reading = measured.data().then((numbers) => observe(step, numbers));
      // Its failure is told where it is awaited; until then it must not count as unhandled.
      reading.catch(() => {});
      progress.update(step, recipe.steps, noteOf(trainer, latest, validated));
      if (step % every === 0 && step < recipe.steps) {
        await reading;
        await validate();
      }
      if (checkpointEvery ? step % checkpointEvery === 0 : Date.now() - saved > CHECKPOINT_SECONDS * 1000) {
        await reading;
        await save();
        saved = Date.now();
      }
    }
    await reading;
    // The checkpoint is to know the last validation too.
    const ended = trainer.step >= recipe.steps;
    if (ended) await validate();
    await save();
    if (!ended) {
      progress.say(`stopped after ${trainer.step} updates; --resume goes on`);
      return { step: trainer.step, finished: false, checkpoint: checkpointOf(out) };
    }
    const net = trainer.current();
    await writeSafetensorsFile(model, await net.stateDict(), metadataOf(net.config));
    const result = {
      step: trainer.step,
      finished: true,
      seconds: progress.seconds,
      ...latest,
      validation: validated,
      model,
      best: { ...best.best, model: best.file },
      adapter: device.description,
    };
    await writeFileAtomic(
      resultFile,
      new TextEncoder().encode(`${JSON.stringify({ ...result, recipe }, null, 2)}\n`),
    );
    if (!args.json) {
      console.log(`${model}: ${trainer.step} updates in ${duration(progress.seconds)}`);
      if (best.best) console.log(`${best.file}: ${describeBest(best.best)}`);
    }
    return result;
  } finally {
    await source.close();
    log.close();
  }
}

/** What the progress line says beside the number of updates. */
function noteOf(
  { headline }: Trainer,
  latest: Readonly<Record<string, number>>,
  validated: ValidationScore | undefined,
): string {
  const measures = headline.flatMap((name) =>
    name in latest ? [`${name} ${(latest[name] as number).toFixed(name.startsWith("D(") ? 2 : 5)}`] : [],
  );
  if (!validated) return measures.join("  ");
  const { psnr, bicubic, perceptual } = validated;
  const scores = [`PSNR ${psnr.toFixed(2)} dB (bicubic ${bicubic.toFixed(2)})`];
  if (perceptual !== undefined) scores.push(`perceptual ${perceptual.toFixed(4)}`);
  return [...measures, ...scores].join("  ");
}

/** Seconds of one update, once everything is compiled. */
async function pace(
  trainer: Trainer,
  batch: (k: number) => Promise<Batch>,
  signal: AbortSignal,
): Promise<number> {
  const WARM = 3;
  const TIMED = 10;
  let start = 0;
  for (let k = 0; k < WARM + TIMED; k++) {
    signal.throwIfAborted();
    await trainer.update(await batch(k)).data();
    if (k === WARM - 1) start = Date.now();
  }
  return (Date.now() - start) / 1000 / TIMED;
}
