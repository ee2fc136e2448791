/** A bar for each block of layers, in the colours of its phases; blocks open to their layers. */
import { element } from "../../components/dom.ts";
import type { LayerCost } from "../../engine-bridge.ts";
import { amountOf, blocksOf, formatAmount, type Measure, PHASES, totalOf } from "./measure.ts";

/** What runs outside of layers: the loss, the optimiser, copies. */
const OUTSIDE = "(no layer)";

/** @param layers all of a profile's, in order */
export function layerBars(layers: readonly LayerCost[], measure: Measure): HTMLElement {
  const blocks = blocksOf(layers);
  const longest = Math.max(...blocks.map((block) => totalOf(block.layers, measure)), Number.MIN_VALUE);
  const rows = blocks.map(({ name, layers: own }) => {
    const [only] = own;
    const line = (title: string, of: readonly LayerCost[]) =>
      barLine(title === "" ? OUTSIDE : title, of, measure, longest);
    if (own.length === 1 && only) return element("li", { class: "bar-row" }, ...line(only.layer, own));
    const inner = own.map((cost) => element("li", { class: "bar-row" }, ...line(cost.layer, [cost])));
    return element(
      "li",
      {},
      element(
        "details",
        { class: "bar-block" },
        element("summary", { class: "bar-row" }, ...line(name, own)),
        element("ul", { class: "bars bars-inner" }, ...inner),
      ),
    );
  });
  return element("ul", { class: "bars" }, ...rows);
}

/** The colours of the phases that a profile has, and how much each takes. */
export function phaseLegend(layers: readonly LayerCost[], measure: Measure): HTMLElement {
  const present = PHASES.filter((phase) => layers.some((cost) => cost[phase].kernels > 0));
  const items = present.map((phase) =>
    element(
      "li",
      {},
      element("span", { class: "swatch", "data-phase": phase, "aria-hidden": "true" }),
      `${phase} `,
      element("strong", {}, formatAmount(amountOf(layers, phase, measure), measure)),
    ),
  );
  return element("ul", { class: "legend" }, ...items);
}

function barLine(
  title: string,
  layers: readonly LayerCost[],
  measure: Measure,
  longest: number,
): HTMLElement[] {
  const parts = PHASES.map((phase) => ({ phase, amount: amountOf(layers, phase, measure) }));
  const bars = parts
    .filter(({ amount }) => amount > 0)
    .map(({ phase, amount }) => {
      const bar = element("span", { class: "bar-part", "data-phase": phase });
      bar.style.width = `${(100 * amount) / longest}%`;
      bar.title = `${title}, ${phase}: ${formatAmount(amount, measure)}`;
      return bar;
    });
  return [
    element("span", { class: "bar-name" }, title),
    element("span", { class: "bar-track", "aria-hidden": "true" }, ...bars),
    element("span", { class: "bar-value" }, formatAmount(totalOf(layers, measure), measure)),
  ];
}
