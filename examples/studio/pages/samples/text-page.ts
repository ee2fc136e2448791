/** Draws what somebody writes: pictures of a sentence, or of what lies between two, while they are typed. */
import { Notice } from "../../components/announcer.ts";
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { imageCanvas } from "../../components/image-canvas.ts";
import { Newest } from "../../components/newest.ts";
import type { Image, Sampled } from "../../lab/types.ts";
import { writeRouteState } from "../../router.ts";
import type { Studio } from "../page.ts";
import type { SamplesPage } from "./index.ts";
import { type Drawing, mountDrawing } from "./mount.ts";
import {
  acceptDrop,
  chosenPicture,
  compilingWords,
  drawnWords,
  field,
  fileButton,
  fileName,
  saveSheet,
  WholeField,
  wordsOf,
} from "./parts.ts";
import { SentenceFields } from "./sentence-fields.ts";
import { WeightsField } from "./weights-field.ts";

const COUNTS = { least: 1, most: 32, usual: 8 } as const;

export const mountTextPage = (host: HTMLElement, studio: Studio, of: SamplesPage): Promise<void> =>
  mountDrawing(host, studio, of, (drawing) => new TextView(drawing));

class TextView {
  readonly #drawing: Drawing;
  readonly #weights: WeightsField;
  readonly #sentences: SentenceFields;
  readonly #count: WholeField;
  readonly #seed: WholeField;
  readonly #styleRow = element("div", { class: "picture-row" });
  readonly #pictures = element("ul", { class: "drawn", "aria-label": "Pictures" });
  readonly #notes = element("div", { class: "text-notes", role: "status", "data-fact": "notes" });
  readonly #facts = element("p", { class: "fine", "data-fact": "samples" });
  readonly #save: HTMLButtonElement;
  readonly #notice = new Notice();
  readonly #draws = new Newest<void>(() => this.#drawNow());
  #style: File | undefined;
  #readsStyles = false;
  #shown: Sampled["rows"] = [];
  readonly #compiling: (compiled: number, asked: number) => void;

