/**
 * A picture ready to be drawn at any zoom. Small pictures are one canvas. A large one (an upscaled photograph may have 100
 * million pixels) stays bytes: the part on screen is copied out when it is drawn, and a reduced copy serves the far view.
 */
import type { Image } from "../engine-bridge.ts";
import type { Size, Viewport } from "./viewport.ts";

/** Pictures of up to this many pixels are kept as one canvas. */
export const WHOLE = 2 ** 24;
/** The reduced copy of a larger picture has at most this many pixels. */
const REDUCED = 2 ** 22;
/** Rows are converted for this long (milliseconds) before the page gets its turn. */
const SLICE = 8;

export interface Picture extends Size {
  readonly hasAlpha: boolean;
  /** Draws what of the picture lies on a stage of the given size; the context's unit is the CSS pixel. */
  draw(context: CanvasRenderingContext2D, view: Viewport, stage: Size): void;
}

/**
 * Prepares `image`, drawn `enlarge` times its size (so that a small original can stand where its large result will be).
 * Gives the page its turn between slices of work.
 */
export async function createPicture(image: Image, enlarge = 1): Promise<Picture> {
  const shape = {
    width: image.width * enlarge,
    height: image.height * enlarge,
    hasAlpha: image.channels === 2 || image.channels === 4,
  };
  if (image.width * image.height <= WHOLE) {
    const canvas = await canvasFrom(image, 1);
    return { ...shape, draw: (context, view, stage) => drawCanvas(context, canvas, shape, view, stage) };
  }
  const step = Math.ceil(Math.sqrt((image.width * image.height) / REDUCED));
  const reduced = await canvasFrom(image, step);
  return {
    ...shape,
    draw(context, view, stage) {
      if (view.scale * devicePixelRatio * step <= 2) drawCanvas(context, reduced, shape, view, stage);
      else drawPart(context, image, enlarge, view, stage);
    },
  };
}

/** The picture as a canvas of its size. */
export const canvasOf = (image: Image): Promise<HTMLCanvasElement> => canvasFrom(image, 1);

/** The picture reduced `step` times along both axes. */
async function canvasFrom(image: Image, step: number): Promise<HTMLCanvasElement> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(image.width / step);
  canvas.height = Math.floor(image.height / step);
  const context = contextOf(canvas);
  const rows = Math.max(1, Math.min(canvas.height, Math.floor(2 ** 20 / canvas.width)));
  let turn = performance.now();
  for (let y = 0; y < canvas.height; y += rows) {
    const band = new ImageData(canvas.width, Math.min(rows, canvas.height - y));
    if (step === 1) copyPixels(image, 0, y, band);
    else reducePixels(image, y * step, step, band);
    context.putImageData(band, 0, y);
    if (performance.now() - turn > SLICE) {
      await new Promise((resume) => setTimeout(resume));
      turn = performance.now();
    }
  }
  return canvas;
}

/** Draws the stage's part of a canvas that stands for a picture of `whole` size. */
export function drawCanvas(
  context: CanvasRenderingContext2D,
  canvas: HTMLCanvasElement,
  whole: Size,
  view: Viewport,
  stage: Size,
): void {
  const part = onStage(view, stage, whole);
  const [sx, sy] = [canvas.width / whole.width, canvas.height / whole.height];
  const { left, top, width, height } = part;
  const target = [
    view.x + left * view.scale,
    view.y + top * view.scale,
    width * view.scale,
    height * view.scale,
  ] as const;
  context.drawImage(canvas, left * sx, top * sy, width * sx, height * sy, ...target);
}

/** Copies the stage's part of the bytes into a canvas of its own and draws that. */
function drawPart(
  context: CanvasRenderingContext2D,
  image: Image,
  enlarge: number,
  view: Viewport,
  stage: Size,
): void {
  const own = { scale: view.scale * enlarge, x: view.x, y: view.y };
  const part = onStage(own, stage, image);
  if (part.width <= 0 || part.height <= 0) return;
  const pixels = new ImageData(part.width, part.height);
  copyPixels(image, part.left, part.top, pixels);
  const canvas = document.createElement("canvas");
  canvas.width = part.width;
  canvas.height = part.height;
  contextOf(canvas).putImageData(pixels, 0, 0);
  const [x, y] = [own.x + part.left * own.scale, own.y + part.top * own.scale];
  context.drawImage(canvas, x, y, part.width * own.scale, part.height * own.scale);
}

/** The whole pixels of a picture that a stage shows. */
export function onStage(view: Viewport, stage: Size, picture: Size) {
  const left = Math.max(0, Math.floor(-view.x / view.scale));
  const top = Math.max(0, Math.floor(-view.y / view.scale));
  const right = Math.min(picture.width, Math.ceil((stage.width - view.x) / view.scale));
  const bottom = Math.min(picture.height, Math.ceil((stage.height - view.y) / view.scale));
  return { left, top, width: right - left, height: bottom - top };
}

/** Where red, green, blue and alpha lie within a pixel; -1 for an alpha that is not there. */
function channelOrder(channels: Image["channels"]): readonly [number, number, number, number] {
  if (channels === 1) return [0, 0, 0, -1];
  if (channels === 2) return [0, 0, 0, 1];
  return [0, 1, 2, channels === 4 ? 3 : -1];
}

/** Fills `target` (RGBA) with the part of `image` that begins at (left, top). */
function copyPixels(image: Image, left: number, top: number, target: ImageData): void {
  const { channels, data } = image;
  const [red, green, blue, alpha] = channelOrder(channels);
  let to = 0;
  for (let row = 0; row < target.height; row++) {
    let from = ((top + row) * image.width + left) * channels;
    for (let column = 0; column < target.width; column++, from += channels, to += 4) {
      target.data[to] = data[from + red] ?? 0;
      target.data[to + 1] = data[from + green] ?? 0;
      target.data[to + 2] = data[from + blue] ?? 0;
      target.data[to + 3] = alpha < 0 ? 255 : (data[from + alpha] ?? 255);
    }
  }
}

/** Fills `target` (RGBA) with means over squares of `step` pixels, the first of which begins in row `top`. */
function reducePixels(image: Image, top: number, step: number, target: ImageData): void {
  const { channels, data, width } = image;
  const order = channelOrder(channels);
  for (let row = 0; row < target.height; row++) {
    for (let column = 0; column < target.width; column++) {
      const corner = ((top + row * step) * width + column * step) * channels;
      for (let c = 0; c < 4; c++) {
        const offset = order[c] ?? -1;
        let sum = offset < 0 ? 255 * step * step : 0;
        for (let y = 0; offset >= 0 && y < step; y++) {
          for (let x = 0; x < step; x++) sum += data[corner + (y * width + x) * channels + offset] ?? 0;
        }
        target.data[4 * (row * target.width + column) + c] = sum / (step * step);
      }
    }
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("the browser gave no 2d context for a canvas");
  return context;
}
