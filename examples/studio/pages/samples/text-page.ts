/** Draws what somebody writes: pictures of a sentence, or of what lies between two, while they are typed. */
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { imageCanvas } from "../../components/image-canvas.ts";
import type { Image, Sampled } from "../../lab/types.ts";
import { writeRouteState } from "../../router.ts";
import type { Studio } from "../page.ts";
import { Controls } from "./controls.ts";
import type { SamplesPage } from "./index.ts";
import { type Drawing, mountDrawing } from "./mount.ts";
import { acceptDrop, chosenPicture, field, fileButton, fileName, saveSheet } from "./parts.ts";
import { SentenceFields } from "./sentence-fields.ts";

const COUNTS = { least: 1, most: 32, usual: 8 } as const;

export const mountTextPage = (host: HTMLElement, studio: Studio, of: SamplesPage): Promise<void> =>
  mountDrawing(host, studio, of, (drawing) => new TextView(drawing));

class TextView {
  readonly #drawing: Drawing;
  readonly #controls: Controls;
  readonly #sentences: SentenceFields;
  readonly #styleRow = element("div", { class: "picture-row" });
  readonly #pictures = element("ul", { class: "drawn", "aria-label": "Pictures" });
  readonly #notes = element("div", { class: "text-notes", role: "status", "data-fact": "notes" });
  #style: File | undefined;
  #readsStyles = false;

  constructor(drawing: Drawing) {
    const { host, state } = drawing;
    this.#drawing = drawing;
    this.#sentences = new SentenceFields(state, () => this.#controls.ask());
    this.#controls = new Controls(drawing, {
      counts: COUNTS,
      again: "Again, other noise",
      fileName: () => fileName(this.#sentences.title),
      onOpen: ({ examples, told }) => {
        this.#sentences.offer(examples);
        this.#readsStyles = told.includes("styles");
        this.#drawIn(undefined);
      },
      onDraw: () => this.#draw(),
    });
    const { notice, facts, actions, count, seed, weights } = this.#controls;
    host.append(
      element(
        "div",
        { class: "workbench" },
        element(
          "div",
          { class: "sampling card" },
          this.#sentences.element,
          notice.element,
          this.#notes,
          this.#pictures,
          facts,
        ),
        element(
          "aside",
          { class: "panel", "aria-label": "How it is drawn" },
          actions,
          field("Pictures", count.input),
          field("Seed of the noise", seed.input),
          this.#styleRow,
          weights.element,
        ),
      ),
    );
    acceptDrop(host, (file) => this.#drawIn(file));
    void this.#controls.open();
  }

  /** Draws in the style of a picture, or in as many as there are noises. */
  #drawIn(style: File | undefined): void {
    if (style && !this.#readsStyles) {
      this.#controls.notice.show("Styles cannot be read.", "These weights have no style encoder.");
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
    this.#controls.count.input.disabled = style !== undefined;
    this.#controls.ask();
  }

  #draw(): Promise<void> {
    const { weights, count, seed } = this.#controls;
    const { texts, share, title } = this.#sentences;
    writeRouteState(
      this.#drawing.of.route,
      new URLSearchParams([
        ["model", weights.chosen.model.name],
        ...this.#sentences.state,
        ["count", String(count.value)],
        ["seed", String(seed.value)],
      ]),
    );
    const request = { walk: false, texts, ...(share !== undefined && { share }) };
    const wish = { request, style: this.#style };
    return this.#controls.draw(wish, this.#pictures, (sampled) => this.#show(sampled), title);
  }

  #show({ rows, notes }: Sampled): void {
    const images = rows.flat();
    const { title } = this.#sentences;
    // Kept where they are, so that a button keeps the focus while its picture changes.
    while (this.#pictures.children.length > images.length) this.#pictures.lastElementChild?.remove();
    for (const [k, image] of images.entries()) {
      const item = this.#pictures.children[k] ?? this.#pictures.appendChild(this.#item(k));
      item.querySelector("canvas")?.replaceWith(imageCanvas(image, `${title}, picture ${k + 1}`));
    }
    this.#notes.replaceChildren(...notes.map((note) => element("p", { class: "note" }, note)));
  }

  #item(k: number): HTMLElement {
    const save = () => {
      const image = this.#controls.shown.flat()[k] as Image;
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
}
