/** Draws samples: rows of classes, walks, and what was made on the way; of a pyramid from a picture of the visitor's, too. */
import { element, prefersReducedMotion } from "../../components/dom.ts";
import { imageCanvas } from "../../components/image-canvas.ts";
import type { OpenedModel, Sampled } from "../../lab/types.ts";
import { writeRouteState } from "../../router.ts";
import type { Studio } from "../page.ts";
import { Controls } from "./controls.ts";
import type { SamplesPage } from "./index.ts";
import { type Drawing, mountDrawing } from "./mount.ts";
import { acceptDrop, chosenPicture, field, fileButton } from "./parts.ts";

/** Pictures in a row, or in all. */
const COUNTS = { least: 2, most: 64, usual: 10 } as const;
/** Milliseconds from one level to the next, while a pyramid is built before one's eyes. */
const LEVEL = 450;

export const mountSamplesPage = (host: HTMLElement, studio: Studio, of: SamplesPage): Promise<void> =>
  mountDrawing(host, studio, of, (drawing) => new SamplesView(drawing));

class SamplesView {
  readonly #drawing: Drawing;
  readonly #controls: Controls;
  readonly #class = element("select", { class: "select", "data-control": "class" });
  readonly #classRow = field("Class", this.#class);
  readonly #walk: HTMLInputElement;
  readonly #does = element("p", { "data-fact": "does" });
  readonly #rows = element("div", { class: "sample-rows" });
  readonly #steps = element("section", { class: "sample-steps", "aria-label": "Level by level" });
  readonly #thumbnailRow = element("div", { class: "picture-row", hidden: true });
  #thumbnail: File | undefined;
  /** Of the address, until the classes are known. */
  #wanted: string;

  constructor(drawing: Drawing) {
    const { host, state, of } = drawing;
    this.#drawing = drawing;
    this.#wanted = state.get("class") ?? "";
    this.#controls = new Controls(drawing, {
      counts: COUNTS,
      again: "New noise",
      fileName: () => of.route,
      onOpen: (model) => this.#opened(model),
      onDraw: () => this.#draw(),
    });
    const walks = state.get("walk") === "1";
    this.#walk = element("input", { type: "checkbox", "data-control": "walk", checked: walks });
    for (const control of [this.#class, this.#walk])
      control.addEventListener("change", () => this.#controls.ask());
    host.querySelector(".page-head")?.append(this.#does);
    const { notice, facts, actions, count, seed, weights } = this.#controls;
    host.append(
      element(
        "div",
        { class: "workbench" },
        element("div", { class: "sampling card" }, notice.element, this.#rows, this.#steps, facts),
        element(
          "aside",
          { class: "panel", "aria-label": "What is drawn" },
          weights.element,
          this.#thumbnailRow,
          this.#classRow,
          element("label", { class: "tick" }, this.#walk, "Walk from one to another"),
          field("Pictures in a row", count.input),
          field("Seed of the noise", seed.input),
          actions,
        ),
      ),
    );
    acceptDrop(host, (file) => {
      if (!this.#thumbnailRow.hidden) this.#begin(file);
    });
    void this.#controls.open();
  }

  #opened(model: OpenedModel): void {
    const { classes, told } = model;
    this.#does.textContent = whatItDoes(model);
    this.#classRow.hidden = classes.length === 0;
    this.#class.replaceChildren(
      element("option", { value: "" }, "all, a row each"),
      ...classes.map((name) => element("option", { value: name }, name)),
    );
    this.#class.value = classes.includes(this.#wanted) ? this.#wanted : "";
    this.#wanted = "";
    this.#thumbnailRow.hidden = !told.includes("thumbnail");
    this.#begin(undefined);
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
    this.#controls.ask();
  }

  #draw(): Promise<void> {
    const { weights, count, seed } = this.#controls;
    const [name, walk] = [this.#class.value, this.#walk.checked];
    writeRouteState(
      this.#drawing.of.route,
      new URLSearchParams({
        model: weights.chosen.model.name,
        ...(name !== "" && { class: name }),
        ...(walk && { walk: "1" }),
        count: String(count.value),
        seed: String(seed.value),
      }),
    );
    const request = { walk, ...(name !== "" && { class: name }) };
    const wish = { request, thumbnail: this.#thumbnail };
    return this.#controls.draw(wish, this.#rows, (sampled) => this.#show(sampled));
  }

  #show({ rows, labels, steps }: Sampled): void {
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
