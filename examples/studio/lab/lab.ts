/** Trains and samples: in a worker, or on the page's thread where workers have no WebGPU. See `Lab` for what its calls do. */
import { type DeviceInfo, type Tensor, warmUp } from "../../../engine/index.ts";
import { profile } from "../../../engine/inspect/index.ts";
import { InputError } from "../../../engine/errors.ts";
import { decodeCheckpoint } from "../../../engine/io/index.ts";
import { setOfFiles } from "../../../models/datasets/open-browser.ts";
import type { FileSet } from "../../../models/datasets/file-set.ts";
import { fingerprint } from "../../../models/datasets/fingerprint.ts";
import type { System } from "../../../models/system.ts";
import { allSystems, findSystem } from "../../../models/systems.ts";
import type { Dissection } from "../../../models/training/dissection.ts";
import type { RunStore } from "../../../models/training/host.ts";
import { browserHost } from "../../../models/training/host-browser.ts";
import { parseOption } from "../../../models/training/options.ts";
import { pictureSheet } from "../../../models/training/picture-sheet.ts";
import { LastingRun } from "../../../models/training/lasting.ts";
import type { Run } from "../../../models/training/run.ts";
import { CHECKPOINT, planRun } from "../../../models/training/run-plan.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";
import type { RunRecipe } from "../../../models/training/trainer.ts";
import { browserStore, clearBrowserStore } from "../../../models/training/store-browser.ts";
import { fetchFile } from "../site-file.ts";
import { Turns } from "../turns.ts";
import { kernelCosts } from "../kernel-costs.ts";
import { Gallery } from "./gallery.ts";
import { Inspector } from "./inspector.ts";
import { rehearsalOf } from "./rehearsal.ts";
import { insideOf, subStepsOf, weightsOf } from "./shown.ts";
import { entryOf } from "./system-entry.ts";
import { Telling } from "./telling.ts";
import type * as T from "./types.ts";
import { REHEARSAL } from "./types.ts";

/** Samples and insides are looked at for at most this share of the time, and not more often than so many milliseconds. */
const LOOKING = 0.2;
const REST = 1200;
/** Milliseconds between two looks at layers. */
const BETWEEN = 700;

export class WorkerLab implements T.Lab {
  private readonly dropped = new Map<string, FileSet>();
  private readonly host = browserHost({ dropped: this.dropped, shipped: fetchFile });
  private readonly turns = new Turns();
  private readonly gallery = new Gallery(this.turns);
  private lasting: LastingRun | undefined;
  private telling = new Telling(() => {});
  private store: RunStore | undefined;
  private paused = true;
  private training: Promise<T.Standing> | undefined;
  private looksInside = false;
  /** What of which layers is looked at, while somebody inspects. */
  private wanted: readonly T.Wanted[] | undefined;
  private inspector: { readonly run: Run; readonly of: Inspector } | undefined;
  private nextLook = 0;

  async connect(): Promise<readonly T.SystemEntry[]> {
    return (await allSystems()).map(entryOf);
  }

  async drop(files: readonly T.PathedFile[]): Promise<string> {
    const set = await setOfFiles(files);
    this.dropped.set(set.name, set);
    return set.name;
  }

  async checkOption(system: string, option: string, written: string): Promise<string> {
    const found = (await findSystem(system)).options[option];
    try {
      if (found) parseOption(option, found, written);
      return "";
    } catch (error) {
      return (error as Error).message.replace(/^--\S+ /, "");
    }
  }

  async kept(wishes: T.Wishes): Promise<number | undefined> {
    const store = storeOf(wishes);
    const checkpoint = await store.read(CHECKPOINT);
    return checkpoint && decodeCheckpoint(checkpoint, store.path(CHECKPOINT)).step;
  }

  async begin(wishes: T.Wishes, resume: boolean, follow: (news: T.News) => void): Promise<T.RunFacts> {
    await this.end();
    const { preset, stage, data: path } = wishes;
    const known = await findSystem(wishes.system);
    const system = path === REHEARSAL ? rehearsalOf(known, preset) : known;
    // With stages, a stage's folder lies within the whole run's; `planRun` finds it.
    const store = browserStore(folderOf(wishes));
    this.store = storeOf(wishes);
    if (!resume) await clearBrowserStore(this.store.path());
    const given = path === REHEARSAL || resume ? {} : parsed(known, wishes.given);
    const asked = { system, preset, stage, given, path, host: this.host, store, resume };
    const plan = await planRun(asked);
    this.telling = new Telling(follow);
    this.lasting = await LastingRun.begin(asked, plan, {
      listener: this.telling.listener,
      signal: new AbortController().signal,
      describe: adapterWords,
    });
    const { run } = this.lasting;
    const { trainer } = run.training;
    if (run.training.scene) await this.turns.take(() => this.look(run));
    return {
      ...this.standing(run),
      measures: trainer.measures,
      headline: trainer.headline,
      parameterCounts: trainer.parameterCounts,
      recipe: { ...run.recipe } as T.RunFacts["recipe"],
      dissects: trainer.dissect !== undefined,
    };
  }

