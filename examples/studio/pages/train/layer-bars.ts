/** A bar for each layer: lengths of gradients, and of what an update changed. */
import { element } from "../../components/dom.ts";
import { short } from "../../components/tensor-view.ts";
import type { LayerNorm, Player } from "../../lab/types.ts";

/** @param title "" where a heading stands above already */
export function layerNormBars(title: string, layers: readonly LayerNorm[], player: Player): HTMLElement {
  const longest = Math.max(...layers.map(({ norm }) => norm), Number.MIN_VALUE);
  const rows = layers.map(({ layer, norm }) => {
    const bar = element("span", { class: "bar-part", "data-player": player });
    bar.style.width = `${(100 * norm) / longest}%`;
    return element(
      "li",
      { class: "bar-row", "data-layer": layer },
      element("span", { class: "bar-name", title: layer }, layer.slice(player.length + 1) || player),
      element("span", { class: "bar-track", "aria-hidden": "true" }, bar),
      element("span", { class: "bar-value" }, short(norm)),
    );
  });
  const heading = title === "" ? [] : [element("h3", {}, title)];
  return element("div", { class: "norms" }, ...heading, element("ul", { class: "bars" }, ...rows));
}
