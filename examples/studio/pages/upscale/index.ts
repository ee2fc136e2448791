/** The page that makes photos larger and shows them beside bicubic interpolation. */
import { Notice } from "../../components/announcer.ts";
import { CompareView } from "../../components/compare-view.ts";
import { button, element } from "../../components/dom.ts";
import { createFileDrop } from "../../components/file-drop.ts";
import { createGrowingPicture } from "../../components/growing-picture.ts";
import { icon } from "../../components/icons.ts";
import { Progress } from "../../components/progress.ts";
import { formatDuration } from "../../components/time-left.ts";
import { isAbort } from "../../engine-calls.ts";
import { resultName, resultSize } from "../../../../models/super-resolution/result-name.ts";
import { linkTo } from "../../router.ts";
import type { Page, Studio } from "../page.ts";
import { Batch, download, type Saved } from "./batch.ts";
import { CompareChoice } from "./compare-choice.ts";
import { KeptResults, type Result, type Settings } from "./kept-results.ts";
import { isWeights, ModelPicker } from "./model-picker.ts";
import { untilGpuHolds } from "./until-gpu-holds.ts";
import { forDoubters, workbench } from "./workbench.ts";
import { fetchSample, openPhoto, type Photo, SAMPLE } from "./photo.ts";
import { PhotoPanel } from "./photo-panel.ts";
import { bicubicPicture, pictureOfResult, type Sources } from "./pictures.ts";
import { ResultForm } from "./result-form.ts";
import { decodeProblem, fileProblem, formatSize, messageOf, sentence, startsByItself } from "./rules.ts";
import { TerminalNote, terminalCommand } from "./terminal-note.ts";

/** Milliseconds for which the choice of a model must stand still before it is run. */
const SETTLING = 350;

export const upscalePage: Page = {
  route: "upscale",
  title: "Upscale",
  mount: (host, studio) => void new UpscalePage(host, studio).start(),
};

class UpscalePage {
  readonly #studio: Studio;
  readonly #view = new CompareView();
  readonly #notice = new Notice();
  readonly #panel = new PhotoPanel();
  readonly #batch = new Batch();
  readonly #form: ResultForm;
  readonly #progress: Progress;
  readonly #models: ModelPicker;
  readonly #checked = element("input", { type: "checkbox", "data-control": "debug-nan" });
  readonly #run: HTMLButtonElement;
  readonly #download: HTMLButtonElement;
  readonly #kept = new KeptResults();
  readonly #compare = new CompareChoice((right) => this.#show(right));
  readonly #terminal = new TerminalNote();
  #photo: Photo | undefined;
  /** What stands on the right of the stage, and is saved. */
  #result: Result | undefined;
  #running = false;
  #rerun: ReturnType<typeof setTimeout> | undefined;
  /** Ends what is under way: the run, or opening a file. */
  #work = new AbortController();

