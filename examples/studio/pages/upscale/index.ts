/** The page that makes a photo four times larger and shows it beside bicubic interpolation. */
import { Notice } from "../../components/announcer.ts";
import { CompareView } from "../../components/compare-view.ts";
import { button, element, prefersReducedMotion, uniqueId } from "../../components/dom.ts";
import { createFileDrop } from "../../components/file-drop.ts";
import { icon } from "../../components/icons.ts";
import { createPicture, type Picture } from "../../components/picture.ts";
import { Progress } from "../../components/progress.ts";
import { formatDuration } from "../../components/time-left.ts";
import type { Image } from "../../engine-bridge.ts";
import { isAbort, type KernelsCompiled, type PartsDone } from "../../engine-calls.ts";
import type { Page, Studio } from "../page.ts";
import { ModelPicker } from "./model-picker.ts";
import { PhotoPanel } from "./photo-panel.ts";
import {
  decodeProblem,
  FACTOR,
  fileProblem,
  formatSize,
  resultName,
  sentence,
  sizeProblem,
  startsByItself,
} from "./rules.ts";

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
  readonly image: Image;
}

class UpscalePage {
  readonly #studio: Studio;
  readonly #view = new CompareView();
  readonly #notice = new Notice();
  readonly #panel = new PhotoPanel();
  readonly #progress: Progress;
  readonly #models: ModelPicker;
  readonly #checked = element("input", { type: "checkbox", "data-control": "debug-nan" });
  readonly #run: HTMLButtonElement;
  readonly #download: HTMLButtonElement;
  #photo: Photo | undefined;
  #result: Photo | undefined;
  /** The photo enlarged by bicubic interpolation, once that was needed. */
  #bicubic: Picture | undefined;
  #running = false;
  #rerun: ReturnType<typeof setTimeout> | undefined;
  /** Ends what is under way: the run, or opening a file. */
  #work = new AbortController();

