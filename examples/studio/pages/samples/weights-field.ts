/** The choice of weights on a page that draws: those that ship, and the visitor's own. */
import { element } from "../../components/dom.ts";
import type { Drawing } from "./mount.ts";
import { type Choice, field, fileButton, takeWeights, wordsOf } from "./parts.ts";

export class WeightsField {
  readonly element: HTMLElement;
  readonly #select = element("select", { class: "select", "data-control": "model" });
  readonly #about = element("p", { class: "fine" });
  readonly #choices: Choice[];

  /**
   * @param onChange called when others are chosen
   * @param onProblem told what is wrong with a file
   */
  constructor(
    { choices, client, wanted, state }: Drawing,
    onChange: () => void,
    onProblem: (problem: string) => void,
  ) {
    this.#choices = [...choices];
    this.#fill(choices.findIndex(({ model }) => model.name === state.get("model")));
    this.#select.addEventListener("change", () => {
      this.#describe();
      onChange();
    });
    const take = async (file: File) => {
      try {
        this.#choices.push(await takeWeights(client, file, wanted));
        this.#fill(this.#choices.length - 1);
        onChange();
      } catch (error) {
        onProblem(wordsOf(error));
      }
    };
    const own = fileButton(
      { action: "own-weights", accept: ".safetensors", words: "Open weights" },
      (file) => void take(file),
    );
    this.element = element("div", { class: "weights" }, field("Weights", this.#select), this.#about, ...own);
  }

  get chosen(): Choice {
    return this.#choices[Number(this.#select.value)] as Choice;
  }

  #fill(chosen: number): void {
    this.#select.replaceChildren(
      ...this.#choices.map(({ model }, k) => element("option", { value: k }, model.title)),
    );
    this.#select.value = String(Math.max(chosen, 0));
    this.#describe();
  }

  #describe(): void {
    const { system, model } = this.chosen;
    this.#about.textContent = `${model.description} ${system.paper}.`;
  }
}
