/** Draws samples: rows of classes, walks, and what was made on the way; of a pyramid from a picture of the visitor's, too. */
import { Notice } from "../../components/announcer.ts";
import { button, element, prefersReducedMotion } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { imageCanvas } from "../../components/image-canvas.ts";
import { Newest } from "../../components/newest.ts";
import type { OpenedModel, Sampled } from "../../lab/types.ts";
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
  saveSheet,
  WholeField,
  wordsOf,
} from "./parts.ts";
import { WeightsField } from "./weights-field.ts";

/** Pictures in a row, or in all. */
const COUNTS = { least: 2, most: 64, usual: 10 } as const;
/** Milliseconds from one level to the next, while a pyramid is built before one's eyes. */
const LEVEL = 450;

export const mountSamplesPage = (host: HTMLElement, studio: Studio, of: SamplesPage): Promise<void> =>
  mountDrawing(host, studio, of, (drawing) => new SamplesView(drawing));

class SamplesView {
  readonly #drawing: Drawing;
  readonly #weights: WeightsField;
  readonly #class = element("select", { class: "select", "data-control": "class" });
  readonly #classRow: HTMLElement;
  readonly #walk: HTMLInputElement;
  readonly #count: WholeField;
  readonly #seed: WholeField;
  readonly #does = element("p", { "data-fact": "does" });
  readonly #facts = element("p", { class: "fine", role: "status", "data-fact": "samples" });
  readonly #rows = element("div", { class: "sample-rows" });
  readonly #steps = element("section", { class: "sample-steps", "aria-label": "Level by level" });
  readonly #thumbnailRow = element("div", { class: "picture-row", hidden: true });
  readonly #save: HTMLButtonElement;
  readonly #notice = new Notice();
  readonly #draws = new Newest<void>(() => this.#drawNow());
  #thumbnail: File | undefined;
  #shown: Sampled["rows"] = [];
  readonly #compiling: (compiled: number, asked: number) => void;

