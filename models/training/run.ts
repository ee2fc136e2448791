/**
 * The run that drives any training: batches, updates, log, warnings, assessments, best weights, checkpoints. A terminal and a page
 * use the same one, so that the same seed gives the same bytes in both.
 */
import type { Batch } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import { type CompileProgress, type DeviceInfo, init, type Tensor, warmUp } from "../../engine/index.ts";
import { type Checkpoint, writeSafetensors } from "../../engine/io/index.ts";
import type { Assessment, Training } from "../system.ts";
import { BestWeights } from "./best.ts";
import { Checkpoints } from "./checkpoints.ts";
import { expectFinite } from "./finite.ts";
import { StoreError } from "./host.ts";
import { RunLog } from "./log.ts";
import { pace } from "./pace.ts";
import { CHECKPOINT, RESULT, type RunPlan } from "./run-plan.ts";
import type { RunRecipe } from "./trainer.ts";
import { Watch } from "./watch.ts";

/** A lost device costs the work since the last checkpoint. */
const CHECKPOINT_SECONDS = 60;
/** Updates from one line of the log to the next. */
const LOG_EVERY = 10;
/** Files that are named when they cannot be used; the log has all. */
const NAMED = 5;
const MODEL = "model.safetensors";
const SAMPLE = "sample.png";

/** Who follows a run. */
export interface RunListener {
  /** A sentence for the user. */
  say(line: string): void;
  /** After each update. @param note what it measured, in short */
  progress(step: number, steps: number, note: string): void;
  /** What an update measured, by name, once it is known: while the next one runs. A run that begins again measures some again. */
  measured?(step: number, measures: Readonly<Record<string, number>>): void;
  /** After each assessment. */
  assessed?(step: number, assessment: Assessment): void;
  readonly compiling: CompileProgress;
}

export interface RunSettings {
  readonly listener: RunListener;
  /** Pauses the run: it saves and stops before the next update. */
  readonly signal: AbortSignal;
  /** Updates between assessments: 500. */
  readonly assessEvery?: number | undefined;
  /** Updates between checkpoints; by default one is written every minute. */
  readonly checkpointEvery?: number | undefined;
  /** How the adapter is called. */
  describe?(device: DeviceInfo): string;
}

/** What `--json` prints, and result.json holds. */
export type RunResult = Readonly<Record<string, unknown>> & {
  readonly step: number;
  readonly finished: boolean;
};

/** A run that has begun. Whoever has one ends it by `close`. */
export class Run {
  readonly training: Training;
  readonly recipe: RunRecipe;
  private readonly plan: RunPlan;
  private readonly settings: RunSettings;
  private readonly log: RunLog;
  private readonly best: BestWeights;
  private readonly checkpoints: Checkpoints;
  private readonly watch: Watch;
  private readonly free: () => Promise<void>;
  private readonly device: DeviceInfo;
  private readonly start = Date.now();
  private readonly begun: number;
  private saved = Date.now();
  /** What could not be written the last time, and why. */
  private unwritten = "";
  /** The last update that another was seen to go on from. */
  private sound: number | undefined;
  private latest: Readonly<Record<string, number>> = {};
  private assessment: Assessment | undefined;
  /** The measures of the last update are read while the next is recorded, so that neither waits for the other. */
  private reading: Promise<void> | undefined;

  private constructor(
    plan: RunPlan,
    settings: RunSettings,
    training: Training,
    log: RunLog,
    free: () => Promise<void>,
    device: DeviceInfo,
  ) {
    this.plan = plan;
    this.settings = settings;
    this.training = training;
    this.recipe = training.trainer.recipe;
    this.log = log;
    this.free = free;
    this.device = device;
    this.begun = training.trainer.step;
    this.best = new BestWeights(plan.store, training.merits, plan.from?.best);
    this.checkpoints = new Checkpoints(plan.store, plan.from?.checkpoint.step);
    this.watch = new Watch(training.trainer.measures, training.watch, plan.from?.watch);
  }