  async train(updates = Number.POSITIVE_INFINITY): Promise<T.Standing> {
    const lasting = this.begun();
    if (this.training) return this.training;
    this.paused = false;
    // Whoever inspects sees the first update at once.
    if (this.wanted) this.nextLook = 0;
    this.training = this.loop(lasting, updates);
    try {
      return await this.training;
    } finally {
      this.training = undefined;
      this.paused = true;
    }
  }

  pause(): void {
    this.paused = true;
  }

  async keep(): Promise<void> {
    const { lasting } = this;
    if (lasting) await this.turns.take(() => lasting.attempt((run) => run.save()));
  }

  async slowly(): Promise<readonly T.SubStep[]> {
    const lasting = this.begun();
    const slow = async (run: Run): Promise<readonly T.SubStep[]> => {
      const { trainer } = run.training;
      const before = await weightsOf(trainer);
      const parts = await this.dissected(run);
      const steps = await subStepsOf(trainer, parts, before);
      this.telling.inside(await insideOf(trainer, parts));
      parts.dispose();
      await run.save();
      await this.look(run);
      this.telling.flush(this.standing(run));
      return steps;
    };
    return this.turns.take(() => lasting.attempt(slow));
  }

  async watch(on: boolean): Promise<void> {
    this.looksInside = on;
    this.nextLook = 0;
  }

  async drawing(): Promise<readonly T.DrawnLayer[]> {
    const draw = async (run: Run) => {
      const { trainer, source } = run.training;
      return this.inspectorOf(run).drawing(await source.batch(trainer.step));
    };
    const lasting = this.begun();
    return this.turns.take(() => lasting.attempt(draw));
  }

  async inspect(wanted: readonly T.Wanted[] | undefined): Promise<void> {
    this.wanted = wanted;
    const { lasting } = this;
    if (!wanted) this.forget();
    else if (lasting) await this.turns.take(() => lasting.attempt((run) => this.tellLook(run)));
  }

  async kernels(): Promise<T.UpdateKernels> {
    const measure = async (run: Run): Promise<T.UpdateKernels> => {
      // The first may have to be compiled.
      await run.next();
      const seen = await profile(() => run.next());
      await run.save();
      this.telling.flush(this.standing(run));
      return { step: run.training.trainer.step, timed: seen.timed, kernels: kernelCosts(seen) };
    };
    const lasting = this.begun();
    return this.turns.take(() => lasting.attempt(measure));
  }

  async file(name: string): Promise<Uint8Array | undefined> {
    return this.store?.read(name);
  }

  async adopt(bytes: Uint8Array, wishes: T.Wishes): Promise<T.Wishes> {
    const { options } = decodeCheckpoint(bytes, "the file");
    await this.end();
    const text = (name: "system" | "preset") =>
      typeof options[name] === "string" ? options[name] : wishes[name];
    const system = await findSystem(text("system"));
    const stage = system.stageOf?.(options as unknown as RunRecipe) ?? system.stages?.[0];
    const same = system.name === wishes.system;
    const own = { system: system.name, preset: text("preset"), stage, given: {} };
    const data = await this.dataOf(own, bytes, [...(same ? [wishes.data] : []), ...this.dropped.keys()]);
    const adopted = { ...own, data };
    const store = storeOf(adopted);
    await clearBrowserStore(store.path());
    await store.write(CHECKPOINT, bytes);
    return adopted;
  }

  /** On what data a checkpoint goes on, of what is here. @throws InputError saying why on none of it */
  private async dataOf(
    own: Omit<T.Wishes, "data">,
    bytes: Uint8Array,
    here: readonly string[],
  ): Promise<string> {
    const known = await findSystem(own.system);
    let reason: unknown = new InputError("drop the data that it was trained on, then open it again");
    for (const path of new Set([...here, ...(known.builtIn ?? []), REHEARSAL])) {
      const whole = memoryStore();
      const store = own.stage === undefined ? whole : whole.within(own.stage);
      await store.write(CHECKPOINT, bytes);
      const system = path === REHEARSAL ? rehearsalOf(known, own.preset) : known;
      try {
        await planRun({ ...own, system, path, host: this.host, store: whole, resume: true });
        return path;
      } catch (error) {
        // Of the reasons, that of the data which was chosen says most.
        if (path === here[0] || path === known.builtIn?.[0]) reason = error;
        if (!(error instanceof InputError)) throw error;
      }
    }
    throw reason;
  }

  open(system: string, model: string): Promise<T.OpenedModel> {
    return this.gallery.open(system, model);
  }

  take(file: File, systems: readonly string[]): ReturnType<T.Lab["take"]> {
    return this.gallery.take(file, systems);
  }

  sample(wish: T.SamplesWish, compiling: T.Compiling): Promise<T.Sampled> {
    return this.gallery.sample(wish, compiling);
  }

  sheet(rows: T.Sampled["rows"]): Promise<Uint8Array> {
    return this.host.encodePng(pictureSheet(rows));
  }

