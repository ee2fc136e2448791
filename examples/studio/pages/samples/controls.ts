/** What every page that draws has: weights, how many pictures, the seed of their noise, and what became of the last wish. */
import { Notice } from "../../components/announcer.ts";
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { Newest } from "../../components/newest.ts";
import type { OpenedModel, Sampled, SamplesWish } from "../../lab/types.ts";
import type { Drawing } from "./mount.ts";
import { compilingWords, drawnWords, saveSheet, WholeField, wordsOf } from "./parts.ts";
import { WeightsField } from "./weights-field.ts";

export interface ControlsOptions {
  readonly counts: { readonly least: number; readonly most: number; readonly usual: number };
  /** On the button that draws from other noise. */
  readonly again: string;
  /** How a saved sheet is called. */
  readonly fileName: () => string;
  /** Weights are read. */
  readonly onOpen: (model: OpenedModel) => void;
  /** Draws what is asked for now. */
  readonly onDraw: () => Promise<void>;
}

export class Controls {
  readonly weights: WeightsField;
  readonly count: WholeField;
  readonly seed: WholeField;
  readonly notice = new Notice();
  readonly facts = element("p", { class: "fine", "data-fact": "samples" });
  /** The buttons that draw again, and that save. */
  readonly actions: HTMLElement;
  /** What is on screen. */
  shown: Sampled["rows"] = [];
  readonly #drawing: Drawing;
  readonly #options: ControlsOptions;
  readonly #save: HTMLButtonElement;
  readonly #draws: Newest<void>;
  readonly #compiling: (compiled: number, asked: number) => void;

  constructor(drawing: Drawing, options: ControlsOptions) {
    const { state, client } = drawing;
    const { usual, least, most } = options.counts;
    this.#drawing = drawing;
    this.#options = options;
    this.#draws = new Newest(options.onDraw);
    this.#compiling = client.heard((compiled: number, asked: number) => {
      if (compiled < asked) this.facts.textContent = compilingWords(compiled, asked);
    });
    this.weights = new WeightsField(
      drawing,
      () => void this.open(),
      (problem) => this.notice.show("These weights cannot be used.", problem),
    );
    this.count = new WholeField("count", state.get("count"), usual, least, most);
    this.seed = new WholeField("seed", state.get("seed"), 1, 0, 2 ** 31);
    for (const { input } of [this.count, this.seed]) input.addEventListener("change", () => this.ask());
    this.#save = button(
      { class: "button", "data-action": "save-sheet", hidden: true },
      () => void saveSheet(client, options.fileName(), this.shown),
      icon("download"),
      "Save the sheet",
    );
    const again = () => {
      this.seed.value += 1;
      this.ask();
    };
    this.actions = element(
      "div",
      { class: "panel-actions" },
      button({ class: "button primary", "data-action": "draw" }, again, icon("sparkle"), options.again),
      this.#save,
    );
  }

  /** Something else is to be drawn. */
  ask(): void {
    void this.#draws.ask();
  }

  /** Whether something else has been asked for since. */
  get overtaken(): boolean {
    return this.#draws.overtaken;
  }

  /** Reads the chosen weights. */
  async open(): Promise<void> {
    const { system, model } = this.weights.chosen;
    this.facts.textContent = "Reading the weights…";
    try {
      const opened = await this.#drawing.client.lab.open(system.name, model.name);
      this.#options.onOpen({ ...opened, examples: model.examples ?? opened.examples });
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Draws, and says what became of it.
   * @param pictures shown as not of this wish while it is made
   * @param show called with what was made, if anything was
   * @param title what is drawn, for who does not see it
   */
  async draw(
    wish: Pick<SamplesWish, "style" | "thumbnail"> & {
      readonly request: Omit<SamplesWish["request"], "count" | "seed">;
    },
    pictures: HTMLElement,
    show: (sampled: Sampled) => void,
    title?: string,
  ): Promise<void> {
    const { client, studio } = this.#drawing;
    const { system, model } = this.weights.chosen;
    const request = { ...wish.request, count: this.count.value, seed: this.seed.value };
    pictures.classList.add("stale");
    try {
      const asked = { ...wish, request, system: system.name, model: model.name };
      const sampled = await client.lab.sample(asked, this.#compiling);
      this.notice.clear();
      this.shown = sampled.rows;
      this.#save.hidden = false;
      show(sampled);
      const words = drawnWords(sampled);
      this.facts.textContent = words;
      studio.announcer.say(title === undefined ? words : `${title}: ${words}`);
    } catch (error) {
      this.#fail(error);
    } finally {
      if (!this.overtaken) pictures.classList.remove("stale");
    }
  }

  #fail(error: unknown): void {
    this.facts.textContent = "";
    this.notice.show("Nothing could be drawn.", wordsOf(error));
  }
}
