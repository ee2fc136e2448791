/** A few curves over their steps, as a drawing in the colours of the page. */
import { element, uniqueId } from "../../components/dom.ts";
import { short } from "../../components/tensor-view.ts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, EDGE] = [480, 150, 6];

function svgElement(tag: string, attributes: Readonly<Record<string, string | number>>): Element {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

export function linesView(title: string, curves: Readonly<Record<string, readonly number[]>>): HTMLElement {
  const names = Object.keys(curves);
  const all = Object.values(curves).flat().filter(Number.isFinite);
  const [low, high] = [Math.min(...all, 0), Math.max(...all, 1e-9)];
  const ends = names.map((name) => {
    const line = curves[name] ?? [];
    return `${name} from ${short(line[0] ?? 0)} to ${short(line.at(-1) ?? 0)}`;
  });
  const drawing = svgElement("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: "lines",
    role: "img",
    "aria-label": `${title}: ${ends.join("; ")}`,
    id: uniqueId("lines"),
  });
  const y = (value: number) => EDGE + (1 - (value - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  drawing.append(svgElement("line", { x1: 0, x2: WIDTH, y1: y(0), y2: y(0), class: "lines-zero" }));
  names.forEach((name, k) => {
    const line = curves[name] ?? [];
    const points = line.flatMap((value, at) =>
      Number.isFinite(value)
        ? [`${((at / Math.max(line.length - 1, 1)) * WIDTH).toFixed(1)},${y(value).toFixed(1)}`]
        : [],
    );
    drawing.append(
      svgElement("polyline", { points: points.join(" "), class: `lines-curve lines-curve-${k % 4}` }),
    );
  });
  return element(
    "figure",
    { class: "lines-figure" },
    drawing,
    element(
      "figcaption",
      {},
      element("strong", {}, title),
      ...ends.map((words, k) => element("span", { class: `lines-key lines-key-${k % 4}` }, words)),
    ),
  );
}
