/** What a layer was seen to do: its numbers as pixels, their statistics, and what a batch norm goes by. */
import { element } from "../../components/dom.ts";
import { short, tensorView } from "../../components/tensor-view.ts";
import type { Looked, Statistics } from "../../lab/types.ts";
import { channelView } from "./channel-view.ts";
import { isPicture } from "./words.ts";

export function lookView({ of, name, values, statistics, channels }: Looked): HTMLElement {
  const { layer, view, part } = of;
  const signed = !(view === "out" && isPicture(layer, values.whole));
  const cut = part === "" ? "" : `[${part}] `;
  const shown =
    values.shape[0] === values.whole[0] ? "" : `, the first ${values.shape[0]} of ${values.whole[0]}`;
  return element(
    "section",
    { class: "look", "aria-label": `${layer}, ${name}`, "data-look": `${layer}:${view}` },
    element("h3", {}, layer, element("small", {}, ` ${cut}${name}`)),
    tensorView(`${values.whole.join(" × ") || "one number"}${shown}:`, values, signed),
    figures(statistics),
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
