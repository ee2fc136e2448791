/** Zero-shot retrieval of a training's networks on classes that were kept from it. */
import { type CaptionedSet, splitClasses } from "../datasets/captioned.ts";
import type { CaptionEncoder } from "./caption-encoder.ts";
import { embedCaptions, embedClasses, embedPictures, embedVectors } from "./embedding.ts";
import { PictureSide, type VectorSide } from "./picture-side.ts";
import type { PictureVectors } from "./picture-vectors.ts";
import type { EncoderRecipe } from "./recipe.ts";
import { type Retrieval, type Rows, retrieval } from "./zero-shot.ts";

/** Both sides of the joint space. */
export interface JointNetworks {
  readonly recipe: EncoderRecipe;
  readonly encoder: CaptionEncoder;
  readonly side: VectorSide | PictureSide | undefined;
}

/** @param names of the classes */
export async function measureRetrieval(
  networks: JointNetworks,
  set: CaptionedSet,
  vectors: PictureVectors | undefined,
  names: readonly string[],
): Promise<Retrieval> {
  const { encoder, side } = networks;
  const modes = [encoder, side].map((network) => network?.training);
  encoder.eval();
  side?.eval();
  try {
    const { unseen: pictures } = splitClasses(set, names);
    const classes = [...new Set(Array.from(pictures, (k) => set.classOf[k] as number))];
    const labels = Array.from(pictures, (k) => classes.indexOf(set.classOf[k] as number));
    return retrieval(
      await rowsOf(networks, set, vectors, pictures),
      labels,
      await embedClasses(encoder, set, classes),
    );
  } finally {
    encoder.train(modes[0]);
    side?.train(modes[1]);
  }
}

/** Pictures in the joint space; where captions alone were learnt from, the last caption of each stands for it. */
async function rowsOf(
  { encoder, side, recipe }: JointNetworks,
  set: CaptionedSet,
  vectors: PictureVectors | undefined,
  pictures: Uint32Array,
): Promise<Rows> {
  if (recipe.side === "captions")
    return embedCaptions(
      encoder,
      Array.from(pictures, (k) => set.captions[k]?.at(-1) as string),
    );
  if (!(side instanceof PictureSide)) return embedVectors(side, vectors as PictureVectors, pictures);
  const { shape } = set.pictures;
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Float32Array(pictures.length * size);
  for (const [k, picture] of pictures.entries()) {
    const bytes = (await set.pictures.item(picture)).picture;
    for (let at = 0; at < size; at++) pixels[k * size + at] = (bytes[at] as number) / 127.5 - 1;
  }
  return embedPictures(side, pixels, pictures.length);
}
