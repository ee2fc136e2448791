/** What the photo is taken for, where the model is chosen by that: as it looks, or as the visitor says. */
import { element } from "../../components/dom.ts";
import type { InputKind } from "../../../../models/super-resolution/input-kind.ts";

const WORDS: Readonly<Record<InputKind, string>> = { clean: "clean", compressed: "saved as JPEG" };

export class InputChoice {
  readonly element: HTMLSelectElement;
  readonly #looks = element("option", { value: "" }, "As the photo looks");

  /** @param onChange called when the visitor says otherwise */
  constructor(onChange: () => void) {
    this.element = element(
      "select",
      { "data-control": "input", "aria-label": "What the photo is" },
      this.#looks,
      ...(["clean", "compressed"] as const).map((kind) =>
        element("option", { value: kind }, `The photo is ${WORDS[kind]}`),
      ),
    );
    this.element.addEventListener("change", onChange);
  }

  /** What the visitor says, if anything. */
  get chosen(): InputKind | undefined {
    const { value } = this.element;
    return value === "clean" || value === "compressed" ? value : undefined;
  }

  looksLike(kind: InputKind): void {
    this.#looks.textContent = `As the photo looks: ${WORDS[kind]}`;
  }
}
