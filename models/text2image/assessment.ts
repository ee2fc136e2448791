/** How well a generator does at a point of its training: cheap measures without a network. */
import { type CaptionedSet, splitClasses } from "../datasets/captioned.ts";
import { picturesOf, type Pictures } from "../judging/pictures.ts";
import { subset } from "../datasets/dataset.ts";
import { permutation } from "../../engine/random.ts";
import { kernelDistance, type Samples } from "../metrics/index.ts";
import type { Assessment } from "../system.ts";
import { colourAgreement, colourPairs } from "./colours.ts";
import { type Drawer, drawPlaces } from "./sampler.ts";
import { drawnNoise } from "./noise.ts";

/** Pictures compared, and of how many colours samples are asked. */
const COMPARED = 200;
const COLOURS = 42;
const SEED = 2;
/** Purpose of the random numbers. */
const CHOSEN = 0x5b22;
/** Side of the grid of mean colours by which pictures are compared. */
const GRID = 8;
/** Samples that are less diverse than real pictures by more than this are not called the best, however near they lie. */
const DIVERSE = 0.5;

export const MERIT = "kernel";

/** Samples of captions of pictures that are trained on, against those pictures. @returns what `Training.assess` gives */
export async function assessed(file: Drawer, set: CaptionedSet): Promise<Assessment> {
  const { recipe, reader } = file;
  const { seen } = splitClasses(set, recipe.unseen);
  const chosen = permutation(seen.length, SEED, CHOSEN, 0, Math.min(COMPARED, seen.length)).map(
    (k) => seen[k] as number,
  );
  const real = await picturesOf(subset(set.pictures, chosen));
  const told = await reader.read(Array.from(chosen, (k) => set.captions[k]?.[0] as string));
  const drawn = await drawPlaces(
    file,
    told.map((text, k) => ({ text, noise: drawnNoise(recipe, SEED, k) })),
  );
  const [a, b] = [coarse(drawn), coarse(real)];
  const kernel = kernelDistance(a, b);
  const diversity = distanceOf(a) / distanceOf(b);
  const { seen: known, unseen } = colourPairs(set.classes, recipe.unseen);
  const scores: Record<string, number> = { kernel, diversity };
  if (known.length > 0) {
    scores.colours = (await colourAgreement(file, known, COLOURS, SEED)).share;
    scores.newColours = (await colourAgreement(file, unseen, COLOURS, SEED)).share;
  }
  const colours =
    known.length > 0
      ? `, ${percent(scores.colours)} of colours as asked, ${percent(scores.newColours)} of new ones`
      : "";
  return {
    scores,
    ...(diversity > DIVERSE && { merit: MERIT }),
    note: `distance ${kernel.toFixed(3)}, diversity ${diversity.toFixed(2)}${colours}`,
  };
}

const percent = (share = 0): string => `${(100 * share).toFixed(0)} %`;

/** Mean colours of a grid of places in each picture, from -1 to 1 by √dimension, so that the kernel sees numbers about 1. */
export function coarse({ count, shape: [h, w, c], data }: Pictures): Samples {
  const [tall, wide] = [h / GRID, w / GRID];
  const dimension = GRID * GRID * c;
  const out = new Float32Array(count * dimension);
  for (let i = 0; i < count; i++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const place = Math.floor(y / tall) * GRID + Math.floor(x / wide);
        for (let k = 0; k < c; k++) {
          const at = i * dimension + place * c + k;
          const value = (data[((i * h + y) * w + x) * c + k] as number) / 127.5 - 1;
          out[at] = (out[at] as number) + value / (tall * wide);
        }
      }
  return { count, dimension, data: out };
}

/** Mean Euclidean distance of neighbours in a set. */
function distanceOf({ count, dimension, data }: Samples): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let k = 0; k < dimension; k++)
      squares +=
        ((data[i * dimension + k] as number) - (data[((i + 1) % count) * dimension + k] as number)) ** 2;
    sum += Math.sqrt(squares);
  }
  return sum / count;
}
