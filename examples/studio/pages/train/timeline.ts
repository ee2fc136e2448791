/** What the network made in the course of its training, always of the same noise, with a slider through time. */
import { swatch } from "../../components/swatch.ts";
import { element, uniqueId } from "../../components/dom.ts";
import { drawImage } from "../../components/image-canvas.ts";
import { onColourScheme } from "../../components/colours.ts";
import { short } from "../../components/tensor-view.ts";
import type { Image, Scene } from "../../lab/types.ts";
import { drawPlane, type PlaneLayers } from "./plane.ts";

type Frame = { readonly step: number } & ({ readonly image: Image } | { readonly scene: Scene });

/** Frames that are kept; when there are more, every second one of the older half goes. */
const MOST = 80;

const LAYERS: readonly { readonly name: keyof PlaneLayers; readonly title: string }[] = [
  { name: "field", title: "D’s field" },
  { name: "arrows", title: "Gradient" },
  { name: "density", title: "Real density" },
  { name: "real", title: "Real points" },
];

export class Timeline {
  readonly element: HTMLElement;
  readonly #canvas = element("canvas", { class: "pixels timeline-canvas", role: "img" });
  readonly #slider: HTMLInputElement;
  readonly #label: HTMLOutputElement;
  readonly #facts = element("dl", { class: "figures plane-figures", hidden: true });
  readonly #layers = element("fieldset", { class: "plane-layers", hidden: true });
  readonly #legend = element("p", { class: "fine", hidden: true });
  readonly #empty: HTMLElement;
  #frames: Frame[] = [];
  #drawn: PlaneLayers = { field: true, arrows: false, density: true, real: false };

  constructor() {
    const id = uniqueId("time");
    this.#slider = element("input", {
      type: "range",
      id,
      class: "time-slider",
      min: 0,
      max: 0,
      value: 0,
      "data-control": "time",
    });
    this.#label = element("output", { class: "time-label", for: id });
    this.#slider.addEventListener("input", () => this.#show());
    this.#empty = element("p", { class: "profile-empty" }, "What the network makes appears here.");
    this.#legend.append(
      swatch("--accent"),
      "generated points, ",
      swatch("--ink-soft"),
      "real ones. Orange: the discriminator takes a place for real; blue: for generated. Shaded: where real points are dense.",
    );
    this.#layers.append(
      element("legend", { class: "visually-hidden" }, "What is drawn"),
      ...this.#switches(),
    );
    this.element = element(
      "section",
      { class: "card timeline", "aria-label": "Samples" },
      this.#empty,
      this.#canvas,
      element("div", { class: "time-row" }, element("label", { for: id }, "Time"), this.#slider, this.#label),
      this.#layers,
      this.#legend,
      this.#facts,
    );
    this.clear();
    onColourScheme(() => this.#show());
  }

  clear(): void {
    this.#frames = [];
    this.element.dataset.empty = "";
    this.#empty.hidden = false;
    this.#canvas.hidden = true;
    for (const part of [this.#facts, this.#layers, this.#legend]) part.hidden = true;
    this.#label.textContent = "";
    this.#slider.disabled = true;
  }

  /** Adds the newest frame, in place of later ones where a run has begun again; a slider at its end follows. */
  add(frame: Frame): void {
    const follows = Number(this.#slider.value) >= this.#frames.length - 1;
    while ((this.#frames.at(-1)?.step ?? -1) >= frame.step) this.#frames.pop();
    this.#frames.push(frame);
    if (this.#frames.length > MOST)
      this.#frames = this.#frames.filter((_, k) => k >= MOST / 2 || k % 2 === 0);
    delete this.element.dataset.empty;
    this.#empty.hidden = true;
    this.#canvas.hidden = false;
    this.#slider.disabled = false;
    this.#slider.max = String(this.#frames.length - 1);
    if (follows) this.#slider.value = this.#slider.max;
    this.#show();
  }

  #switches(): HTMLElement[] {
    return LAYERS.map(({ name, title }) => {
      const input = element("input", { type: "checkbox", checked: this.#drawn[name], "data-layer": name });
      input.addEventListener("change", () => {
        this.#drawn = { ...this.#drawn, [name]: input.checked };
        this.#show();
      });
      return element("label", { class: "tick" }, input, title);
    });
  }

  #show(): void {
    const frame = this.#frames[Number(this.#slider.value)];
    if (!frame) return;
    const when = frame.step === 0 ? "before the first update" : `after update ${frame.step}`;
    this.#label.textContent = when;
    this.#slider.setAttribute("aria-valuetext", when);
    const plane = "scene" in frame;
    for (const part of [this.#facts, this.#layers, this.#legend]) part.hidden = !plane;
    this.#canvas.classList.toggle("plane", plane);
    if (plane) this.#showScene(frame.scene);
    else drawImage(this.#canvas, frame.image);
    this.#canvas.setAttribute(
      "aria-label",
      plane ? `Generated and real points in the plane, ${when}` : `Samples, ${when}`,
    );
  }

  #showScene(scene: Scene): void {
    drawPlane(this.#canvas, scene, this.#drawn);
    const { divergences, modes } = scene;
    const facts: readonly (readonly [string, string, string])[] = [
      ["js", "Jensen-Shannon", `${divergences.js.toFixed(3)} nats`],
      ["kl", "KL(real ‖ made)", Number.isFinite(divergences.kl) ? divergences.kl.toFixed(3) : "∞"],
      [
        "reverse-kl",
        "KL(made ‖ real)",
        Number.isFinite(divergences.reverseKl) ? divergences.reverseKl.toFixed(3) : "∞",
      ],
      ...(modes
        ? ([
            ["modes", "Modes found", `${modes.found} of ${modes.of}`],
            ["nearby", "Near a mode", `${short(100 * modes.nearby)} %`],
          ] as const)
        : []),
    ];
    this.#facts.replaceChildren(
      ...facts.map(([name, term, value]) =>
        element(
          "div",
          { class: "figure" },
          element("dt", {}, term),
          element("dd", { "data-fact": name }, value),
        ),
      ),
    );
  }
}
