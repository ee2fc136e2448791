/** The page that makes photos larger and shows them beside bicubic interpolation. */
import { Notice } from "../../components/announcer.ts";
import { CompareView } from "../../components/compare-view.ts";
import { button, element, prefersReducedMotion } from "../../components/dom.ts";
import { createFileDrop } from "../../components/file-drop.ts";
import { createGrowingPicture } from "../../components/growing-picture.ts";
import { icon } from "../../components/icons.ts";
import { createPicture, type Picture } from "../../components/picture.ts";
import { Progress } from "../../components/progress.ts";
import { formatDuration } from "../../components/time-left.ts";
import type { Image } from "../../engine-bridge.ts";
import { type Enlarged, isAbort } from "../../engine-calls.ts";
import { type ResultSize, resultName, resultSize } from "../../../../models/super-resolution/result-name.ts";
import { linkTo } from "../../router.ts";
import type { Page, Studio } from "../page.ts";
import { Batch, download, type Saved } from "./batch.ts";
import { type Choice, ModelPicker } from "./model-picker.ts";
import { checkSwitch, softwareNote, untilGpuHolds } from "./parts.ts";
import { PhotoPanel } from "./photo-panel.ts";
import { bicubicPicture, pictureOfResult, type Sources } from "./pictures.ts";
import { ResultForm } from "./result-form.ts";
import { decodeProblem, FACTOR, fileProblem, formatSize, sentence, startsByItself } from "./rules.ts";

/** The photograph that is there from the start; see samples/CREDITS.md. */
const SAMPLE = { url: "samples/parrots.png", name: "parrots.png" };

/** Milliseconds for which the choice of a model must stand still before it is run. */
const SETTLING = 350;

export const upscalePage: Page = {
  route: "upscale",
  title: "Upscale",
  mount: (host, studio) => void new UpscalePage(host, studio).start(),
};

interface Photo {
  readonly name: string;
  readonly file: Blob;
  readonly image: Image;
  readonly picture: Picture;
}

/** What a run is made with: fixed when it begins. */
interface Settings {
  readonly model: Choice;
  readonly size: ResultSize;
  readonly checked: boolean;
}

