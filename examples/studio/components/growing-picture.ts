/** A picture that is being made: the original, and over it each tile as soon as it is there. */
import type { Image } from "../engine-bridge.ts";
import { canvasOf, drawCanvas, type Picture } from "./picture.ts";
import type { Size } from "./viewport.ts";

/** Pixels of its canvas at most: about what a screen shows. It is drawn anew with every tile, on software adapters by the processor. */
const MOST = 2 ** 21;

export interface GrowingPicture {
  readonly picture: Picture;
  readonly canvas: HTMLCanvasElement;
  /** Paints a part of the result. @param factor size of the picture over that of the result that the part is of */
  paint(
    part: { readonly x: number; readonly y: number; readonly image: Image },
    factor: number,
  ): Promise<void>;
}

/** @param original what is there before the tiles are */
export function createGrowingPicture(original: Picture, size: Size): GrowingPicture {
  const reduced = Math.min(1, Math.sqrt(MOST / (size.width * size.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(size.width * reduced));
  canvas.height = Math.max(1, Math.round(size.height * reduced));
  const context = canvas.getContext("2d");
  const whole = { width: canvas.width, height: canvas.height };
  if (context) original.draw(context, { scale: canvas.width / original.width, x: 0, y: 0 }, whole);
  const shape = { ...size, hasAlpha: original.hasAlpha };
  return {
    canvas,
    picture: { ...shape, draw: (to, view, stage) => drawCanvas(to, canvas, shape, view, stage) },
    async paint({ x, y, image }, factor) {
      const part = await canvasOf(image);
      const by = factor * reduced;
      if (!context) return;
      context.imageSmoothingQuality = "high";
      const place = [x * by, y * by, image.width * by, image.height * by] as const;
      context.clearRect(...place);
      context.drawImage(part, ...place);
    },
  };
}