  /** Makes the place for the run's files, its networks, and its log. @throws InputError when nothing can be written */
  static async begin(plan: RunPlan, settings: RunSettings): Promise<Run> {
    const { store, from, data, system, request } = plan;
    const { listener, describe = ({ description }) => description } = settings;
    await store.check();
    const device = await init();
    const free = await store.open();
    const begun = from?.checkpoint.step ?? 0;
    let training: Training | undefined;
    try {
      await store.remove(RESULT);
      const last = from !== undefined && begun >= from.recipe.steps;
      const log = from ? await RunLog.resume(store, begun, last) : await RunLog.begin(store);
      listener.say(`${describe(device)}; ${data.summary}`);
      let unusable = 0;
      const leaveOut = (message: string) => {
        log.write({ event: "skipped", step: begun, file: message });
        if (++unusable <= NAMED) listener.say(`left out: ${message}`);
        if (unusable === NAMED)
          listener.say(`further files that cannot be used are named in ${log.path} only`);
      };
      plan.leftOut.forEach(leaveOut);
      plan.listener = leaveOut;
      let recipe = from?.recipe ?? (await system.plan(request, data));
      if (plan.minutes !== undefined) {
        // A few updates tell how many fit; the run then starts anew with a plan for that many.
        const trial = await system.start(recipe, data, request);
        const seconds = await warmUp(() => pace(trial, settings.signal), listener.compiling);
        recipe = { ...recipe, steps: Math.max(Math.floor((plan.minutes * 60) / seconds), 1) };
      }
      training = await system.start(recipe, data, request);
      const { trainer } = training;
      if (from) trainer.restore(from.checkpoint, store.path(CHECKPOINT));
      log.write({
        event: from ? "resume" : "start",
        step: trainer.step,
        recipe,
        adapter: device.description,
        data: data.count,
      });
      const sizes = Object.entries(trainer.parameterCounts).map(([name, n]) => `${n} parameters (${name})`);
      listener.say(
        `${sizes.join(", ")}, ${recipe.steps} updates of ${recipe.batchSize} ${training.items}${from ? `, ${begun} of them made` : ""}`,
      );
      if (from?.notice) listener.say(from.notice);
      const run = new Run(plan, settings, training, log, free, device);
      if (training.assessFirst && !from) await run.assess();
      return run;
    } catch (error) {
      await training?.source.close();
      await free();
      throw error;
    }
  }

  /** The update of the checkpoint in the store; undefined while there is none. */
  get checkpointed(): number | undefined {
    return this.checkpoints.at;
  }

  /** Whether all updates are made. */
  get ended(): boolean {
    return this.training.trainer.step >= this.recipe.steps;
  }

  /**
   * One update, and what is due after it.
   * @param make makes it in another way than `Trainer.update`, for those who look at it
   * @throws InputError when a measure is not finite any more: nothing of it has been saved then
   */
  async next(make?: (batch: Batch) => Tensor): Promise<void> {
    const { recipe, settings, begun } = this;
    const { trainer, source } = this.training;
    const batch = await source.batch(trainer.step);
    const update = () => (make ? make(batch) : trainer.update(batch));
    const measured = trainer.step === begun ? await warmUp(update, settings.listener.compiling) : update();
    const { step } = trainer;
    await this.reading;
    this.reading = measured.data().then((numbers) => this.observe(step, numbers));
    // Its failure is told where it is awaited; until then it must not count as unhandled.
    this.reading.catch(() => {});
    settings.listener.progress(step, recipe.steps, this.note());
    if (step % (settings.assessEvery ?? 500) === 0 && step < recipe.steps) await this.assess();
    const { checkpointEvery } = settings;
    const due = checkpointEvery
      ? step % checkpointEvery === 0
      : Date.now() - this.saved > CHECKPOINT_SECONDS * 1000;
    if (due) await this.hold();
  }

  /** Updates until all are made, or until somebody stops it; then saves. */
  async toEnd(): Promise<RunResult> {
    const { trainer } = this.training;
    while (!this.ended && !this.settings.signal.aborted) await this.next();
    if (this.ended) {
      await this.expectSound();
      // The checkpoint is to know the last assessment too.
      await this.assess();
    }
    await this.save();
    if (this.ended) return this.finish();
    this.settings.listener.say(`stopped after ${trainer.step} updates; --resume goes on`);
    return { step: trainer.step, finished: false, checkpoint: this.plan.store.path(CHECKPOINT) };
  }

  /** Measures what the network can do now, and keeps its weights if they are the best so far. */
  async assess(): Promise<Assessment> {
    await this.reading;
    const { training, plan, log } = this;
    const { step } = training.trainer;
    const assessment = await training.assess();
    const { merit, scores } = assessment;
    if (merit !== undefined) this.expectFinite(merit, step, scores[merit] as number);
    this.assessment = assessment;
    this.settings.listener.assessed?.(step, assessment);
    log.write({ step, validation: assessment.scores });
    this.warn(step, this.watch.assessed(step, assessment.scores));
    await this.onTheWay(() => this.best.offer(step, assessment, () => training.trainer.weights()));
    const sheet = await training.sheet?.();
    if (sheet)
      await this.onTheWay(async () => plan.store.write(SAMPLE, await plan.request.host.encodePng(sheet)));
    return assessment;
  }

  /** Writes the checkpoint now. @throws InputError for weights that nothing can go on from: the one before stays then */
  async save(): Promise<void> {
    await this.reading;
    const state = await this.expectSound();
    this.checkpoints.hold(this.withStanding(state));
    await this.checkpoints.prove(Number.POSITIVE_INFINITY);
    await this.log.flush();
    this.saved = Date.now();
  }

  /** Takes the checkpoint, which is written when the next update shows that it is sound. */
  private async hold(): Promise<void> {
    await this.reading;
    this.checkpoints.hold(this.withStanding(await this.training.trainer.checkpoint()));
    this.saved = Date.now();
  }

