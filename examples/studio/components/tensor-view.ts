/** Tensors as pictures: images side by side, points of the plane, rows of numbers. The numbers at the ends of the scale are told. */
import { type Rgb, neutral, signedColour, token } from "./colours.ts";
import { element } from "./dom.ts";

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Of four axes the last are channels, also where the others are as small as a filter's. */
  readonly maps?: boolean;
}

/** Channels of a feature map, and rows of a matrix, that are drawn at most. */
const MOST = 64;
const GAP = 1;

/** @param signed zero has a colour of its own: blue below, orange above */
export function tensorView(title: string, values: Numbers, signed: boolean): HTMLElement {
  const canvas = element("canvas", { class: "pixels", role: "img" });
  const scale = drawTensor(canvas, values, signed);
  const words = `${title}, ${values.shape.join(" × ")}: from ${short(scale.low)} to ${short(scale.high)}`;
  canvas.setAttribute("aria-label", words);
  return element(
    "figure",
    { class: "tensor" },
    canvas,
    element("figcaption", {}, element("strong", {}, title), ` ${short(scale.low)} … ${short(scale.high)}`),
  );
}

/** Only its pixels. @returns the numbers at the ends of the scale */
export function drawTensor(
  canvas: HTMLCanvasElement,
  values: Numbers,
  signed: boolean,
): { readonly low: number; readonly high: number } {
  const scale = scaleOf(values.data);
  const largest = Math.max(Math.abs(scale.low), Math.abs(scale.high)) || 1;
  const middle = neutral();
  const colour = signed
    ? (x: number) => signedColour(x / largest, middle)
    : (x: number): Rgb => {
        const grey = Math.round((255 * (x - scale.low)) / (scale.high - scale.low || 1));
        return [grey, grey, grey];
      };
  const [, second = 1] = values.shape;
  if (values.shape.length === 2 && second === 2) drawPoints(canvas, values.data);
  else drawTiles(canvas, values, colour, signed ? undefined : scale);
  return scale;
}

export const short = (x: number): string =>
  x === 0
    ? "0"
    : Math.abs(x) >= 1e4 || Math.abs(x) < 1e-3
      ? x.toExponential(1)
      : String(Number(x.toPrecision(3)));

function scaleOf(data: Float32Array): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of data) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

interface Tile {
  readonly width: number;
  readonly height: number;
  colourAt(x: number, y: number): Rgb;
}