  constructor(drawing: Drawing) {
    const { host, state, client, of } = drawing;
    this.#drawing = drawing;
    this.#compiling = client.heard((compiled: number, asked: number) => {
      if (compiled < asked) this.#facts.textContent = compilingWords(compiled, asked);
    });
    this.#weights = new WeightsField(
      drawing,
      () => void this.#open(),
      (problem) => this.#notice.show("These weights cannot be used.", problem),
    );
    const walks = state.get("walk") === "1";
    this.#walk = element("input", { type: "checkbox", "data-control": "walk", checked: walks });
    this.#count = new WholeField("count", state.get("count"), COUNTS.usual, COUNTS.least, COUNTS.most);
    this.#seed = new WholeField("seed", state.get("seed"), 1, 0, 2 ** 31);
    this.#classRow = field("Class", this.#class);
    const dice = () => {
      this.#seed.value += 1;
      void this.#draws.ask();
    };
    this.#save = button(
      { class: "button", "data-action": "save-sheet", hidden: true },
      () => void saveSheet(client, of.route, this.#shown),
      icon("download"),
      "Save the sheet",
    );
    for (const control of [this.#class, this.#walk, this.#count.input, this.#seed.input])
      control.addEventListener("change", () => void this.#draws.ask());
    host.querySelector(".page-head")?.append(this.#does);
    const main = [this.#notice.element, this.#rows, this.#steps, this.#facts];
    host.append(
      element(
        "div",
        { class: "workbench" },
        element("div", { class: "sampling card" }, ...main),
        element(
          "aside",
          { class: "panel", "aria-label": "What is drawn" },
          this.#weights.element,
          this.#thumbnailRow,
          this.#classRow,
          element("label", { class: "tick" }, this.#walk, "Walk from one to another"),
          field("Pictures in a row", this.#count.input),
          field("Seed of the noise", this.#seed.input),
          element(
            "div",
            { class: "panel-actions" },
            button({ class: "button primary", "data-action": "draw" }, dice, icon("sparkle"), "New noise"),
            this.#save,
          ),
        ),
      ),
    );
    acceptDrop(host, (file) => {
      if (!this.#thumbnailRow.hidden) this.#begin(file);
    });
    void this.#open(state.get("class") ?? "");
  }

  /** Reads the chosen weights and draws. */
  async #open(chosen = ""): Promise<void> {
    const { system, model } = this.#weights.chosen;
    this.#facts.textContent = "Reading the weights…";
    try {
      const opened = await this.#drawing.client.lab.open(system.name, model.name);
      const { classes, told } = opened;
      this.#does.textContent = whatItDoes(opened);
      this.#classRow.hidden = classes.length === 0;
      this.#class.replaceChildren(
        element("option", { value: "" }, "all, a row each"),
        ...classes.map((name) => element("option", { value: name }, name)),
      );
      this.#class.value = classes.includes(chosen) ? chosen : "";
      this.#thumbnailRow.hidden = !told.includes("thumbnail");
      this.#begin(undefined);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Begins the pyramid with a picture, or without one, and draws. */
  #begin(file: File | undefined): void {
    this.#thumbnail = file;
    const choose = fileButton(
      { action: "thumbnail", accept: "image/*", words: "Begin with a picture" },
      (picture) => this.#begin(picture),
    );
    this.#thumbnailRow.replaceChildren(
      ...(file ? [chosenPicture(file, "Begin without this picture", () => this.#begin(undefined))] : choose),
      element("p", { class: "fine" }, "It is reduced to the first level, or drop one anywhere."),
    );
    void this.#draws.ask();
  }

  async #drawNow(): Promise<void> {
    const { client, of } = this.#drawing;
    const { system, model } = this.#weights.chosen;
    const [count, seed, name, walk] = [
      this.#count.value,
      this.#seed.value,
      this.#class.value,
      this.#walk.checked,
    ];
    writeRouteState(
      of.route,
      new URLSearchParams({
        model: model.name,
        ...(name !== "" && { class: name }),
        ...(walk && { walk: "1" }),
        count: String(count),
        seed: String(seed),
      }),
    );
    this.#rows.classList.add("stale");
    try {
      const request = { count, seed, walk, ...(name !== "" && { class: name }) };
      const wish = { system: system.name, model: model.name, request, thumbnail: this.#thumbnail };
      const sampled = await client.lab.sample(wish, this.#compiling);
      if (this.#draws.overtaken) return;
      this.#notice.clear();
      this.#show(sampled);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#rows.classList.remove("stale");
    }
  }

  #show(sampled: Sampled): void {
    const { rows, labels, steps } = sampled;
    this.#shown = rows;
    this.#save.hidden = false;
    // The last row of a sheet may be shorter; its pictures are not to be larger.
    this.#rows.style.setProperty("--columns", String(Math.max(...rows.map((row) => row.length))));
    this.#rows.replaceChildren(
      ...rows.map((row, k) => {
        const label = labels[k];
        const named = label === undefined ? `Row ${k + 1}` : label;
        return element(
          "div",
          { class: "sample-row" },
          ...(label === undefined ? [] : [element("span", { class: "sample-label" }, label)]),
          element(
            "div",
            { class: "sample-pictures" },
            ...row.map((image, column) => imageCanvas(image, `${named}, picture ${column + 1}`)),
          ),
        );
      }),
    );
    this.#steps.hidden = steps.length === 0;
    this.#steps.replaceChildren(...steps.map(stepFigure));
    if (!prefersReducedMotion())
      for (const [k, figure] of [...this.#steps.children].entries())
        figure.animate([{ opacity: 0, transform: "translateY(8px)" }, { opacity: 1 }], {
          ...{ duration: LEVEL, delay: k * LEVEL, fill: "backwards" },
        });
    this.#facts.textContent = drawnWords(sampled);
    this.#drawing.studio.announcer.say(this.#facts.textContent);
  }

  #fail(error: unknown): void {
    this.#facts.textContent = "";
    this.#notice.show("Nothing could be drawn.", wordsOf(error));
  }
}

/** What can be seen of a model, by what it can be told. */
function whatItDoes({ classes, told }: OpenedModel): string {
  const finer = told.includes("thumbnail");
  const levels = finer ? " Below the pictures stand the levels of the first of each row." : "";
  if (classes.length === 0)
    return `It knows no classes: every picture is of a noise of its own, and walks lead from one noise to the next.${levels}`;
  const walks = finer ? "from one noise to another" : "from one class to the next";
  return `It draws what it is asked for: each row is a class and each column a noise, or rows walk ${walks}.${levels}`;
}

const stepFigure = ({ name, image }: Sampled["steps"][number]): HTMLElement =>
  element("figure", {}, imageCanvas(image, stepWords(name)), element("figcaption", {}, stepWords(name)));

/** Names of a pyramid's files in words: l16, h16, I16. */
function stepWords(name: string): string {
  const [, kind = "", side = ""] = /^([lhI])(\d+)$/.exec(name) ?? [];
  const words: Readonly<Record<string, string>> = {
    l: `enlarged to ${side} pixels`,
    h: `the residual that is added at ${side} pixels`,
    I: `the picture at ${side} pixels`,
  };
  return words[kind] ?? name;
}
