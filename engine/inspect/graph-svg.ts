/** Graphs as pictures. */
import { boxLines, COLORS, graphTitle } from "./graph-text.ts";
import type { GraphBox, GraphView } from "./graph-view.ts";
import { layoutGraph } from "./layout.ts";

/** Of the letters, in pixels. */
const CHARACTER = 6.3;
const LINE = 14;
const LONGEST = 44;
const HEAD = 64;

const LEGEND: Readonly<Record<GraphBox["kind"], string>> = {
  input: "given",
  pointwise: "element by element",
  movement: "view or reshape",
  reduce: "reduction",
  kernel: "kernel of its own",
  effect: "update of state",
};

/** Long lines are broken at spaces and commas. */
function wrap(text: string): string[] {
  const lines: string[] = [""];
  for (const word of text.split(/(?<=[ ,])/)) {
    const last = lines.at(-1) as string;
    if (last.length + word.length > LONGEST && last !== "") lines.push(word);
    else lines[lines.length - 1] = last + word;
  }
  return lines.map((line) => line.trimEnd());
}

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The graph as an SVG picture, arrows from top to bottom; boxes tell everything in a tooltip. */
export function graphSvg(view: GraphView): string {
  const texts = view.boxes.map((box) => ({
    title: wrap(box.title),
    lines: boxLines(box).flatMap(wrap),
    layer: box.layers.length > 2 ? [`${box.layers[0]} … ${box.layers.at(-1)}`] : box.layers.flatMap(wrap),
  }));
  const layout = layoutGraph(
    view.boxes.map((box, k) => {
      const { title, lines, layer } = texts[k] as (typeof texts)[number];
      const all = [...title, ...lines, ...layer];
      const longest = Math.max(...all.map((line) => line.length));
      const inputs = box.inputs.map((id) => id - 1);
      return { width: longest * CHARACTER + 20, height: all.length * LINE + 12, inputs };
    }),
  );
  const width = Math.ceil(Math.max(layout.width, 680));
  const shift = (width - layout.width) / 2;
  const arrows = layout.arrows.map(({ points }) => `<path d="${curve(points)}"/>`);
  const boxes = view.boxes.map((box, k) => {
    const { x, y } = layout.boxes[k] as (typeof layout.boxes)[number];
    const { title, lines, layer } = texts[k] as (typeof texts)[number];
    const rows = [
      ...title.map((line) => ["t", line]),
      ...lines.map((line) => ["", line]),
      ...layer.map((line) => ["l", line]),
    ];
    const longest = Math.max(...rows.map(([, line]) => line?.length ?? 0));
    const [w, h] = [longest * CHARACTER + 20, rows.length * LINE + 12];
    const words = rows.map(
      ([style, line], row) =>
        `<text${style ? ` class="${style}"` : ""} x="${round(x)}" y="${round(y - h / 2 + 17 + row * LINE)}">${escapeText(line as string)}</text>`,
    );
    const all = [`#${box.id} ${box.title}`, ...boxLines(box), ...box.layers].join("\n");
    return [
      `<g class="${box.kind}"><title>${escapeText(all)}</title>`,
      `<rect x="${round(x - w / 2)}" y="${round(y - h / 2)}" width="${round(w)}" height="${round(h)}" rx="7"/>`,
      ...words,
      "</g>",
    ].join("");
  });
  const height = Math.ceil(layout.height + HEAD);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(graphTitle(view))}">`,
    `<style>${style()}</style>`,
    '<defs><marker id="tip" viewBox="0 0 6 6" refX="5.5" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0.5L6 3L0 5.5z"/></marker></defs>',
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="h" x="18" y="26">${escapeText(graphTitle(view))}</text>`,
    ...legend(view),
    `<g transform="translate(${round(shift)} ${HEAD})">`,
    `<g class="arrows">${arrows.join("")}</g>`,
    ...boxes,
    "</g></svg>",
    "",
  ].join("\n");
}

function style(): string {
  const kinds = Object.entries(COLORS).map(
    ([kind, { fill, line }]) => `.${kind} rect{fill:${fill};stroke:${line}}`,
  );
  return [
    ".page{fill:#fff}",
    "text{font:10.5px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#334155;text-anchor:middle}",
    ".t{font-weight:600;fill:#0f172a}",
    ".l{font-style:italic;fill:#64748b}",
    ".h,.k{text-anchor:start}",
    ".h{font-size:15px;font-weight:600;fill:#0f172a}",
    ".arrows path{fill:none;stroke:#94a3b8;stroke-width:1.2;marker-end:url(#tip)}",
    "marker path{fill:#94a3b8}",
    ...kinds,
    ".input rect{stroke-dasharray:4 3}",
  ].join("");
}

/** A key to the colours of those kinds that the picture has. */
function legend(view: GraphView): string[] {
  const kinds = (Object.keys(LEGEND) as GraphBox["kind"][]).filter((kind) =>
    view.boxes.some((box) => box.kind === kind),
  );
  let x = 18;
  return kinds.map((kind) => {
    const at = x;
    x += LEGEND[kind].length * CHARACTER + 44;
    return `<g class="${kind}"><rect x="${at}" y="38" width="16" height="12" rx="3"/><text class="k" x="${at + 22}" y="48">${LEGEND[kind]}</text></g>`;
  });
}

/** A smooth line that leaves and arrives straight down. */
function curve(points: readonly (readonly [number, number])[]): string {
  const [[x0, y0] = [0, 0], ...rest] = points;
  let [lastX, lastY] = [x0, y0];
  const parts = rest.map(([x, y]) => {
    const middle = (lastY + y) / 2;
    const part =
      Math.abs(x - lastX) < 0.5
        ? `L${round(x)} ${round(y)}`
        : `C${round(lastX)} ${round(middle)} ${round(x)} ${round(middle)} ${round(x)} ${round(y)}`;
    [lastX, lastY] = [x, y];
    return part;
  });
  return `M${round(x0)} ${round(y0)}${parts.join("")}`;
}

const round = (value: number): string => `${Math.round(value * 10) / 10}`;
