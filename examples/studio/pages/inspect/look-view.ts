/** What a layer was seen to do: its numbers as pixels, their statistics, and what a batch norm goes by. */
import { element } from "../../components/dom.ts";
import { short, tensorView } from "../../components/tensor-view.ts";
import type { DrawnLayer, Looked, Statistics } from "../../lab/types.ts";
import { channelView } from "./channel-view.ts";
import { shuffleView } from "./shuffle-view.ts";
import { isPicture, shuffleOf } from "./words.ts";

/** @param layers of the drawing */
export function lookView(
  { of, name, values, statistics, channels }: Looked,
  layers: readonly DrawnLayer[],
): HTMLElement {
  const { layer, view, part } = of;
  const { shape, whole } = values;
  const signed = !(view === "out" && isPicture(layer, shape));
  const side = view === "out" && part === "" ? shuffleOf(layer, layers) : undefined;
  const cut = part === "" ? "" : `[${part}] `;
  const count = shape[0] === 1 ? "first" : `first ${shape[0]}`;
  const title = `${whole.join(" × ") || "one number"}${shape[0] === whole[0] ? "" : `, of which the ${count}`}:`;
  // Of one item, feature maps lie side by side as those of a batch do.
  const drawn = {
    shape: shape.length === 3 ? [1, ...shape] : shape,
    data: values.data,
    maps: view === "out" || view === "grad",
  };
  return element(
    "section",
    { class: "seen", "aria-label": `${layer}, ${name}`, "data-look": `${layer}:${view}` },
    element("h3", {}, layer, element("small", {}, ` ${cut}${name}`)),
    tensorView(title, drawn, signed),
    figures(statistics),
    ...(side === undefined ? [] : [shuffleView(values, side)]),
    ...(channels && view === "out" ? [channelView(channels)] : []),
  );
}

function figures({ count, min, max, mean, norm, bad }: Statistics): HTMLElement {
  const facts = [
    ["min", short(min)],
    ["max", short(max)],
    ["mean", short(mean)],
    ["norm", short(norm)],
    ["numbers", count.toLocaleString("en")],
    ...(bad > 0 ? [["not finite", bad.toLocaleString("en")]] : []),
  ] as const;
  return element(
    "dl",
    { class: "figures" },
    ...facts.map(([term, value = ""]) =>
      element(
        "div",
        { class: "figure" },
        element("dt", {}, term as string),
        element("dd", { "data-number": term as string }, value),
      ),
    ),
  );
}
