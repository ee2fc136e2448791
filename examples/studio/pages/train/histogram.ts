/**
 * How a discriminator's answers are spread: to real samples upwards, to generated ones downwards, and below those to real samples
 * with wrong conditions, where it was shown some.
 */
import { element } from "../../components/dom.ts";
import { swatch } from "../../components/swatch.ts";
import { BINS, binsOf } from "./bins.ts";

const SVG = "http://www.w3.org/2000/svg";
/** Of the picture, and of what stands for one kind of samples in it. */
const [WIDTH, HALF] = [320, 65];

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export function histogram(real: Float32Array, fake: Float32Array, wrong: Float32Array): HTMLElement {
  const rows = [
    { name: "real", symbol: "D(real)", values: real, colour: "--forward" },
    { name: "generated", symbol: "D(fake)", values: fake, colour: "--backward" },
    ...(wrong.length > 0
      ? [{ name: "real, wrong condition", symbol: "D(wrong)", values: wrong, colour: "--update" }]
      : []),
  ].map((row) => ({ ...row, bins: binsOf(row.values), mean: meanOf(row.values).toFixed(2) }));
  const most = Math.max(...rows.flatMap(({ bins }) => bins), 1);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HALF * rows.length}`);
  svg.setAttribute("class", "histogram");
  svg.setAttribute("role", "img");
  const words = rows.map(({ symbol, mean }) => `${symbol} ${mean}`).join(", ");
  svg.setAttribute("aria-label", `Answers of the discriminator: ${words} on average`);
  for (const [place, { bins, colour }] of rows.entries())
    for (const [k, count] of bins.entries()) {
      const height = (count / most) * (HALF - 4);
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("x", String((k * WIDTH) / BINS + 1));
      bar.setAttribute("width", String(WIDTH / BINS - 2));
      // The first grows upwards to where the others hang.
      bar.setAttribute("y", String(place === 0 ? HALF - height : HALF * place));
      bar.setAttribute("height", String(height));
      bar.style.fill = `var(${colour})`;
      const title = document.createElementNS(SVG, "title");
      title.textContent = `${(k / BINS).toFixed(2)} to ${((k + 1) / BINS).toFixed(2)}: ${count}`;
      bar.append(title);
      svg.append(bar);
    }
  return element(
    "figure",
    { class: "histogram-figure" },
    svg,
    element(
      "figcaption",
      { class: "fine" },
      element("span", {}, "0: not real"),
      element(
        "span",
        { class: "histogram-words" },
        ...rows.flatMap(({ name, mean, colour }) => [swatch(colour), `${name} ${mean} `]),
      ),
      element("span", { class: "histogram-right" }, "1: real"),
    ),
  );
}
