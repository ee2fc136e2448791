/** The choice of a network: one radio button per row of the table of models. */
import { element, uniqueId } from "../../components/dom.ts";
import type { ModelEntry } from "../../engine-bridge.ts";

export class ModelPicker {
  readonly element: HTMLFieldSetElement;
  #chosen: ModelEntry;

  /** @throws RangeError if `models` is empty */
  constructor(models: readonly ModelEntry[], onChange: () => void) {
    const [first] = models;
    if (first === undefined) throw new RangeError("ModelPicker: expected at least one model, got none");
    this.#chosen = first;
    const group = uniqueId("model");
    const rows = models.map((model) => {
      const description = uniqueId("model-description");
      const input = element("input", {
        type: "radio",
        name: group,
        value: model.name,
        checked: model === first,
        "aria-describedby": description,
      });
      input.addEventListener("change", () => {
        this.#chosen = model;
        onChange();
      });
      const words = element(
        "span",
        { class: "choice-words" },
        element("span", { class: "choice-title" }, model.title),
        element("span", { class: "choice-description", id: description }, model.description),
      );
      return element("label", { class: "choice" }, input, words);
    });
    this.element = element("fieldset", { class: "choices" }, element("legend", {}, "Model"), ...rows);
  }

  get chosen(): ModelEntry {
    return this.#chosen;
  }

  set disabled(disabled: boolean) {
    this.element.disabled = disabled;
  }
}
