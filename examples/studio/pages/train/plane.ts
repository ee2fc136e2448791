/** A toy GAN's plane: where real and generated points lie, and what the discriminator says of every place. */
import { neutral, signedColour, token } from "../../components/colours.ts";
import type { Scene } from "../../lab/types.ts";

/** What of a scene is drawn. */
export interface PlaneLayers {
  readonly field: boolean;
  readonly arrows: boolean;
  readonly density: boolean;
  readonly real: boolean;
}

/** Side of the drawing in pixels. */
const SIDE = 720;
/** Cells from one arrow to the next. */
const APART = 3;

export function drawPlane(canvas: HTMLCanvasElement, scene: Scene, layers: PlaneLayers): void {
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext("2d");
  if (!context) return;
  const { reach, cells } = scene.grid;
  const at = (x: number, y: number): [number, number] => [
    ((x / reach + 1) / 2) * SIDE,
    ((1 - y / reach) / 2) * SIDE,
  ];
  const middle = neutral();
  context.fillStyle = `rgb(${middle.join()})`;
  context.fillRect(0, 0, SIDE, SIDE);
  if (layers.field) {
    const shade = (k: number) => signedColour(0.7 * Math.tanh((scene.field.logits[k] as number) / 2), middle);
    paintCells(context, cells, shade);
  }
  if (layers.density) paintDensity(context, scene);
  dots(context, scene.real, at, layers.real ? token("--ink-soft") : undefined, 1.1, 0.4);
  dots(context, scene.made, at, token("--accent"), 2, 0.9);
  if (layers.arrows) arrows(context, scene, at);
}

type At = (x: number, y: number) => [number, number];

function paintCells(
  context: CanvasRenderingContext2D,
  cells: number,
  shade: (k: number) => readonly number[],
): void {
  const small = new OffscreenCanvas(cells, cells);
  const inner = small.getContext("2d");
  if (!inner) return;
  const pixels = new ImageData(cells, cells);
  for (let k = 0; k < cells * cells; k++) {
    // Rows of the grid go upwards.
    const row = cells - 1 - Math.floor(k / cells);
    const [red = 0, green = 0, blue = 0, alpha = 255] = shade(k);
    pixels.data.set([red, green, blue, alpha], 4 * (row * cells + (k % cells)));
  }
  inner.putImageData(pixels, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, SIDE, SIDE);
}

function dots(
  context: CanvasRenderingContext2D,
  points: Float32Array,
  at: At,
  colour: string | undefined,
  radius: number,
  alpha: number,
): void {
  if (colour === undefined) return;
  context.fillStyle = colour;
  context.globalAlpha = alpha;
  context.beginPath();
  for (let k = 0; k + 1 < points.length; k += 2) {
    const [x, y] = at(points[k] as number, points[k + 1] as number);
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fill();
  context.globalAlpha = 1;
}

/** The real density, from nothing to the colour of the text. */
function paintDensity(context: CanvasRenderingContext2D, { density: { cells, values } }: Scene): void {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? 255 : 0;
  paintCells(context, cells, (k) => {
    return [dark, dark, dark, Math.round(110 * ((values[k] as number) / most) ** 0.7)];
  });
}

/** Where points would go to look more real. Lengths are compared with the longest. */
function arrows(context: CanvasRenderingContext2D, { field, grid }: Scene, at: At): void {
  const { cells, reach } = grid;
  const side = (2 * reach) / cells;
  let longest = 1e-12;
  for (let k = 0; k < cells * cells; k++)
    longest = Math.max(
      longest,
      Math.hypot(field.gradient[2 * k] as number, field.gradient[2 * k + 1] as number),
    );
  context.strokeStyle = token("--ink");
  context.lineWidth = 1.2;
  context.globalAlpha = 0.65;
  context.beginPath();
  for (let row = 1; row < cells; row += APART)
    for (let column = 1; column < cells; column += APART) {
      const k = row * cells + column;
      const [u, v] = [field.gradient[2 * k] as number, field.gradient[2 * k + 1] as number];
      const length = Math.hypot(u, v);
      if (length < 0.02 * longest) continue;
      // Short ones are drawn longer than they are, so that their direction is seen.
      const drawn = (APART * 0.85 * side * Math.sqrt(length / longest)) / length;
      const [x, y] = [-reach + (column + 0.5) * side, -reach + (row + 0.5) * side];
      const [from, to] = [at(x, y), at(x + u * drawn, y + v * drawn)];
      const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
      context.moveTo(...from);
      context.lineTo(...to);
      for (const turn of [2.6, -2.6]) {
        context.moveTo(...to);
        context.lineTo(to[0] + 6 * Math.cos(angle + turn), to[1] + 6 * Math.sin(angle + turn));
      }
    }
  context.stroke();
  context.globalAlpha = 1;
}
