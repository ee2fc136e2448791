/** The paper's first figure, of any picture: its Gaussian pyramid, what each level is enlarged to, and the bands that are missing. */
import { bytesToUnit } from "../../engine/data/index.ts";
import { add, type Tensor, tensor } from "../../engine/index.ts";
import type { Image } from "../../engine/io/image.ts";
import { squarePicture, WHITE } from "../datasets/square-picture.ts";
import { pictureSheet, repeated } from "../training/picture-sheet.ts";
import { type PyramidKind, splitLevel } from "./pyramid.ts";
import { checkSizes } from "./recipe.ts";
import { toImages } from "./sampler.ts";

export interface PyramidFigure {
  /** Fine to coarse, a row a level: the image I, its low pass l and its band h; the coarsest has an image only. */
  readonly rows: readonly (readonly Image[])[];
  /** All of it at about one scale, pixels repeated. */
  readonly sheet: Image;
}

/**
 * @param picture of any size: its central square is taken
 * @param sizes of the levels, coarse to fine
 * @throws InputError for sizes that are no pyramid's
 */
export async function pyramidFigure(
  picture: Image,
  sizes: readonly number[],
  kind: PyramidKind = "torch",
): Promise<PyramidFigure> {
  checkSizes(sizes);
  const full = sizes.at(-1) as number;
  const bytes = squarePicture(picture, { size: full, channels: 3, background: WHITE });
  let image = tensor(bytesToUnit(bytes), [1, full, full, 3]);
  const rows: Image[][] = [];
  for (let k = sizes.length - 1; k > 0; k--) {
    const { coarse, lowPass, bandPass } = splitLevel(image, sizes[k - 1] as number, kind);
    // A band has both signs: grey is where nothing is missing.
    const shown = await Promise.all([image, lowPass, add(bandPass, 0.5)].map(pictureOf));
    rows.push(shown);
    image = coarse;
  }
  rows.push([await pictureOf(image)]);
  const enlarged = rows.map((row) => row.map((shown) => repeated(shown, Math.floor(full / shown.width))));
  return { rows, sheet: pictureSheet(enlarged) };
}

/** @param image [1, s, s, 3], from 0 to 1 */
async function pictureOf(image: Tensor): Promise<Image> {
  const [picture] = toImages((await image.data()) as Float32Array, image.shape[1] as number);
  return picture as Image;
}
