/** Small pictures on canvases, each pixel a square. */
import type { Image } from "../engine-bridge.ts";
import { element } from "./dom.ts";

/** @param label what a screen reader says of it */
export function imageCanvas(image: Image, label: string): HTMLCanvasElement {
  const canvas = element("canvas", { class: "pixels", role: "img", "aria-label": label });
  drawImage(canvas, image);
  return canvas;
}

export function drawImage(canvas: HTMLCanvasElement, { width, height, channels, data }: Image): void {
  canvas.width = width;
  canvas.height = height;
  const pixels = new ImageData(width, height);
  for (let k = 0; k < width * height; k++) {
    for (let c = 0; c < 3; c++)
      pixels.data[4 * k + c] = data[k * channels + (channels < 3 ? 0 : c)] as number;
    pixels.data[4 * k + 3] =
      channels === 4 || channels === 2 ? (data[k * channels + channels - 1] as number) : 255;
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}
