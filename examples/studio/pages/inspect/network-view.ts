/** A network as boxes and arrows, top to bottom; each box shows what its layer puts out. Arrow keys go from layer to layer. */
import { layoutGraph } from "../../../../engine/inspect/layout.ts";
import { element, uniqueId } from "../../components/dom.ts";
import { drawTensor } from "../../components/tensor-view.ts";
import type { DrawnLayer, Shown } from "../../lab/types.ts";
import { before, described, itemShape, nameIn, shortKind } from "./words.ts";

const SVG = "http://www.w3.org/2000/svg";
/** Of a box, in pixels. */
const [WIDTH, HEIGHT] = [150, 60];

export class NetworkView {
  readonly element: HTMLElement;
  readonly #list: HTMLElement;
  readonly #boxes = new Map<string, { readonly box: HTMLElement; readonly canvas: HTMLCanvasElement }>();
  readonly #order: readonly string[];
  readonly #onChoose: (layer: string, pointed: boolean) => void;

  /** @param all layers of all networks, of which some are this one's */
  constructor(
    network: string,
    all: readonly DrawnLayer[],
    onChoose: (layer: string, pointed: boolean) => void,
  ) {
    this.#onChoose = onChoose;
    const places = all.flatMap(({ layer }, k) => (layer.split(".")[0] === network ? [k] : []));
    const layers = places.map((k) => all[k] as DrawnLayer);
    this.#order = layers.map(({ layer }) => layer);
    const own = layers.map(({ inputs }) => inputs.map((k) => places.indexOf(k)).filter((k) => k >= 0));
    const layout = layoutGraph(own.map((inputs) => ({ width: WIDTH, height: HEIGHT, inputs })));
    const heading = element("h2", { id: uniqueId("network") }, network);
    const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
    this.#list = element("div", {
      class: "network-boxes",
      role: "listbox",
      tabindex: 0,
      "aria-labelledby": heading.id,
      "data-network": network,
    });
    this.#list.setAttribute("aria-multiselectable", "true");
    this.#list.style.width = `${Math.ceil(layout.width)}px`;
    this.#list.style.height = `${Math.ceil(layout.height)}px`;
    for (const [k, layer] of layers.entries()) {
      const { x, y } = layout.boxes[k] as { x: number; y: number };
      const box = this.#box(network, layer, described(layer, all));
      box.style.left = `${x - WIDTH / 2}px`;
      box.style.top = `${y - HEIGHT / 2}px`;
      const from = layer.inputs.map((at) => all[at]?.layer.split(".")[0]).find((name) => name !== network);
      const words = [...(from === undefined ? [] : [`from the ${from}`]), ...before(layer)];
      if (words.length > 0) {
        const note = element("span", { class: "network-way", "aria-hidden": "true" }, words.join(" · "));
        note.style.left = `${x}px`;
        note.style.top = `${y - HEIGHT / 2 - 15}px`;
        this.#list.append(note);
      }
      this.#list.append(box);
    }
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("focus", () => {
      if (!this.#list.hasAttribute("aria-activedescendant")) this.#activate(this.#order[0] ?? "");
    });
    this.element = element(
      "section",
      { class: "network" },
      element(
        "div",
        { class: "network-head" },
        heading,
        element("span", { class: "fine" }, `${parameters.toLocaleString("en")} parameters`),
      ),
      element("div", { class: "network-scroll" }, arrowsOf(layout), this.#list),
    );
  }

  /** Shows what the layers have put out. */
  draw(layer: string, values: Shown, signed: boolean): void {
    const canvas = this.#boxes.get(layer)?.canvas;
    if (canvas) drawTensor(canvas, { ...values, maps: true }, signed);
  }

  /** Marks the layers that are looked at closely. */
  mark(chosen: readonly string[]): void {
    for (const [layer, { box }] of this.#boxes)
      box.setAttribute("aria-selected", String(chosen.includes(layer)));
    const first = this.#order.find((layer) => chosen.includes(layer));
    if (first !== undefined) this.#list.setAttribute("aria-activedescendant", this.#idOf(first));
  }

  #box(network: string, layer: DrawnLayer, words: string): HTMLElement {
    const canvas = element("canvas", { class: "pixels", width: 1, height: 1, "aria-hidden": "true" });
    const box = element(
      "div",
      {
        class: "network-box",
        role: "option",
        id: uniqueId("layer"),
        "aria-selected": "false",
        title: words,
        "data-layer": layer.layer,
        ...(layer.kind === "" && { "data-whole": true }),
      },
      element("span", { class: "network-small" }, canvas),
      element(
        "span",
        { class: "network-words" },
        element("strong", {}, nameIn(network, layer.layer)),
        element("span", {}, shortKind(layer)),
        element("span", { class: "network-shape" }, itemShape(layer.shape)),
      ),
    );
    box.addEventListener("click", () => {
      this.#activate(layer.layer);
      this.#onChoose(layer.layer, true);
    });
    this.#boxes.set(layer.layer, { box, canvas });
    return box;
  }

  #idOf(layer: string): string {
    return this.#boxes.get(layer)?.box.id ?? "";
  }

  #activate(layer: string): void {
    this.#list.setAttribute("aria-activedescendant", this.#idOf(layer));
    this.#boxes.get(layer)?.box.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #key(event: KeyboardEvent): void {
    const active = this.#list.getAttribute("aria-activedescendant");
    const at = this.#order.findIndex((layer) => this.#idOf(layer) === active);
    const last = this.#order.length - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: last,
      Enter: at,
      " ": at,
    };
    const place = to[event.key];
    if (place === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const layer = this.#order[Math.min(Math.max(place, 0), last)] as string;
    this.#activate(layer);
    this.#onChoose(layer, false);
  }
}

function arrowsOf({ width, height, arrows }: ReturnType<typeof layoutGraph>): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "network-arrows");
  svg.setAttribute("width", String(Math.ceil(width)));
  svg.setAttribute("height", String(Math.ceil(height)));
  svg.setAttribute("aria-hidden", "true");
  for (const { points } of arrows) {
    const line = document.createElementNS(SVG, "path");
    const [first, ...rest] = points;
    let [x, y] = first ?? [0, 0];
    let way = `M${x} ${y}`;
    for (const [toX, toY] of rest) {
      const middle = (y + toY) / 2;
      way += `C${x} ${middle} ${toX} ${middle} ${toX} ${toY}`;
      [x, y] = [toX, toY];
    }
    line.setAttribute("d", way);
    const tip = document.createElementNS(SVG, "path");
    tip.setAttribute("d", `M${x - 4} ${y - 6}L${x} ${y}L${x + 4} ${y - 6}`);
    svg.append(line, tip);
  }
  return svg;
}