  constructor(drawing: Drawing) {
    const { host, state, client } = drawing;
    this.#drawing = drawing;
    this.#compiling = client.heard((compiled: number, asked: number) => {
      if (compiled < asked) this.#facts.textContent = compilingWords(compiled, asked);
    });
    this.#weights = new WeightsField(
      drawing,
      () => void this.#open(),
      (problem) => this.#notice.show("These weights cannot be used.", problem),
    );
    this.#sentences = new SentenceFields(state, () => void this.#draws.ask());
    this.#count = new WholeField("count", state.get("count"), COUNTS.usual, COUNTS.least, COUNTS.most);
    this.#seed = new WholeField("seed", state.get("seed"), 1, 0, 2 ** 31);
    for (const { input } of [this.#count, this.#seed])
      input.addEventListener("change", () => void this.#draws.ask());
    const again = () => {
      this.#seed.value += 1;
      void this.#draws.ask();
    };
    this.#save = button(
      { class: "button", "data-action": "save-sheet", hidden: true },
      () => void saveSheet(client, fileName(this.#sentences.title), this.#shown),
      icon("download"),
      "Save the sheet",
    );
    host.append(
      element(
        "div",
        { class: "workbench" },
        element(
          "div",
          { class: "sampling card" },
          this.#sentences.element,
          this.#notice.element,
          this.#notes,
          this.#pictures,
          this.#facts,
        ),
        element(
          "aside",
          { class: "panel", "aria-label": "How it is drawn" },
          element(
            "div",
            { class: "panel-actions" },
            button(
              { class: "button primary", "data-action": "draw" },
              again,
              icon("sparkle"),
              "Again, other noise",
            ),
            this.#save,
          ),
          field("Pictures", this.#count.input),
          field("Seed of the noise", this.#seed.input),
          this.#styleRow,
          this.#weights.element,
        ),
      ),
    );
    acceptDrop(host, (file) => this.#drawIn(file));
    void this.#open();
  }

  /** Reads the chosen weights and draws. */
  async #open(): Promise<void> {
    const { system, model } = this.#weights.chosen;
    this.#facts.textContent = "Reading the weights…";
    try {
      const { examples, told } = await this.#drawing.client.lab.open(system.name, model.name);
      this.#sentences.offer(model.examples ?? examples);
      this.#readsStyles = told.includes("styles");
      this.#drawIn(undefined);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Draws in the style of a picture, or in as many as there are noises. */
  #drawIn(style: File | undefined): void {
    if (style && !this.#readsStyles) {
      this.#notice.show("Styles cannot be read.", "These weights have no style encoder.");
      return;
    }
    this.#style = style;
    const choose = fileButton({ action: "style", accept: "image/*", words: "Style of a picture" }, (file) =>
      this.#drawIn(file),
    );
    const words = this.#readsStyles
      ? "What a sentence does not say (the drawing’s manner, the background) can be read from a picture: choose one, or drop it anywhere."
      : "No style encoder comes with these weights, so that pictures cannot lend their style.";
    this.#styleRow.replaceChildren(
      ...(style
        ? [chosenPicture(style, "Draw without this style", () => this.#drawIn(undefined))]
        : this.#readsStyles
          ? choose
          : []),
      element("p", { class: "fine", "data-note": "style" }, words),
    );
    this.#count.input.disabled = style !== undefined;
    void this.#draws.ask();
  }

  async #drawNow(): Promise<void> {
    const { client, of } = this.#drawing;
    const { system, model } = this.#weights.chosen;
    const [count, seed] = [this.#count.value, this.#seed.value];
    const { texts, share } = this.#sentences;
    writeRouteState(
      of.route,
      new URLSearchParams([
        ["model", model.name],
        ...this.#sentences.state,
        ["count", String(count)],
        ["seed", String(seed)],
      ]),
    );
    this.#pictures.classList.add("stale");
    try {
      const request = { count, seed, walk: false, texts, ...(share !== undefined && { share }) };
      const wish = { system: system.name, model: model.name, request, style: this.#style };
      const sampled = await client.lab.sample(wish, this.#compiling);
      this.#notice.clear();
      this.#show(sampled);
    } catch (error) {
      this.#fail(error);
    } finally {
      if (!this.#draws.overtaken) this.#pictures.classList.remove("stale");
    }
  }

  #show(sampled: Sampled): void {
    const { rows, notes } = sampled;
    this.#shown = rows;
    this.#save.hidden = false;
    const images = rows.flat();
    const { title } = this.#sentences;
    // Kept where they are, so that a button keeps the focus while its picture changes.
    while (this.#pictures.children.length > images.length) this.#pictures.lastElementChild?.remove();
    for (const [k, image] of images.entries()) {
      const item = this.#pictures.children[k] ?? this.#pictures.appendChild(this.#item(k));
      item.querySelector("canvas")?.replaceWith(imageCanvas(image, `${title}, picture ${k + 1}`));
    }
    this.#notes.replaceChildren(...notes.map((note) => element("p", { class: "note" }, note)));
    this.#facts.textContent = drawnWords(sampled);
    this.#drawing.studio.announcer.say(`${title}: ${this.#facts.textContent}`);
  }

  #item(k: number): HTMLElement {
    const save = () => {
      const image = this.#shown.flat()[k] as Image;
      void saveSheet(this.#drawing.client, `${fileName(this.#sentences.title)}-${k + 1}`, [[image]]);
    };
    const words = `Save picture ${k + 1}`;
    return element(
      "li",
      {},
      element("canvas"),
      button(
        { class: "save-one", "data-action": "save-one", "aria-label": words, title: words },
        save,
        icon("download"),
      ),
    );
  }

  #fail(error: unknown): void {
    this.#facts.textContent = "";
    this.#notice.show("Nothing could be drawn.", wordsOf(error));
  }
}
