/** What pixel shuffle makes of the channels of a layer: those of one block, and the map into which they are woven. */
import { element } from "../../components/dom.ts";
import type { Shown } from "../../lab/types.ts";

/** The hues of a block's channels go round the circle from here. */
const HUE = 20;
const GAP = 1;

/** Channels `from` to `from + side² - 1` of the first item, each [h, w], in their order in a block. */
export function blockOf({ shape, data }: Pick<Shown, "shape" | "data">, side: number, from = 0) {
  const [, h = 1, w = 1, c = 1] = shape;
  const channels = Array.from({ length: side ** 2 }, (_, k) =>
    Float32Array.from({ length: h * w }, (_, at) => data[at * c + from + k] as number),
  );
  return { h, w, channels };
}

/** [side h, side w]: channel i side + j of the block stands in row i and column j of each square of pixels. */
export function woven({ h, w, channels }: ReturnType<typeof blockOf>, side: number): Float32Array {
  return Float32Array.from({ length: h * w * side ** 2 }, (_, at) => {
    const [y, x] = [Math.floor(at / (w * side)), at % (w * side)];
    const channel = channels[(y % side) * side + (x % side)] as Float32Array;
    return channel[Math.floor(y / side) * w + Math.floor(x / side)] as number;
  });
}

/** @param values the layer's activation, [1, h, w, c] @param side of a block, in pixels */
export function shuffleView(values: Shown, side: number): HTMLElement {
  const block = blockOf(values, side);
  const { h, w, channels } = block;
  const numbers = woven(block, side);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of numbers) [low, high] = [Math.min(low, x), Math.max(high, x)];
  /** Dark to light by its number, in the hue of its channel. */
  const colour = (channel: number, x: number) =>
    `hsl(${HUE + (360 * channel) / side ** 2} 65% ${12 + (76 * (x - low)) / (high - low || 1)}%)`;
  const draw = (
    columns: number,
    rows: number,
    at: (x: number, y: number) => [number, number] | undefined,
  ) => {
    const canvas = element("canvas", {
      class: "pixels",
      width: columns,
      height: rows,
      "aria-hidden": "true",
    });
    const context = canvas.getContext("2d");
    for (let y = 0; context && y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const found = at(x, y);
        if (!found) continue;
        context.fillStyle = colour(...found);
        context.fillRect(x, y, 1, 1);
      }
    return canvas;
  };
  const apart = draw(side * (w + GAP) - GAP, side * (h + GAP) - GAP, (x, y) => {
    const [column, row] = [Math.floor(x / (w + GAP)), Math.floor(y / (h + GAP))];
    const [u, v] = [x % (w + GAP), y % (h + GAP)];
    const k = row * side + column;
    return u < w && v < h ? [k, channels[k]?.[v * w + u] as number] : undefined;
  });
  const together = draw(side * w, side * h, (x, y) => [
    (y % side) * side + (x % side),
    numbers[y * side * w + x] as number,
  ]);
  return element(
    "section",
    { class: "shuffle-view" },
    element("h3", {}, "What pixel shuffle makes of it"),
    element(
      "p",
      { class: "fine" },
      `Channels 0 to ${side ** 2 - 1}, each in a colour of its own, become one map ${side} times as large: a square of ${side} × ${side} pixels has one of each.`,
    ),
    element(
      "div",
      { class: "shuffle-pair" },
      apart,
      element("span", { "aria-hidden": "true" }, "→"),
      together,
    ),
  );
}