  constructor(host: HTMLElement, studio: Studio) {
    this.#studio = studio;
    const { connection } = studio.engine;
    this.#progress = new Progress("tiles", studio.announcer, () => this.#cancel());
    this.#models = new ModelPicker(
      connection,
      () => this.#choiceChanged(),
      (file) => void this.#takeWeights(file),
    );
    this.#form = new ResultForm(() => this.#choiceChanged());
    this.#checked.addEventListener("change", () => this.#showControls());
    this.#run = button(
      { class: "button primary", "data-action": "upscale" },
      () => void this.#upscale(),
      icon("sparkle"),
      "Upscale",
    );
    this.#download = button(
      { class: "button primary", "data-action": "download", hidden: true },
      () => void this.#save(),
      icon("download"),
      "Download",
    );
    const drop = createFileDrop({
      accept: "image/*",
      label: "Choose photos",
      dropLabel: "Drop photos to upscale them",
      onFiles: (files) => {
        if (host.hidden) location.hash = linkTo(upscalePage.route);
        void this.#take(files);
      },
    });
    this.#view.element.append(this.#progress.element);
    host.append(
      ...workbench({
        notice: this.#notice.element,
        stage: this.#view.element,
        actions: [drop, this.#run, this.#download, this.#compare.element],
        batch: this.#batch.element,
        panel: [
          this.#panel.photo,
          this.#models.element,
          this.#form.element,
          this.#panel.result,
          forDoubters(this.#checked),
          ...(connection.adapter.software ? [this.#terminal.element] : []),
        ],
      }),
    );
    this.#showControls();
  }

  /** Opens the sample. */
  async start(): Promise<void> {
    try {
      await this.#open(await fetchSample(), SAMPLE, !this.#studio.engine.connection.adapter.software);
    } catch (error) {
      this.#fail("The sample photo could not be loaded.", error);
    }
  }

  /** One file is looked at, several are made one after the other. */
  async #take(files: readonly File[]): Promise<void> {
    for (const file of files.filter(isWeights)) await this.#takeWeights(file);
    const photos = files.filter((file) => !isWeights(file));
    const [first] = photos;
    if (first === undefined) return;
    this.#batch.clear();
    if (photos.length === 1) {
      await this.#open(first, first.name || "pasted picture.png", true);
      return;
    }
    // What is chosen now holds for all of them.
    const { format } = this.#form;
    const wishesFor = this.#form.wishes;
    const settingsOf = this.#settingsNow();
    let isCancelled = false;
    const make = async (file: File): Promise<Saved> => {
      const problem = fileProblem(file);
      if (problem !== undefined) throw new Error(problem.title);
      if (!(await this.#open(file, file.name, false))) throw new Error("could not be opened as an image");
      const photo = this.#photo as Photo;
      const settings = settingsOf?.(photo);
      const result = settings && (await this.#upscale(settings));
      isCancelled = result === undefined && this.#work.signal.aborted;
      if (result === undefined) throw new Error(isCancelled ? "cancelled" : "could not be upscaled");
      const encoded = await this.#studio.engine.call("encode", [result.enlarged, wishesFor(file)]);
      return { name: resultName(file.name, result.settings.size, format), file: encoded };
    };
    await this.#batch.run(photos, make, () => isCancelled);
  }

  /** Opens a file and, where that takes no patience, upscales it at once. @returns whether it could be opened */
  async #open(file: Blob, name: string, mayStart: boolean): Promise<boolean> {
    const { engine, announcer } = this.#studio;
    const problem = file instanceof File ? fileProblem(file) : undefined;
    if (problem !== undefined) {
      this.#notice.show(problem.title, problem.advice);
      return false;
    }
    const work = this.#begin();
    let photo: Photo;
    try {
      photo = await openPhoto(engine.call, file, name, work.signal);
    } catch (error) {
      if (isAbort(error)) return false;
      const { title, advice } = decodeProblem(name, messageOf(error));
      this.#notice.show(title, advice);
      return false;
    }
    if (work.signal.aborted) return false;
    const { image } = photo;
    this.#photo = photo;
    this.#result = undefined;
    this.#kept.clear();
    this.#models.looksLike(image.kind);
    this.#showOriginal();
    this.#showControls();
    announcer.say(`${name} opened, ${image.width} by ${image.height} pixels.`);
    if (mayStart && startsByItself(image, engine.connection.adapter.software)) await this.#upscale();
    else this.#compileAhead();
    return true;
  }

  /** What the photo needs is compiled while its owner looks at it. What fails here fails again, and is told, when it is wanted. */
  #compileAhead(): void {
    const settings = this.#settings();
    if (!this.#photo || !settings) return;
    const { width, height } = this.#photo.image;
    this.#studio.engine.call("compile", [{ width, height }, settings.model.model]).catch(() => {});
  }

  /** A file of weights becomes a model to choose, and is chosen. */
  async #takeWeights(file: File): Promise<void> {
    this.#notice.clear();
    try {
      const { scale } = await this.#studio.engine.call("network", [file]);
      this.#models.take(file, scale);
    } catch (error) {
      this.#fail(`“${file.name}” holds no network that can be used here.`, error);
    }
  }

  /** What is chosen now, for whatever photo. */
  #settingsNow(): ((photo: Photo) => Settings) | undefined {
    const { size } = this.#form;
    const { chosen } = this.#models;
    const { checked } = this.#checked;
    return size && (({ image }) => ({ model: chosen(image.kind), size, checked }));
  }

  #settings(): Settings | undefined {
    return this.#photo && this.#settingsNow()?.(this.#photo);
  }

  /** @returns what was made; nothing where it was cancelled or failed, which the page tells */
  async #upscale(settings = this.#settings()): Promise<Result | undefined> {
    const photo = this.#photo;
    if (photo === undefined || settings === undefined) return undefined;
    const hadFocus = document.activeElement === this.#run;
    const work = this.#begin();
    const { signal } = work;
    const kept = settings.checked ? undefined : this.#kept.find(settings);
    if (kept) {
      this.#show(kept);
      return kept;
    }
    this.#progress.start("Upscaling");
    this.#running = true;
    this.#showControls();
    // The button that was pressed cannot be pressed now; one that has gone would take the keyboard's place with it.
    if (hadFocus) this.#progress.focus();
    // On a phone the choices lie a screen below the picture.
    this.#view.element.scrollIntoView({ block: "nearest" });
    try {
      const result = await untilGpuHolds(
        () => this.#make(photo, settings, signal),
        () => {
          this.#notice.show("The GPU was lost.", "Another one is opened, and the work is done again.");
          return this.#studio.engine.call("connect", [], { signal });
        },
      );
      this.#end(work, this.#download);
      return result;
    } catch (error) {
      if (!isAbort(error)) this.#fail("The photo could not be upscaled.", error);
      if (this.#work === work) this.#showLatest();
      this.#end(work, this.#run);
      return undefined;
    }
  }

  /** A run has ended. @param next takes the keyboard where the progress had it */
  #end(work: AbortController, next: HTMLButtonElement): void {
    if (this.#work !== work) return;
    const hadFocus = this.#progress.element.contains(document.activeElement);
    this.#progress.stop();
    this.#running = false;
    this.#showControls();
    if (hadFocus) next.focus();
  }

  /** One run, shown as it grows. */
  async #make(photo: Photo, settings: Settings, signal: AbortSignal): Promise<Result> {
    const { engine, announcer } = this.#studio;
    const { model, size, checked } = settings;
    const target = resultSize(photo.image, size);
    const growing = createGrowingPicture(photo.picture, target);
    this.#view.show({ picture: growing.picture, label: `${model.title}, being made` });
    const enlarged = await engine.call("upscale", [photo.image, model.model, size, checked], {
      signal,
      onProgress: (told) => {
        if (signal.aborted) return;
        if ("tile" in told) {
          const factor = target.width / (photo.image.width * told.tile.scale);
          void growing.paint(told.tile, factor).then(() => this.#view.redraw());
          return;
        }
        if ("done" in told) this.#progress.update(told.done, told.total);
        const compiles = "compiled" in told && told.compiled < told.asked;
        this.#progress.stage(compiles ? `Compiling ${told.compiled}/${told.asked} kernels` : "Upscaling");
      },
    });
    const time = this.#progress.elapsed;
    this.#progress.stage("Preparing the comparison");
    const sources: Sources = { call: engine.call, signal, onLoad: () => this.#view.redraw() };
    const bicubic =
      this.#kept.ofSize(enlarged)[0]?.bicubic ?? (await bicubicPicture(photo.image, enlarged, sources));
    const picture = await pictureOfResult(enlarged, growing.canvas, sources);
    signal.throwIfAborted();
    const result = { settings, enlarged, picture, bicubic, time };
    this.#kept.add(result);
    this.#notice.clear();
    const left = this.#show(result);
    announcer.say(`Done in ${formatDuration(time)}. The slider compares ${left} with ${model.title}.`);
    return result;
  }

  /** Puts a result on the right of the stage. @returns what stands on the left */
  #show(result: Result): string {
    this.#result = result;
    const { settings, picture, bicubic, enlarged, time } = result;
    const { title } = settings.model;
    const other = this.#compare.offer(this.#kept.ofSize(picture), result);
    const left = other
      ? { picture: other.picture, label: other.settings.model.title }
      : { picture: bicubic, label: "Bicubic" };
    this.#view.compare(left, { picture, label: title });
    const { adapter } = this.#studio.engine.connection;
    this.#showControls();
    const megapixels = (enlarged.width * enlarged.height) / 1e6;
    this.#panel.showResult({ time, model: title, adapter, megapixels });
    return left.label;
  }

  #showOriginal(): void {
    const photo = this.#photo;
    if (photo) this.#view.show({ picture: photo.picture, label: `Original, ${formatSize(photo.image)}` });
    this.#compare.hide();
    this.#panel.clearResult();
  }

  /** What was there before a run that came to nothing. */
  #showLatest(): void {
    if (this.#result) this.#show(this.#result);
    else this.#showOriginal();
  }

  async #save(): Promise<void> {
    const [result, photo] = [this.#result, this.#photo];
    if (result === undefined || photo === undefined) return;
    this.#download.disabled = true;
    const { format, wishes } = this.#form;
    try {
      const { enlarged, settings } = result;
      const file = await this.#studio.engine.call("encode", [enlarged, wishes(photo.file)]);
      const name = resultName(photo.name, settings.size, format);
      download({ name, file });
      this.#studio.announcer.say(`${name} saved.`);
    } catch (error) {
      this.#fail("The file could not be made.", error);
    } finally {
      this.#download.disabled = false;
    }
  }

  /**
   * A photo that was upscaled, or is being, is upscaled anew, or shown as it was made before; the pause lets keys and pointers come
   * to rest.
   */
  #choiceChanged(): void {
    this.#showControls();
    clearTimeout(this.#rerun);
    const kept = this.#kept.find(this.#settings());
    if (!this.#running && this.#result === undefined) this.#compileAhead();
    else if (kept && !this.#running) this.#show(kept);
    else this.#rerun = setTimeout(() => void this.#upscale(), SETTLING);
  }

  #cancel(): void {
    clearTimeout(this.#rerun);
    this.#work.abort();
    this.#running = false;
    this.#progress.stop();
    this.#showLatest();
    this.#showControls();
    (this.#run.hidden ? this.#download : this.#run).focus();
    this.#studio.announcer.say("Cancelled.");
  }

  /** Ends what was under way, clears the last message, and starts something new. */
  #begin(): AbortController {
    clearTimeout(this.#rerun);
    this.#work.abort();
    this.#running = false;
    this.#progress.stop();
    this.#notice.clear();
    this.#work = new AbortController();
    this.#showControls();
    return this.#work;
  }

  #fail(title: string, error: unknown): void {
    this.#notice.show(title, sentence(messageOf(error)));
  }

  #showControls(): void {
    const running = this.#running;
    const settings = this.#settings();
    const made = this.#kept.find(settings) !== undefined && !this.#checked.checked;
    const photo = this.#photo;
    const { size, format } = this.#form;
    if (photo !== undefined && size !== undefined) {
      this.#panel.showPhoto(photo.name, photo.image, resultSize(photo.image, size));
      const wishes = [...(settings?.model.terminal ?? []), ...this.#form.terminal];
      this.#terminal.show(terminalCommand(photo.name, resultName(photo.name, size, format), wishes));
    }
    this.#checked.disabled = running;
    this.#run.hidden = made && !running;
    this.#run.disabled = running || photo === undefined || size === undefined;
    this.#download.hidden = running || this.#result === undefined;
    this.#download.classList.toggle("primary", made);
  }
}