interface Result {
  readonly photo: Photo;
  readonly settings: Settings;
  readonly enlarged: Enlarged;
}

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
  #photo: Photo | undefined;
  #result: Result | undefined;
  #running = false;
  #rerun: ReturnType<typeof setTimeout> | undefined;
  /** Ends what is under way: the run, or opening a file. */
  #work = new AbortController();

  constructor(host: HTMLElement, studio: Studio) {
    this.#studio = studio;
    const { connection } = studio.engine;
    this.#progress = new Progress("tiles", studio.announcer, () => this.#cancel());
    this.#models = new ModelPicker(connection, () => this.#choiceChanged());
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
    const main = element(
      "div",
      { class: "workbench-main" },
      this.#notice.element,
      this.#view.element,
      element(
        "div",
        { class: "panel-actions under-picture" },
        drop,
        this.#run,
        this.#download,
        element(
          "p",
          { class: "fine mouse-only" },
          "Drag the line to compare. The wheel or a double click zooms, then the picture can be dragged.",
        ),
      ),
      this.#batch.element,
    );
    const options = element(
      "details",
      { class: "more" },
      element("summary", {}, "For those who suspect a fault"),
      checkSwitch(this.#checked),
    );
    const panel = element(
      "aside",
      { class: "panel", "aria-label": "Photo and model" },
      this.#panel.photo,
      this.#models.element,
      this.#form.element,
      this.#panel.result,
      options,
      ...(connection.adapter.software ? [softwareNote()] : []),
    );
    host.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", { tabindex: -1 }, "Make a photo larger"),
        element(
          "p",
          {},
          "Choose photos",
          element("span", { class: "mouse-only" }, ", drop them anywhere on this page, or paste one"),
          ". They stay on this device.",
        ),
      ),
      element("div", { class: "workbench" }, main, panel),
    );
    this.#showControls();
  }

  /** Opens the sample. */
  async start(): Promise<void> {
    try {
      const response = await fetch(SAMPLE.url);
      if (!response.ok) throw new Error(`${SAMPLE.url}: ${response.status} ${response.statusText}`);
      await this.#open(await response.blob(), SAMPLE.name, !this.#studio.engine.connection.adapter.software);
    } catch (error) {
      this.#fail("The sample photo could not be loaded.", error);
    }
  }

  /** One file is looked at, several are made one after the other. */
  async #take(files: readonly File[]): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    this.#batch.clear();
    if (files.length === 1) {
      await this.#open(first, first.name || "pasted picture.png", true);
      return;
    }
    // What is chosen now holds for all of them.
    const { format, quality, keepsMetadata } = this.#form;
    const settings = this.#settings();
    let isCancelled = false;
    const make = async (file: File): Promise<Saved> => {
      const problem = fileProblem(file);
      if (problem !== undefined) throw new Error(problem.title);
      if (!(await this.#open(file, file.name, false))) throw new Error("could not be opened as an image");
      const result = settings && (await this.#upscale(settings));
      isCancelled = result === undefined && this.#work.signal.aborted;
      if (result === undefined) throw new Error(isCancelled ? "cancelled" : "could not be upscaled");
      const wishes = { format, quality, ...(keepsMetadata ? { metadataOf: file as Blob } : {}) };
      const encoded = await this.#studio.engine.call("encode", [result.enlarged, wishes]);
      return { name: resultName(file.name, result.settings.size, format), file: encoded };
    };
    await this.#batch.run(files, make, () => isCancelled);
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
    let image: Image;
    try {
      image = await engine.call("open", [file, name], { signal: work.signal });
    } catch (error) {
      if (isAbort(error)) return false;
      const { title, advice } = decodeProblem(name, messageOf(error));
      this.#notice.show(title, advice);
      return false;
    }
    const picture = await createPicture(image, FACTOR);
    if (work.signal.aborted) return false;
    this.#photo = { name, file, image, picture };
    this.#result = undefined;
    this.#view.show({ picture, label: `Original, ${formatSize(image)}` });
    this.#panel.clearResult();
    this.#showControls();
    announcer.say(`${name} opened, ${image.width} by ${image.height} pixels.`);
    if (mayStart && startsByItself(image, engine.connection.adapter.software)) await this.#upscale();
    return true;
  }

  #settings(): Settings | undefined {
    const { size } = this.#form;
    return size && { model: this.#models.chosen, size, checked: this.#checked.checked };
  }

  /** @returns what was made; nothing where it was cancelled or failed, which the page tells */
  async #upscale(settings = this.#settings()): Promise<Result | undefined> {
    const photo = this.#photo;
    if (photo === undefined || settings === undefined) return undefined;
    const work = this.#begin();
    const { signal } = work;
    this.#progress.start("Upscaling");
    this.#running = true;
    this.#showControls();
    // On a phone the button lies a screen below the picture.
    this.#view.element.scrollIntoView({
      block: "nearest",
      behavior: prefersReducedMotion() ? "auto" : "smooth",
    });
    try {
      return await untilGpuHolds(
        () => this.#make(photo, settings, signal),
        () => {
          this.#notice.show("The GPU was lost.", "Another one is opened, and the work is done again.");
          return this.#studio.engine.call("connect", [], { signal });
        },
      );
    } catch (error) {
      if (!isAbort(error)) this.#fail("The photo could not be upscaled.", error);
      return undefined;
    } finally {
      if (this.#work === work) {
        this.#progress.stop();
        this.#running = false;
        this.#showControls();
      }
    }
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
          const factor = target.width / (photo.image.width * FACTOR);
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
    const left = await bicubicPicture(photo.image, enlarged, sources);
    const right = await pictureOfResult(enlarged, growing.canvas, sources);
    signal.throwIfAborted();
    const result = { photo, settings, enlarged };
    this.#result = result;
    this.#notice.clear();
    this.#view.compare({ picture: left, label: "Bicubic" }, { picture: right, label: model.title });
    const megapixels = (enlarged.width * enlarged.height) / 1e6;
    this.#panel.showResult({ time, model: model.title, adapter: engine.connection.adapter, megapixels });
    announcer.say(`Done in ${formatDuration(time)}. The slider compares bicubic with ${model.title}.`);
    return result;
  }

  async #save(): Promise<void> {
    const result = this.#result;
    if (result === undefined) return;
    this.#download.disabled = true;
    const { format, quality, keepsMetadata } = this.#form;
    try {
      const { photo, enlarged, settings } = result;
      const wishes = { format, quality, ...(keepsMetadata ? { metadataOf: photo.file } : {}) };
      const file = await this.#studio.engine.call("encode", [enlarged, wishes]);
      const name = resultName(photo.name, settings.size, format);
      download({ name, file });
      this.#studio.announcer.say(`${name} saved.`);
    } catch (error) {
      this.#fail("The file could not be made.", error);
    } finally {
      this.#download.disabled = false;
    }
  }

  /** A photo that was upscaled, or is being, is upscaled anew; the pause lets keys and pointers come to rest. */
  #choiceChanged(): void {
    this.#showControls();
    clearTimeout(this.#rerun);
    if (this.#running || (this.#result !== undefined && !this.#isMade()))
      this.#rerun = setTimeout(() => void this.#upscale(), SETTLING);
  }

  /** Whether the result on show is the one that is chosen. */
  #isMade(): boolean {
    const made = this.#result?.settings;
    const now = this.#settings();
    return (
      made !== undefined &&
      now !== undefined &&
      made.model.title === now.model.title &&
      JSON.stringify(made.size) === JSON.stringify(now.size)
    );
  }

  #cancel(): void {
    clearTimeout(this.#rerun);
    this.#work.abort();
    this.#running = false;
    this.#progress.stop();
    if (this.#photo) this.#view.show({ picture: this.#photo.picture, label: "Original" });
    this.#result = undefined;
    this.#panel.clearResult();
    this.#showControls();
    this.#run.focus();
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
    const made = this.#isMade() && !this.#checked.checked;
    const photo = this.#photo;
    const size = this.#form.size;
    if (photo !== undefined && size !== undefined)
      this.#panel.showPhoto(photo.name, photo.image, resultSize(photo.image, size));
    this.#checked.disabled = running;
    this.#run.hidden = made && !running;
    this.#run.disabled = running || photo === undefined || size === undefined;
    this.#download.hidden = running || this.#result === undefined;
    this.#download.classList.toggle("primary", made);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