  /** A trainer's state with what the run has to know to go on. */
  private withStanding(state: Checkpoint): Checkpoint {
    const { plan, watch, best } = this;
    const options = {
      ...state.options,
      ...plan.data.extras,
      photographs: plan.data.fingerprint,
      watch: { ...watch.state },
      ...(best.best && { best: { ...best.best } }),
    };
    return { ...state, options };
  }

  /**
   * Makes an update for trial, and takes it back: from these weights one can go on.
   * @returns the state that the weights are of
   * @throws InputError where one cannot
   */
  private async expectSound(): Promise<Checkpoint> {
    await this.reading;
    const { trainer, source } = this.training;
    const state = await trainer.checkpoint();
    const { step, model } = state;
    if (step === this.begun || step === this.sound) return state;
    expectFinite(model, step, this.remains());
    const numbers = await trainer.update(await source.batch(step)).data();
    trainer.restore(state, this.plan.store.path(CHECKPOINT));
    trainer.measures.forEach((name, k) => {
      this.expectFinite(name, step + 1, numbers[k] as number);
    });
    this.sound = step;
    return state;
  }

  /** @throws InputError where it is not, saying what is left of the run */
  private expectFinite(what: string, step: number, value: number): void {
    if (!Number.isFinite(value))
      throw new InputError(
        `the ${what} of update ${step} is ${value}: training has diverged; try a smaller learning rate. ${this.remains()}`,
      );
  }

  /** In words: what a run that fails has left. */
  remains(): string {
    const { best } = this.best;
    return (
      this.checkpoints.describe() + (best ? `, the best of update ${best.step} in ${this.best.path}` : "")
    );
  }

  /** Lets go of everything; what has not been saved is lost. */
  async close(): Promise<void> {
    await this.training.source.close();
    await this.log.flush().catch(() => {});
    await this.free();
  }

  /** In words: which weights were best. */
  describeBest(): string {
    return this.best.best ? `${this.best.path}: ${this.best.describe()}` : "";
  }

  private get seconds(): number {
    return (Date.now() - this.start) / 1000;
  }

  private async finish(): Promise<RunResult> {
    const { plan, training, latest, assessment, best, device, recipe } = this;
    const { trainer } = training;
    const { tensors, metadata } = await trainer.weights();
    expectFinite(tensors, trainer.step, this.remains());
    await plan.store.write(MODEL, writeSafetensors(tensors, metadata));
    const result = {
      step: trainer.step,
      finished: true,
      seconds: this.seconds,
      ...latest,
      validation: assessment?.scores,
      model: plan.store.path(MODEL),
      best: { ...best.best, model: best.path },
      adapter: device.description,
    };
    const text = `${JSON.stringify({ ...result, recipe }, null, 2)}\n`;
    await plan.store.write(RESULT, new TextEncoder().encode(text));
    return result;
  }

  /** Looks at what an update measured. */
  private async observe(step: number, numbers: ArrayLike<number>): Promise<void> {
    const { measures } = this.training.trainer;
    this.latest = Object.fromEntries(measures.map((name, k) => [name, numbers[k] as number]));
    for (const [name, value] of Object.entries(this.latest)) this.expectFinite(name, step, value);
    this.settings.listener.measured?.(step, this.latest);
    if (step % LOG_EVERY === 0 || step === this.recipe.steps)
      this.log.write({ step, ...this.latest, seconds: Math.round(this.seconds * 10) / 10 });
    this.warn(step, this.watch.observe(step, numbers));
    await this.onTheWay(() => this.checkpoints.prove(step));
  }

  /** Writes what can be written later as well: a disk that is full for a while does not end a run. */
  private async onTheWay(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.unwritten = "";
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { message } = error;
      if (message !== this.unwritten)
        this.settings.listener.say(`${message}: the run goes on, and tries again later`);
      this.unwritten = message;
    }
  }

  private warn(step: number, warnings: readonly string[]): void {
    for (const warning of warnings) {
      this.log.write({ event: "warning", step, warning });
      this.settings.listener.say(`update ${step}: ${warning}`);
    }
  }

  /** What the progress line says beside the number of updates. */
  private note(): string {
    const { latest, assessment } = this;
    const measures = this.training.trainer.headline.flatMap((name) =>
      name in latest ? [`${name} ${(latest[name] as number).toFixed(name.startsWith("D(") ? 2 : 5)}`] : [],
    );
    return [...measures, ...(assessment ? [assessment.note] : [])].join("  ");
  }
}

/** The result of a run that has been ended before; nothing is done and nothing written. */
export async function resultOf(
  { store, from }: RunPlan,
  { listener }: Pick<RunSettings, "listener">,
): Promise<RunResult | undefined> {
  const step = from?.checkpoint.step ?? 0;
  if (!from || step < from.recipe.steps || !(await store.read(RESULT))) return undefined;
  listener.say(
    `the run in ${store.path()} has made its ${step} updates; --steps with a larger number extends it`,
  );
  return { step, finished: true, model: store.path(MODEL) };
}
