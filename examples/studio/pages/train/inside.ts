/** What happens inside while it trains: D's answers, gradients by layer, and the values of any layer. */
import { element, uniqueId } from "../../components/dom.ts";
import { tensorView } from "../../components/tensor-view.ts";
import { select } from "../../lab/selector.ts";
import { type Inside, VIEWS, type View, type Watched } from "../../lab/types.ts";
import { histogram } from "./histogram.ts";
import { layerNormBars } from "./layer-bars.ts";

const VIEW_WORDS: Readonly<Record<View, string>> = {
  out: "activation",
  grad: "gradient of G’s loss there",
  weight: "weight",
  "weight-grad": "gradient of the weight",
};

export class InsideView {
  readonly element: HTMLDetailsElement;
  readonly #numbers = element("div", { class: "inside-grid" });
  readonly #values = element("div", { class: "layer-values", "data-layer-values": "" });
  readonly #layer = element("select", { class: "select", "data-control": "layer", "aria-label": "Layer" });
  readonly #view = element("select", { class: "select", "data-control": "view", "aria-label": "What of it" });
  readonly #selector: HTMLInputElement;
  readonly #problem = element("p", { class: "field-problem", role: "alert" });
  readonly #onWatch: (on: boolean, watched: Watched | undefined) => void;
  #layers: readonly string[] = [];

  /** @param onWatch told whether anybody looks, and at which layer */
  constructor(onWatch: (on: boolean, watched: Watched | undefined) => void) {
    this.#onWatch = onWatch;
    const id = uniqueId("selector");
    this.#view.append(...VIEWS.map((view) => element("option", { value: view }, VIEW_WORDS[view])));
    this.#selector = element("input", {
      type: "text",
      id,
      class: "text-field selector",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "discriminator.*:grad",
      "data-control": "selector",
    });
    this.#layer.addEventListener("change", () => this.#chosen());
    this.#view.addEventListener("change", () => this.#chosen());
    this.#selector.addEventListener("change", () => this.#written());
    const body = element(
      "div",
      { class: "inside-body" },
      element(
        "p",
        { class: "fine" },
        "About once a second an update is taken apart; every number here is of that update. It is an update like all others: the training does not change.",
      ),
      this.#numbers,
      element(
        "div",
        { class: "layer-choice" },
        element("h3", {}, "A layer"),
        this.#layer,
        this.#view,
        element("label", { class: "field" }, element("span", {}, "or by selector"), this.#selector),
      ),
      this.#problem,
      this.#values,
    );
    this.element = element(
      "details",
      { class: "card inside" },
      element("summary", {}, element("h2", {}, "Look inside")),
      body,
    );
    this.element.addEventListener("toggle", () => this.#tell());
  }

  get #watched(): Watched | undefined {
    const layer = this.#layer.value;
    return layer === "" ? undefined : { layer, view: this.#view.value as View };
  }

  start(layers: readonly string[], dissects: boolean): void {
    this.element.hidden = !dissects;
    this.#layers = layers;
    const groups = [...new Set(layers.map((layer) => layer.split(".")[0] as string))].map((network) =>
      element(
        "optgroup",
        { label: network },
        ...layers
          .filter((layer) => layer.split(".")[0] === network)
          .map((layer) => element("option", { value: layer }, layer)),
      ),
    );
    this.#layer.replaceChildren(element("option", { value: "" }, "choose a layer"), ...groups);
    this.#numbers.replaceChildren(element("p", { class: "fine" }, "Appears with the next update."));
    this.#values.replaceChildren();
    if (this.element.open) this.#tell();
  }

  show({ step, real, fake, norms, layer }: Inside): void {
    if (!this.element.open) return;
    this.#numbers.dataset.step = String(step);
    this.#numbers.replaceChildren(
      element("div", {}, element("h3", {}, `D’s answers in update ${step}`), histogram(real, fake)),
      layerNormBars("D’s gradients", norms.discriminator, "discriminator"),
      layerNormBars("G’s gradients", norms.generator, "generator"),
    );
    if (layer)
      this.#values.replaceChildren(
        tensorView(
          `${layer.of.layer} ${VIEW_WORDS[layer.of.view]} [${layer.values.whole.join(", ")}]`,
          layer.values,
          true,
        ),
      );
    else if (this.#watched)
      this.#values.replaceChildren(element("p", { class: "fine" }, "This layer has no such values yet."));
  }

  #chosen(): void {
    const watched = this.#watched;
    this.#problem.textContent = "";
    if (watched) this.#selector.value = `${watched.layer}:${watched.view}`;
    this.#values.replaceChildren(element("p", { class: "fine" }, "Appears with the next update."));
    this.#tell();
  }

  #written(): void {
    try {
      const { layers, view } = select(this.#selector.value, this.#layers);
      this.#layer.value = layers[0] as string;
      this.#view.value = view;
      this.#chosen();
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
  }

  #tell(): void {
    this.#onWatch(this.element.open, this.#watched);
  }
}
