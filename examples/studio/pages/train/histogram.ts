/** How a discriminator's answers are spread: to real samples upwards, to generated ones downwards. */
import { element } from "../../components/dom.ts";
import { BINS, binsOf } from "./bins.ts";
import { swatch } from "./timeline.ts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [320, 130];

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export function histogram(real: Float32Array, fake: Float32Array): HTMLElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("class", "histogram");
  svg.setAttribute("role", "img");
  const words = `D(real) ${meanOf(real).toFixed(2)} and D(fake) ${meanOf(fake).toFixed(2)} on average`;
  svg.setAttribute("aria-label", `Answers of the discriminator: ${words}`);
  const [up, down] = [binsOf(real), binsOf(fake)];
  const most = Math.max(...up, ...down, 1);
  const middle = HEIGHT / 2;
  const draw = (bins: readonly number[], sign: 1 | -1, kind: string) =>
    bins.forEach((count, k) => {
      const height = (count / most) * (middle - 4);
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("x", String((k * WIDTH) / BINS + 1));
      bar.setAttribute("width", String(WIDTH / BINS - 2));
      bar.setAttribute("y", String(sign > 0 ? middle - height : middle));
      bar.setAttribute("height", String(height));
      bar.setAttribute("class", kind);
      const title = document.createElementNS(SVG, "title");
      title.textContent = `${(k / BINS).toFixed(2)} to ${((k + 1) / BINS).toFixed(2)}: ${count}`;
      bar.append(title);
      svg.append(bar);
    });
  draw(up, 1, "real");
  draw(down, -1, "fake");
  return element(
    "figure",
    { class: "histogram-figure" },
    svg,
    element(
      "figcaption",
      { class: "fine" },
      element("span", {}, "0: generated"),
      element(
        "span",
        { class: "histogram-words" },
        swatch("--forward"),
        `real ${meanOf(real).toFixed(2)} `,
        swatch("--backward"),
        `generated ${meanOf(fake).toFixed(2)}`,
      ),
      element("span", { class: "histogram-right" }, "1: real"),
    ),
  );
}