function drawTiles(
  canvas: HTMLCanvasElement,
  numbers: Numbers,
  colour: (x: number) => Rgb,
  range: { low: number; high: number } | undefined,
): void {
  const tiles = tilesOf(numbers, colour, range);
  const [first] = tiles;
  if (!first) return;
  const columns = first.height === 1 ? 1 : Math.ceil(Math.sqrt((tiles.length * first.height) / first.width));
  const rows = Math.ceil(tiles.length / columns);
  const gap = first.height === 1 ? 0 : GAP;
  canvas.width = columns * (first.width + gap) - gap;
  canvas.height = rows * (first.height + gap) - gap;
  const pixels = new ImageData(canvas.width, canvas.height);
  for (const [k, tile] of tiles.entries()) {
    const [left, top] = [(k % columns) * (tile.width + gap), Math.floor(k / columns) * (tile.height + gap)];
    for (let y = 0; y < tile.height; y++)
      for (let x = 0; x < tile.width; x++) {
        const at = 4 * ((top + y) * canvas.width + left + x);
        pixels.data.set([...tile.colourAt(x, y), 255], at);
      }
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/** [n, h, w, 1 or 3]: an image each; [n, h, w, c]: the channels of the first; [kh, kw, i, o]: filters; else rows. */
function tilesOf(
  { shape, data, maps = false }: Numbers,
  colour: (x: number) => Rgb,
  range: { low: number; high: number } | undefined,
): Tile[] {
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  if (shape.length === 4 && h > 1 && (c === 1 || (c === 3 && range)))
    return Array.from({ length: n }, (_, k) => ({
      width: w,
      height: h,
      colourAt: (x, y) => {
        const at = ((k * h + y) * w + x) * c;
        const byte = (channel: number) => {
          const { low, high } = range ?? { low: 0, high: 1 };
          return Math.round((255 * ((data[at + channel] as number) - low)) / (high - low || 1));
        };
        return c === 3 ? [byte(0), byte(1), byte(2)] : colour(data[at] as number);
      },
    }));
  // A weight [kh, kw, i, o] has its small axes first, a feature map [n, h, w, c] its channels last.
  if (!maps && shape.length === 4 && n <= 9 && h <= 9 && n * h > 1 && w * c > 9)
    return Array.from({ length: Math.min(w * c, MOST) }, (_, k) => ({
      width: h,
      height: n,
      colourAt: (x, y) => colour(data[(y * h + x) * w * c + k] as number),
    }));
  if (shape.length === 4 && h > 1)
    return Array.from({ length: Math.min(c, MOST) }, (_, k) => ({
      width: w,
      height: h,
      colourAt: (x, y) => colour(data[(y * w + x) * c + k] as number),
    }));
  const columns = shape.length < 2 ? data.length : data.length / n;
  const rows = shape.length < 2 ? 1 : Math.min(n, MOST);
  return [
    {
      width: Math.max(Math.min(columns, 256), 1),
      height: rows,
      colourAt: (x, y) => colour(data[y * columns + x] as number),
    },
  ];
}

const PLANE = 180;

/** Where points of the plane are pulled: against their gradients, of which the longest is drawn a sixth of the side long. */
export function pullView(title: string, points: Numbers, gradients: Numbers): HTMLElement {
  const canvas = element("canvas", {
    class: "pixels",
    role: "img",
    "aria-label": `${title}: an arrow at each point`,
  });
  drawPoints(canvas, points.data);
  const context = canvas.getContext("2d");
  const reach = reachOf(points.data);
  let longest = 1e-30;
  for (let k = 0; k + 1 < gradients.data.length; k += 2)
    longest = Math.max(longest, Math.hypot(gradients.data[k] as number, gradients.data[k + 1] as number));
  if (context) {
    context.strokeStyle = token("--backward");
    context.beginPath();
    for (let k = 0; k + 1 < points.data.length; k += 2) {
      const x = (((points.data[k] as number) / reach + 1) / 2) * PLANE;
      const y = ((1 - (points.data[k + 1] as number) / reach) / 2) * PLANE;
      const scale = PLANE / 6 / longest;
      context.moveTo(x, y);
      context.lineTo(
        x - scale * (gradients.data[k] as number),
        y + scale * (gradients.data[k + 1] as number),
      );
    }
    context.stroke();
  }
  return element(
    "figure",
    { class: "tensor" },
    canvas,
    element("figcaption", {}, element("strong", {}, title), ` longest ${short(longest)}`),
  );
}

const reachOf = (data: Float32Array): number =>
  1.05 * data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);

function drawPoints(canvas: HTMLCanvasElement, data: Float32Array): void {
  canvas.width = PLANE;
  canvas.height = PLANE;
  const context = canvas.getContext("2d");
  if (!context) return;
  const reach = reachOf(data);
  context.fillStyle = token("--accent");
  // Few are seen in a small picture too, many do not cover each other.
  const dot = Math.min(Math.max(Math.round(68 / Math.sqrt(data.length)), 2), 14);
  for (let k = 0; k + 1 < data.length; k += 2) {
    const [x, y] = [data[k] as number, data[k + 1] as number];
    const [left, top] = [((x / reach + 1) / 2) * PLANE, ((1 - y / reach) / 2) * PLANE];
    context.fillRect(left - dot / 2, top - dot / 2, dot, dot);
  }
}
