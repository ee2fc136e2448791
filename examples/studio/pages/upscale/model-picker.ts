/** The choice of a network: one radio button per model, and one for a blend of two with a slider between them. */
import { element, uniqueId } from "../../components/dom.ts";
import type { Connection, ModelEntry } from "../../engine-bridge.ts";
import type { ModelChoice } from "../../engine-calls.ts";

/** What was chosen, and what it is called beside a picture. */
export interface Choice {
  readonly model: ModelChoice;
  readonly title: string;
}

/** Percent that one step of the slider is. */
const STEP = 5;

export class ModelPicker {
  readonly element: HTMLFieldSetElement;
  readonly #onChange: () => void;
  readonly #group = uniqueId("model");
  /** Folded away below the choices, which screen readers read with each. */
  readonly #descriptions: HTMLElement[] = [];
  #chosen: Choice;

  /**
   * @param onChange called when another model is chosen, or the slider is released
   * @throws RangeError if there is no model
   */
  constructor({ models, blend }: Pick<Connection, "models" | "blend">, onChange: () => void) {
    const [first] = models;
    if (first === undefined) throw new RangeError("ModelPicker: expected at least one model, got none");
    this.#onChange = onChange;
    this.#chosen = choiceOf(first);
    const rows = models.map((model) => this.#row(model, model === first));
    const rest = blend ? this.#blend(blend.from, blend.to) : missingBlend(first);
    const explained = element("details", { class: "more" }, element("summary", {}, "What they do"));
    explained.append(...this.#descriptions);
    this.element = element(
      "fieldset",
      { class: "choices" },
      element("legend", {}, "Model"),
      ...rows,
      rest,
      explained,
    );
  }

  get chosen(): Choice {
    return this.#chosen;
  }

  #choose(choice: Choice): void {
    this.#chosen = choice;
    this.#onChange();
  }

  #row(model: ModelEntry, checked: boolean): HTMLElement {
    const { input, words } = this.#radio(model.name, model.title, model.description, checked);
    input.addEventListener("change", () => this.#choose(choiceOf(model)));
    return element("label", { class: "choice" }, input, words);
  }

  /** A slider between two models; touching it chooses the blend. */
  #blend(from: ModelEntry, to: ModelEntry): HTMLElement {
    const explained = `Weights between the two: from ${from.title} on the left to ${to.title} on the right.`;
    const { input, words } = this.#radio("blend", "A blend of both", explained, false);
    const slider = element("input", {
      type: "range",
      class: "blend-slider",
      min: 0,
      max: 100,
      step: STEP,
      value: 50,
      "aria-label": `Blend of ${from.title} and ${to.title}`,
      "data-control": "blend",
    });
    const shown = element("output", { class: "blend-value" });
    const choice = (): Choice => ({
      model: { blend: Number(slider.value) / 100 },
      title: `${slider.value}\u00a0% ${to.title}`,
    });
    const write = () => {
      shown.textContent = choice().title;
      slider.setAttribute("aria-valuetext", choice().title);
    };
    slider.addEventListener("input", () => {
      input.checked = true;
      write();
    });
    slider.addEventListener("change", () => this.#choose(choice()));
    input.addEventListener("change", () => this.#choose(choice()));
    write();
    const scale = element(
      "div",
      { class: "blend-scale", "aria-hidden": "true" },
      element("span", {}, from.title),
      shown,
      element("span", {}, to.title),
    );
    return element(
      "div",
      { class: "choice choice-blend" },
      element("label", { class: "choice-line" }, input, words),
      element("div", { class: "blend" }, slider, scale),
    );
  }

  #radio(value: string, title: string, description: string, checked: boolean) {
    const id = uniqueId("model-description");
    const input = element("input", {
      type: "radio",
      name: this.#group,
      value,
      checked,
      "aria-describedby": id,
    });
    this.#descriptions.push(
      element(
        "p",
        { class: "choice-description" },
        element("strong", {}, `${title}: `),
        element("span", { id }, description),
      ),
    );
    return { input, words: element("span", { class: "choice-title" }, title) };
  }
}

const choiceOf = ({ name, title }: ModelEntry): Choice => ({ model: name, title });

/** Why there is no slider. */
const missingBlend = ({ title }: ModelEntry): HTMLElement =>
  element(
    "p",
    { class: "choices-note", "data-note": "blend" },
    `Only ${title} is installed; with SRGAN beside it, a slider would blend the two.`,
  );
