/**
 * The choice of a network: one radio button for what suits the photo, one per model, one for a blend of two with a slider between
 * them, one per file of weights that was opened.
 */
import { element, uniqueId } from "../../components/dom.ts";
import { fileButton } from "../../components/file-button.ts";
import type { Connection, ModelEntry } from "../../engine-bridge.ts";
import type { ModelChoice } from "../../engine-calls.ts";
import type { InputKind } from "../../../../models/super-resolution/input-kind.ts";
import { InputChoice } from "./input-choice.ts";

/** What was chosen, and what it is called beside a picture. */
export interface Choice {
  readonly model: ModelChoice;
  readonly title: string;
  /** No other network has it. */
  readonly key: string;
  /** Options of the terminal's command that choose the same. */
  readonly terminal: readonly string[];
}

/** What is taken for a photo of either kind. */
export type Chooser = (kind: InputKind) => Choice;

/** Percent that one step of the slider is. */
const STEP = 5;

export class ModelPicker {
  readonly element: HTMLFieldSetElement;
  readonly #onChange: () => void;
  readonly #group = uniqueId("model");
  /** Folded away below the choices, which screen readers read with each. */
  readonly #descriptions: HTMLElement[] = [];
  readonly #own = element("div", { class: "choices" });
  readonly #files = new Map<string, HTMLInputElement>();
  #chosen: Chooser;
  #input: InputChoice | undefined;

  /**
   * @param onChange called when another model is chosen, or the slider is released
   * @param onWeights called with a file of weights that the visitor has
   * @throws RangeError if there is no model
   */
  constructor(
    { models, defaults, blend }: Pick<Connection, "models" | "defaults" | "blend">,
    onChange: () => void,
    onWeights: (file: File) => void,
  ) {
    const [first] = models;
    if (first === undefined) throw new RangeError("ModelPicker: expected at least one model, got none");
    this.#onChange = onChange;
    this.#chosen = () => choiceOf(first);
    const { clean, compressed } = defaults;
    const automatic = clean && compressed ? [this.#automatic({ clean, compressed })] : [];
    const isFirst = (model: ModelEntry) => automatic.length === 0 && model === first;
    const rows = [...automatic, ...models.map((model) => this.#row(model, isFirst(model)))];
    const open = fileButton(
      { action: "own-weights", accept: WEIGHTS.join(","), words: "Open weights of your own" },
      onWeights,
    );
    const rest = blend ? this.#blend(blend.from, blend.to) : missingBlend(first);
    const explained = element("details", { class: "more" }, element("summary", {}, "What they do"));
    explained.append(...this.#descriptions);
    this.element = element(
      "fieldset",
      { class: "choices" },
      element("legend", {}, "Model"),
      ...rows,
      rest,
      this.#own,
      explained,
      ...open,
    );
  }

  get chosen(): Chooser {
    return this.#chosen;
  }

  /** Told what the photo looks like. */
  looksLike(kind: InputKind): void {
    this.#input?.looksLike(kind);
  }

  /** Takes a file whose weights can be used, and chooses it. */
  take(file: File, scale: number): void {
    const choice = ownChoice(file);
    let input = this.#files.get(choice.key);
    if (input === undefined) {
      const about = `Your own file: enlarges ${scale} times, then by the exact filter to the size that is chosen.`;
      const made = this.#radio(choice.key, file.name, about, false);
      made.input.addEventListener("change", () => this.#choose(() => choice));
      this.#own.append(element("label", { class: "choice" }, made.input, made.words));
      input = made.input;
      this.#files.set(choice.key, input);
    }
    input.checked = true;
    this.#choose(() => choice);
  }

  #choose(chooser: Chooser): void {
    this.#chosen = chooser;
    this.#onChange();
  }

  /** Whichever of two suits the photo. */
  #automatic(models: Readonly<Record<InputKind, ModelEntry>>): HTMLElement {
    const explained =
      "Looks at the photo: at the quality it was saved with, and for the blocks that JPEG leaves. " +
      `Clean ones go to ${models.clean.title}, others to ${models.compressed.title}.`;
    const { input, words } = this.#radio("automatic", "Automatic", explained, true);
    const kind = new InputChoice(() => {
      input.checked = true;
      this.#choose(chooser);
    });
    const chooser: Chooser = (seen) => ({
      ...choiceOf(models[kind.chosen ?? seen]),
      terminal: kind.chosen === undefined ? [] : ["--input", kind.chosen],
    });
    input.addEventListener("change", () => this.#choose(chooser));
    this.#input = kind;
    this.#chosen = chooser;
    return element(
      "div",
      { class: "choice choice-blend" },
      element("label", { class: "choice-line" }, input, words),
      kind.element,
    );
  }

  #row(model: ModelEntry, checked: boolean): HTMLElement {
    const { input, words } = this.#radio(model.name, model.title, model.description, checked);
    input.addEventListener("change", () => this.#choose(() => choiceOf(model)));
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
    const choice = (): Choice => {
      const amount = Number(slider.value) / 100;
      return {
        model: { blend: amount },
        title: `${slider.value}\u00a0% ${to.title}`,
        key: `blend:${amount}`,
        terminal: ["--blend", String(amount)],
      };
    };
    const choose = () => {
      const now = choice();
      this.#choose(() => now);
    };
    const write = () => {
      shown.textContent = choice().title;
      slider.setAttribute("aria-valuetext", choice().title);
    };
    slider.addEventListener("input", () => {
      input.checked = true;
      write();
    });
    slider.addEventListener("change", choose);
    input.addEventListener("change", choose);
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

/** Endings of files of weights, as the terminal reads them. */
const WEIGHTS = [".safetensors", ".pth", ".pt", ".pkl", ".tar", ".onnx"];

export const isWeights = ({ name }: File): boolean =>
  WEIGHTS.some((ending) => name.toLowerCase().endsWith(ending));

const choiceOf = ({ name, title }: ModelEntry): Choice => ({
  model: name,
  title,
  key: name,
  terminal: ["--model", name],
});

const ownChoice = (file: File): Choice => ({
  model: { weights: file },
  title: file.name,
  key: `./${file.name}:${file.size}:${file.lastModified}`,
  terminal: ["--model", file.name],
});

/** Why there is no slider. */
const missingBlend = ({ title }: ModelEntry): HTMLElement =>
  element(
    "p",
    { class: "choices-note", "data-note": "blend" },
    `Only ${title} is installed; with SRGAN beside it, a slider would blend the two.`,
  );
