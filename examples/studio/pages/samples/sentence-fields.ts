/** One sentence or two, with a slider between them, and examples to begin with. */
import { button, element } from "../../components/dom.ts";
import { field } from "./parts.ts";

/** Milliseconds after the last key until it is drawn. */
const PAUSE = 250;
/** The slider's last place; a walk of so many pictures and one stops at each. */
const PLACES = 20;

export class SentenceFields {
  readonly element: HTMLElement;
  readonly #first: HTMLInputElement;
  readonly #second: HTMLInputElement;
  readonly #slider: HTMLInputElement;
  readonly #sliderRow: HTMLElement;
  readonly #ends = [element("span", {}), element("span", {})] as const;
  readonly #examples = element("ul", { class: "examples", "aria-label": "Examples" });
  readonly #onChange: () => void;
  /** The field that an example is written into. */
  #last: HTMLInputElement;
  #waiting = 0;

  /** @param state of the address @param onChange called when something else is to be drawn */
  constructor(state: URLSearchParams, onChange: () => void) {
    this.#onChange = onChange;
    const input = (control: string, placeholder: string) => {
      const made = element("input", {
        ...{ type: "text", class: "text-field", "data-control": control, placeholder },
        ...{ value: state.get(control) ?? "", autocomplete: "off", spellcheck: "false" },
      });
      made.addEventListener("focus", () => {
        this.#last = made;
      });
      made.addEventListener("input", () => this.#soon());
      // Enter does not wait.
      made.addEventListener("keydown", ({ key }) => {
        if (key === "Enter") this.#now();
      });
      return made;
    };
    this.#first = input("text", "Write what to draw");
    this.#second = input("to", "A second sentence, if you like");
    this.#last = this.#first;
    const share = Number(state.get("share") ?? 0.5);
    this.#slider = element("input", {
      ...{ type: "range", class: "blend-slider", "data-control": "share", min: 0, max: PLACES, step: 1 },
      ...{ value: Math.round((share >= 0 && share <= 1 ? share : 0.5) * PLACES) },
      "aria-label": "Between the two sentences",
    });
    this.#slider.addEventListener("input", () => this.#now());
    this.#sliderRow = element(
      "div",
      { class: "between", hidden: true },
      this.#slider,
      element("div", { class: "blend-scale", "aria-hidden": "true" }, ...this.#ends),
    );
    this.element = element(
      "div",
      { class: "sentences" },
      element(
        "div",
        { class: "sentence-pair" },
        field("Sentence", this.#first),
        field("Turning into", this.#second),
      ),
      this.#sliderRow,
      this.#examples,
    );
    this.#write();
  }

  /** What is asked for: one sentence, or two. */
  get texts(): string[] {
    return this.#isBetween ? [this.#first.value, this.#second.value] : [this.#first.value];
  }

  /** From 0, the first sentence, to 1, the second; undefined where there is one only. */
  get share(): number | undefined {
    return this.#isBetween ? Number(this.#slider.value) / PLACES : undefined;
  }

  /** For the address. */
  get state(): [name: string, value: string][] {
    const { share } = this;
    return [
      ["text", this.#first.value],
      ...(share === undefined
        ? []
        : ([
            ["to", this.#second.value],
            ["share", String(share)],
          ] as [string, string][])),
    ];
  }

  /** In words. */
  get title(): string {
    const [from, to] = this.texts;
    if (to === undefined) return from === "" ? "Nothing in particular" : `“${from}”`;
    return `${Math.round(100 * (this.share ?? 0))} % of the way from “${from}” to “${to}”`;
  }

  /** Shows examples; where nothing is written yet, the first is. */
  offer(examples: readonly string[]): void {
    this.#examples.replaceChildren(
      ...examples.map((words) => {
        const choose = () => {
          this.#last.value = words;
          this.#now();
        };
        return element("li", {}, button({ class: "chip", "data-action": "example" }, choose, words));
      }),
    );
    if (this.#first.value === "" && this.#second.value === "") this.#first.value = examples[0] ?? "";
    this.#write();
  }

  get #isBetween(): boolean {
    return this.#second.value.trim() !== "";
  }

  #soon(): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#now(), PAUSE) as unknown as number;
  }

  #now(): void {
    clearTimeout(this.#waiting);
    this.#write();
    this.#onChange();
  }

  #write(): void {
    this.#sliderRow.hidden = !this.#isBetween;
    for (const [k, { value }] of [this.#first, this.#second].entries())
      (this.#ends[k] as HTMLElement).textContent = value;
    this.#slider.setAttribute("aria-valuetext", this.title);
  }
}
