/** What a cell has shown: words, small tensors as numbers, larger ones as pictures, curves, the plane of a toy GAN. */
import type { Output } from "../../../lessons/output.ts";
import { signedColour, neutral } from "../../components/colours.ts";
import { element } from "../../components/dom.ts";
import { short, tensorView } from "../../components/tensor-view.ts";
import { drawPlane } from "../train/plane.ts";
import { linesView } from "./lines-view.ts";

/** Rows and columns of a tensor that is shown as numbers, at most. */
const MOST = 8;

export function outputView(output: Output): HTMLElement {
  const view = viewOf(output);
  view.dataset.output = output.title;
  return view;
}

function viewOf(output: Output): HTMLElement {
  switch (output.kind) {
    case "text":
      return element("p", { class: "output-text" }, element("strong", {}, output.title), " ", output.text);
    case "curves":
      return linesView(output.title, output.curves);
    case "plane":
      return planeView(output.title, output.scene);
    case "tensor": {
      const { title, shape, data, signed } = output;
      const [rows, columns] = [data.length / (shape.at(-1) ?? 1), shape.at(-1) ?? 1];
      return shape.length <= 2 && rows <= MOST && columns <= MOST
        ? numbersView(title, { rows, columns, data, signed })
        : tensorView(title, { shape, data }, signed);
    }
  }
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
  readonly signed: boolean;
}

/** Numbers in a table, each on a ground of the colour that it would have in a picture. */
function numbersView(title: string, { rows, columns, data, signed }: Matrix): HTMLElement {
  const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const cell = (x: number) => {
    const made = element("td", {}, short(x));
    // Faint, so that numbers stay readable on it.
    if (signed) made.style.backgroundColor = `rgb(${signedColour((0.35 * x) / largest, neutral()).join()})`;
    return made;
  };
  const body = Array.from({ length: rows }, (_, row) =>
    element("tr", {}, ...Array.from(data.subarray(row * columns, (row + 1) * columns), cell)),
  );
  return element(
    "div",
    { class: "numbers", tabindex: 0, role: "group", "aria-label": title },
    element("table", {}, element("caption", {}, title), element("tbody", {}, ...body)),
  );
}

function planeView(title: string, scene: Extract<Output, { kind: "plane" }>["scene"]): HTMLElement {
  const canvas = element("canvas", {
    class: "lesson-plane",
    role: "img",
    "aria-label": `${title}: real points grey, generated ones green; orange where the discriminator takes points for real, blue where not`,
  });
  const density = { cells: 0, values: new Float32Array() };
  const nothing = { divergences: { kl: 0, reverseKl: 0, js: 0 }, modes: undefined };
  drawPlane(
    canvas,
    { ...nothing, ...scene, density },
    { field: true, arrows: true, density: false, real: true },
  );
  return element(
    "figure",
    { class: "tensor plane-figure" },
    canvas,
    element("figcaption", {}, element("strong", {}, title)),
  );
}