  constructor(host: HTMLElement, studio: Studio) {
    this.#studio = studio;
    const { connection } = studio.engine;
    this.#progress = new Progress("tiles", studio.announcer, () => this.#cancel());
    this.#models = new ModelPicker(connection, () => this.#modelChanged());
    this.#checked.addEventListener("change", () => this.#showControls());
    this.#run = button(
      { class: "button primary", "data-action": "upscale" },
      () => void this.#upscale(),
      icon("sparkle"),
      `Upscale ×${FACTOR}`,
    );
    this.#download = button(
      { class: "button primary", "data-action": "download", hidden: true },
      () => void this.#save(),
      icon("download"),
      "Download PNG",
    );
    const drop = createFileDrop({
      accept: "image/*",
      label: "Choose a photo",
      dropLabel: "Drop the photo to upscale it",
      isActive: () => !host.hidden,
      onFile: (file) => void this.#open(file, file.name || "pasted picture.png", true),
    });
    this.#view.element.append(this.#progress.element);
    host.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", { tabindex: -1 }, "Make a photo four times larger"),
        element(
          "p",
          {},
          "Choose a photo",
          element("span", { class: "mouse-only" }, ", drop it anywhere on this page, or paste it"),
          ". It stays on this device.",
        ),
      ),
      element(
        "div",
        { class: "workbench" },
        element("div", { class: "workbench-main" }, this.#notice.element, this.#view.element),
        element(
          "aside",
          { class: "panel", "aria-label": "Photo and model" },
          drop,
          this.#panel.photo,
          this.#models.element,
          checkSwitch(this.#checked),
          element("div", { class: "panel-actions" }, this.#run, this.#download),
          this.#panel.result,
          ...(connection.adapter.software ? [softwareNote()] : []),
        ),
      ),
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

  /** Opens a file and, where that takes no patience, upscales it at once. */
  async #open(file: Blob, name: string, mayStart: boolean): Promise<void> {
    const { engine, announcer } = this.#studio;
    const problem = file instanceof File ? fileProblem(file) : undefined;
    if (problem !== undefined) return this.#notice.show(problem.title, problem.advice);
    const work = this.#begin();
    let image: Image;
    try {
      image = await engine.call("open", [file, name], { signal: work.signal });
    } catch (error) {
      if (isAbort(error)) return;
      const { title, advice } = decodeProblem(name, messageOf(error));
      return this.#notice.show(title, advice);
    }
    const refused = sizeProblem(name, image);
    if (refused !== undefined) return this.#notice.show(refused.title, refused.advice);
    const picture = await createPicture(image, FACTOR);
    if (work.signal.aborted) return;
    this.#photo = { name, image };
    this.#result = undefined;
    this.#bicubic = undefined;
    this.#view.show({ picture, label: `Original, ${formatSize(image)}` });
    this.#panel.showPhoto(name, image);
    this.#showControls();
    announcer.say(`${name} opened, ${image.width} by ${image.height} pixels.`);
    if (mayStart && startsByItself(image, engine.connection.adapter.software)) await this.#upscale();
  }

  async #upscale(): Promise<void> {
    const photo = this.#photo;
    if (photo === undefined) return;
    const { engine, announcer } = this.#studio;
    const model = this.#models.chosen;
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
      const onProgress = (told: PartsDone | KernelsCompiled) => {
        if ("done" in told) this.#progress.update(told.done, told.total);
        const compiles = "compiled" in told && told.compiled < told.asked;
        this.#progress.stage(compiles ? `Compiling ${told.compiled}/${told.asked} kernels` : "Upscaling");
      };
      const image = await engine.call("upscale", [photo.image, model.model, this.#checked.checked], {
        signal,
        onProgress,
      });
      const time = this.#progress.elapsed;
      this.#progress.stage("Preparing the comparison");
      const left =
        this.#bicubic ?? (await createPicture(await engine.call("bicubic", [photo.image], { signal })));
      const right = await createPicture(image);
      if (signal.aborted) return;
      this.#bicubic = left;
      this.#result = { name: resultName(photo.name), image };
      this.#view.compare({ picture: left, label: "Bicubic" }, { picture: right, label: model.title });
      this.#panel.showResult({ time, model: model.title, adapter: engine.connection.adapter });
      announcer.say(`Done in ${formatDuration(time)}. The slider compares bicubic with ${model.title}.`);
    } catch (error) {
      if (!isAbort(error)) this.#fail("The photo could not be upscaled.", error);
    } finally {
      if (this.#work === work) {
        this.#progress.stop();
        this.#running = false;
        this.#showControls();
      }
    }
  }

  async #save(): Promise<void> {
    const result = this.#result;
    if (result === undefined) return;
    this.#download.disabled = true;
    try {
      const file = await this.#studio.engine.call("encode", [result.image]);
      const link = element("a", { href: URL.createObjectURL(file), download: result.name });
      link.click();
      // The browser needs the address until it has begun to save.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.#studio.announcer.say(`${result.name} saved.`);
    } catch (error) {
      this.#fail("The PNG could not be made.", error);
    } finally {
      this.#download.disabled = false;
    }
  }

  /** A photo that was upscaled, or is being, is upscaled anew; the pause lets keys and pointers come to rest. */
  #modelChanged(): void {
    this.#showControls();
    clearTimeout(this.#rerun);
    if (this.#running || (this.#result !== undefined && !this.#isMade()))
      this.#rerun = setTimeout(() => void this.#upscale(), SETTLING);
  }

  /** Whether the result on show is the chosen model's. */
  #isMade(): boolean {
    return this.#result !== undefined && this.#panel.resultModel === this.#models.chosen.title;
  }

  #cancel(): void {
    clearTimeout(this.#rerun);
    this.#work.abort();
    this.#running = false;
    this.#progress.stop();
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
    this.#checked.disabled = running;
    this.#run.hidden = made && !running;
    this.#run.disabled = running || this.#photo === undefined;
    this.#download.hidden = running || this.#result === undefined;
    this.#download.classList.toggle("primary", made);
  }
}

/** A switch for those who suspect a network or a driver: the run then says where the first broken number came from. */
function checkSwitch(input: HTMLInputElement): HTMLElement {
  const description = uniqueId("check-description");
  input.setAttribute("aria-describedby", description);
  return element(
    "label",
    { class: "choice" },
    input,
    element(
      "span",
      { class: "choice-words" },
      element("span", { class: "choice-title" }, "Check every number"),
      element(
        "span",
        { class: "choice-description", id: description },
        "Slower. If a NaN or an infinite number appears, the run stops and names the layer it came from.",
      ),
    ),
  );
}

function softwareNote(): HTMLElement {
  return element(
    "p",
    { class: "note", "data-note": "software" },
    element("strong", {}, "No GPU was found. "),
    "The network runs on the processor: same result, many times slower. ",
    element("a", { href: "#/browser-help" }, "What you can do"),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