  /** So many updates, not counted one by one: a run that loses its device makes some of them again. */
  private async loop(lasting: LastingRun, updates: number): Promise<T.Standing> {
    const enough = this.standing(lasting.run).step + updates;
    for (;;) {
      await this.updateUntil(lasting, enough);
      const standing = await this.turns.take(() => lasting.attempt((run) => this.conclude(run)));
      if (this.paused || standing.ended || standing.step >= enough) return standing;
    }
  }

  private async updateUntil(lasting: LastingRun, enough: number): Promise<void> {
    let yielded = performance.now();
    while (this.standing(lasting.run).step < enough && !lasting.run.ended && !this.paused) {
      await this.turns.take(() => lasting.attempt((run) => this.update(run)));
      this.telling.pulse(this.standing(lasting.run));
      // A click has to be heard however fast updates are.
      if (performance.now() - yielded > 30) {
        await new Promise((resume) => setTimeout(resume));
        yielded = performance.now();
      }
    }
  }

  /** Saves what there is, and shows it. */
  private async conclude(run: Run): Promise<T.Standing> {
    if (run.ended) await run.toEnd();
    else await run.save();
    if (!this.wanted) await this.look(run);
    this.telling.flush(this.standing(run));
    return this.standing(run);
  }

  private async update(run: Run): Promise<void> {
    const due = performance.now() >= this.nextLook;
    const { trainer } = run.training;
    if (this.wanted) return due ? this.inspected(run) : run.next();
    if (due && this.looksInside && trainer.dissect) {
      const parts = await this.dissected(run);
      this.telling.inside(await insideOf(trainer, parts));
      parts.dispose();
    } else await run.next();
    if (due) await this.look(run);
  }

  /** Tells how far kernels are compiled that are needed for something for the first time. */
  private compiling<X>(work: () => Promise<X>): Promise<X> {
    return warmUp(work, this.telling.listener.compiling) as Promise<X>;
  }

  /** One update, looked at; half of the time is left for others. */
  private async inspected(run: Run): Promise<void> {
    const begun = performance.now();
    await this.compiling(() => run.next((batch) => this.inspectorOf(run).update(batch)));
    await this.tellLook(run);
    const now = performance.now();
    this.nextLook = now + Math.max(BETWEEN, now - begun);
  }

  private async tellLook(run: Run): Promise<void> {
    const look = await this.compiling(() => this.inspectorOf(run).look(this.wanted ?? []));
    if (look) this.telling.tell({ kind: "look", look });
  }

  /** Another after the device was lost. */
  private inspectorOf(run: Run): Inspector {
    if (this.inspector?.run !== run) this.inspector = { run, of: new Inspector(run.training.trainer) };
    return this.inspector.of;
  }

  private forget(): void {
    this.inspector?.of.close();
    this.inspector = undefined;
  }

  /** One update, taken apart. */
  private async dissected(run: Run): Promise<Dissection> {
    let parts: Dissection | undefined;
    const make = (batch: Parameters<typeof run.training.trainer.update>[0]): Tensor => {
      parts = run.training.trainer.dissect?.(batch);
      return (parts as Dissection).measures;
    };
    await run.next(make);
    return parts as unknown as Dissection;
  }

  /** Shows what the network makes now; always of the same noise. */
  private async look({ training }: Run): Promise<void> {
    const begun = performance.now();
    const { step } = training.trainer;
    const scene = await training.scene?.();
    if (scene) this.telling.tell({ kind: "scene", step, scene });
    else {
      const image = await training.sheet?.();
      if (image) this.telling.tell({ kind: "sheet", step, image });
    }
    const now = performance.now();
    this.nextLook = now + Math.max(REST, (now - begun) / LOOKING);
  }

  private async end(): Promise<void> {
    this.paused = true;
    await this.training?.catch(() => {});
    const { lasting } = this;
    this.lasting = undefined;
    this.forget();
    await lasting?.close();
  }

  private begun(): LastingRun {
    if (!this.lasting) throw new Error("no run has begun");
    return this.lasting;
  }

  private standing(run: Run): T.Standing {
    return { step: run.training.trainer.step, steps: run.recipe.steps, ended: run.ended };
  }
}

/** The same wishes have the same folder, so that the same address finds its run again. */
const folderOf = ({ system, preset, data, given }: T.Wishes): string =>
  `${system}/${fingerprint(preset, data, JSON.stringify(Object.entries(given).sort()))}`;

function storeOf(wishes: T.Wishes): RunStore {
  const store = browserStore(folderOf(wishes));
  return wishes.stage === undefined ? store : store.within(wishes.stage);
}

/** Browsers tell little of an adapter. */
const adapterWords = ({ description, device, vendor, architecture }: DeviceInfo): string =>
  description || device || [vendor, architecture].filter((word) => word !== "").join(" ") || "a GPU";

const parsed = (system: System, given: T.Wishes["given"]) =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, written]) => {
      const option = system.options[name];
      return option ? [[name, parseOption(name, option, written)] as const] : [];
    }),
  );
