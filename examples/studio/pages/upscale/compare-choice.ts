/** Which two pictures stand on the stage. */
import { element } from "../../components/dom.ts";
import type { Result } from "./kept-results.ts";

/** The left picture where nothing else is chosen. */
const BICUBIC = "bicubic";

export class CompareChoice {
  readonly element: HTMLElement;
  readonly #left = select("left", "Picture on the left");
  readonly #right = select("right", "Picture on the right");
  #offered: readonly Result[] = [];

  /** @param onChange told which result is to stand on the right */
  constructor(onChange: (right: Result) => void) {
    for (const side of [this.#left, this.#right])
      side.addEventListener("change", () => {
        const right = this.#offered.find(({ settings }) => settings.model.key === this.#right.value);
        if (right) onChange(right);
      });
    this.element = element(
      "div",
      { class: "compare-choice", role: "group", "aria-label": "Compare", hidden: true },
      this.#left,
      element("span", {}, "and"),
      this.#right,
    );
  }

  /**
   * Offers what there is of one size.
   * @returns what stands on the left: a result, or undefined for bicubic interpolation
   */
  offer(results: readonly Result[], right: Result): Result | undefined {
    this.#offered = results;
    const wished = this.#left.value;
    const options = results.map(({ settings: { model } }) => [model.key, model.title] as const);
    fill(this.#left, [[BICUBIC, "Bicubic"], ...options]);
    fill(this.#right, options);
    const left = results.find(({ settings }) => settings.model.key === wished);
    const shown = left === right ? undefined : left;
    this.#left.value = shown?.settings.model.key ?? BICUBIC;
    this.#right.value = right.settings.model.key;
    this.element.hidden = false;
    return shown;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

function select(side: string, label: string): HTMLSelectElement {
  return element("select", { "data-control": `compare-${side}`, "aria-label": label });
}

function fill(control: HTMLSelectElement, options: readonly (readonly [string, string])[]): void {
  control.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
}
