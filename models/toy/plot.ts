/** Points in the plane as a picture. */
import { type Image, makeImage } from "../../engine/io/image.ts";
import type { Field } from "./fields.ts";

/** Side of the picture in pixels. */
const SIDE = 320;
const REAL = [120, 120, 120] as const;
const MADE = [30, 60, 200] as const;

export interface Scene {
  /** The picture shows |x|, |y| up to this. */
  readonly reach: number;
  /** x and y in turn. */
  readonly real: ArrayLike<number>;
  readonly made: ArrayLike<number>;
  /** What the discriminator says, on a grid over the same square: warm where it takes points for real, cold where not. */
  readonly field?: Pick<Field, "logits">;
}

/** Real points grey, generated ones blue, y upwards. */
export function plotPoints({ reach, real, made, field }: Scene): Image {
  const data = new Uint8Array(SIDE * SIDE * 3).fill(255);
  if (field) shade(data, field.logits);
  for (const [points, colour] of [[real, REAL] as const, [made, MADE] as const])
    for (let k = 0; k + 1 < points.length; k += 2) {
      const column = Math.floor((((points[k] as number) + reach) / (2 * reach)) * SIDE);
      const row = SIDE - 1 - Math.floor((((points[k + 1] as number) + reach) / (2 * reach)) * SIDE);
      if (Math.min(column, row) < 0 || Math.max(column, row) >= SIDE) continue;
      data.set(colour, (row * SIDE + column) * 3);
    }
  return makeImage(data, SIDE, SIDE, 3);
}

/** White where the discriminator is undecided, towards orange and light blue where it is sure. */
function shade(data: Uint8Array, logits: ArrayLike<number>): void {
  const cells = Math.sqrt(logits.length);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      const at = Math.floor(((SIDE - 1 - row) * cells) / SIDE) * cells + Math.floor((column * cells) / SIDE);
      const sure = Math.tanh((logits[at] as number) / 4);
      const fade = Math.round(90 * Math.abs(sure));
      data.set(
        sure > 0 ? [255, 255 - fade / 2, 255 - fade] : [255 - fade, 255 - fade / 2, 255],
        (row * SIDE + column) * 3,
      );
    }
}
