/** What happens inside while it trains: D's answers, and gradients by layer. */
import { element } from "../../components/dom.ts";
import type { Inside } from "../../lab/types.ts";
import { histogram } from "./histogram.ts";
import { layerNormBars } from "./layer-bars.ts";

export class InsideView {
  readonly element: HTMLDetailsElement;
  readonly #numbers = element("div", { class: "inside-grid" });
  readonly #link = element("a", {}, "Inspect");
  readonly #onWatch: (on: boolean) => void;

  /** @param onWatch told whether anybody looks */
  constructor(onWatch: (on: boolean) => void) {
    this.#onWatch = onWatch;
    const body = element(
      "div",
      { class: "inside-body" },
      element(
        "p",
        { class: "fine" },
        "About once a second an update is taken apart; every number here is of that update. It is an update like all others: the training does not change. What every single layer does is on the page ",
        this.#link,
        ", where this run goes on.",
      ),
      this.#numbers,
    );
    this.element = element(
      "details",
      { class: "card inside" },
      element("summary", {}, element("h2", {}, "Look inside")),
      body,
    );
    this.element.addEventListener("toggle", () => this.#tell());
  }

  /** @param inspect the address of the run on the page that looks at layers */
  start(dissects: boolean, inspect: string): void {
    this.element.hidden = !dissects;
    this.#link.href = inspect;
    this.#numbers.replaceChildren(element("p", { class: "fine" }, "Appears with the next update."));
    if (this.element.open) this.#tell();
  }

  show({ step, real, fake, wrong, norms }: Inside): void {
    if (!this.element.open) return;
    this.#numbers.dataset.step = String(step);
    this.#numbers.replaceChildren(
      element("div", {}, element("h3", {}, `D’s answers in update ${step}`), histogram(real, fake, wrong)),
      layerNormBars("D’s gradients", norms.discriminator, "discriminator"),
      layerNormBars("G’s gradients", norms.generator, "generator"),
    );
  }

  #tell(): void {
    this.#onWatch(this.element.open);
  }
}
