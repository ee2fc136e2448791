/** How text to image is judged: whether what it draws is what was said. */
import { permutation } from "../../engine/random.ts";
import { InputError } from "../../engine/errors.ts";
import { type CaptionedSet, captionedSet, splitClasses } from "../datasets/captioned.ts";
import type { Pictures } from "../judging/pictures.ts";
import type { Judged, Judgement, JudgeRequest } from "../system.ts";
import { embedCaptions, embedPictures } from "../text-encoder/embedding.ts";
import { parseTextEncoder, type TextEncoderFile } from "../text-encoder/files.ts";
import { PictureSide } from "../text-encoder/picture-side.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import { coarse } from "./assessment.ts";
import { colourAgreement, colourPairs } from "./colours.ts";
import { coloursNamed, namedColours } from "./named-colours.ts";
import { type Drawer, drawPlaces, type Text2ImageSampler } from "./sampler.ts";
import { drawnNoise } from "./noise.ts";
import { spreads } from "../metrics/index.ts";

/** Captions that a picture's own is found among: 99 of other classes beside it (Xu et al., "AttnGAN", 2018). */
const AMONG = 100;
/** Samples of colours, and pictures looked at by the retrieval network, at most. */
const COLOURS = 200;
const LOOKED_AT = 1000;
/** Captions and pictures of each of which distances are measured. */
const SPREAD = { captions: 50, each: 8 } as const;
/** Sentences that name colours, by which it is seen whether pictures heed them. */
const SENTENCES = { least: 20, most: 200 } as const;
/** Purpose of the random numbers. */
const CHOSEN = 0x5b23;
const OTHERS = 0x5b24;
const NAMED = 0x5b26;

export async function judgeText2image(sampler: Text2ImageSampler, request: JudgeRequest): Promise<Judgement> {
  const { host, path, seed, onProgress } = request;
  const { recipe } = sampler.file;
  const { dataset } = await host.openDataset(path, { size: 64, channels: 3 });
  const set = await captionedSet(dataset);
  const network = await retrievalNetwork(request);
  const { seen, unseen } = splitClasses(set, recipe.unseen);
  const scores: Judged[] = [];
  const notes: string[] = [];
  if (network)
    for (const [which, pictures] of [
      ["seen", seen],
      ["unseen", unseen],
    ] as const) {
      if (pictures.length < 2) continue;
      onProgress?.(0, 1, `captions ${which}`);
      scores.push(await precision(sampler, set, pictures, network, which, request));
    }
  else
    notes.push("No R-precision: give --retrieval with a text encoder whose pictures' side reads pictures.");
  const pairs = colourPairs(set.classes, recipe.unseen);
  for (const [which, some] of Object.entries(pairs)) {
    if (some.length === 0) continue;
    onProgress?.(0, 1, `colours ${which}`);
    const { share, of } = await colourAgreement(sampler.file, some, COLOURS, seed);
    scores.push(proportion(`colour as asked, ${which} in training, %`, share, COLOURS));
    const each = some.map(({ colour, thing }, k) => `${colour} ${thing} ${Math.round(100 * (of[k] ?? 0))}`);
    notes.push(`Colours ${which} in training, % as asked: ${each.join(", ")}.`);
  }
  const colours = await namedInSentences(sampler.file, set, unseen.length > 1 ? unseen : seen, seed);
  if (colours) {
    scores.push({ name: "p of colours named in sentences", value: colours.p });
    notes.push(
      `Pictures of ${colours.sentences} sentences${unseen.length > 1 ? " unseen in training" : ""} that name colours have ${colours.excess.toFixed(2)} deviations more of them than others have; p is how often shuffled sentences fit as well.`,
    );
  }
  onProgress?.(0, 1, "diversity");
  scores.push(...(await diversity(sampler, set, seen, seed)));
  const names = [...shown(seen, set, 6), ...shown(unseen, set, 6)];
  const { rows } = await sampler.sample({ count: 8, seed, texts: names, walk: false });
  notes.push(`The sheet's rows: ${names.join("; ")}.`);
  return { scores, notes, sheet: pictureSheet(rows) };
}

/** Undefined where hardly a sentence names a colour. */
async function namedInSentences(file: Drawer, set: CaptionedSet, pictures: Uint32Array, seed: number) {
  const order = permutation(pictures.length, seed, NAMED);
  const sentences = Array.from(order, (k) => set.captions[pictures[k] as number]?.[0] as string)
    .filter((sentence) => coloursNamed(sentence).length > 0)
    .slice(0, SENTENCES.most);
  if (sentences.length < SENTENCES.least) return undefined;
  const told = await file.reader.read(sentences);
  const drawn = await drawPlaces(
    file,
    told.map((text, k) => ({ text, noise: drawnNoise(file.recipe, seed, k) })),
  );
  return namedColours(drawn, sentences, seed);
}

/** @throws InputError for an encoder that reads no pictures */
async function retrievalNetwork({ host, retrieval }: JudgeRequest): Promise<TextEncoderFile | undefined> {
  if (retrieval === undefined) return undefined;
  const file = parseTextEncoder(await host.read(retrieval), retrieval);
  if (!(file.side instanceof PictureSide))
    throw new InputError(
      `--retrieval ${retrieval}: this encoder was trained with vectors of pictures and reads none itself; train its pictures' side by \`ganvas train text-encoder --from ${retrieval}\``,
    );
  return file;
}

/** How often the caption that a sample was drawn by is the nearest to it among 100. */
async function precision(
  sampler: Text2ImageSampler,
  set: CaptionedSet,
  pictures: Uint32Array,
  { encoder, side }: TextEncoderFile,
  which: string,
  { count, seed }: JudgeRequest,
): Promise<Judged> {
  const n = Math.min(count, LOOKED_AT);
  const order = permutation(pictures.length, seed, CHOSEN);
  const chosen = Array.from(
    { length: n },
    (_, k) => pictures[order[k % pictures.length] as number] as number,
  );
  const captionOf = (picture: number) => set.captions[picture]?.[0] as string;
  const asked = chosen.map(captionOf);
  const told = await sampler.file.reader.read(asked);
  const drawn = await drawPlaces(
    sampler.file,
    told.map((text, k) => ({ text, noise: drawnNoise(sampler.file.recipe, seed, k) })),
  );
  const pool = [...new Set(Array.from(pictures, captionOf))];
  const rows = await embedCaptions(encoder, pool);
  const rowOf = new Map(pool.map((caption, row) => [caption, row]));
  const among = Math.min(AMONG, pool.length);
  const found = await ofPictures(side as PictureSide, drawn);
  const d = rows.dimension;
  const right = asked.map((caption, k) => {
    const own = rowOf.get(caption) as number;
    const others = permutation(pool.length, seed, OTHERS, k, among).filter((row) => row !== own);
    const score = (row: number) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (found[k * d + j] as number) * (rows.data[row * d + j] as number);
      return sum;
    };
    const best = score(own);
    return others.subarray(0, among - 1).some((row) => score(row) >= best) ? 0 : 1;
  });
  const share = right.reduce<number>((a, b) => a + b, 0) / n;
  return {
    ...proportion(`R-precision among ${among} captions ${which} in training, %`, share, n),
    real: 100 / among,
  };
}

async function ofPictures(side: PictureSide, drawn: Pictures): Promise<Float32Array> {
  const values = Float32Array.from(drawn.data, (byte) => byte / 127.5 - 1);
  return (await embedPictures(side, values, drawn.count)).data;
}

/** Distances of samples of one caption and of different captions, of those of real pictures. */
async function diversity(
  sampler: Text2ImageSampler,
  set: CaptionedSet,
  pictures: Uint32Array,
  seed: number,
): Promise<Judged[]> {
  const { recipe, reader } = sampler.file;
  const captions = shown(pictures, set, SPREAD.captions);
  const told = await reader.read(captions);
  const places = told.flatMap((text, row) =>
    Array.from({ length: SPREAD.each }, (_, k) => ({
      text,
      noise: drawnNoise(recipe, seed, row * SPREAD.each + k),
    })),
  );
  const drawn = coarse(await drawPlaces(sampler.file, places));
  const labels = places.map((_, k) => Math.floor(k / SPREAD.each));
  const { across, within } = await spreads(drawn, labels, captions.length);
  const mean = within.reduce((sum, spread) => sum + spread.mean, 0) / within.length;
  return [
    { name: "distance of samples of one caption, of that of samples of all", value: mean / across.mean },
    { name: "distance of samples of all captions", value: across.mean, error: across.standardError },
  ];
}

/** First captions of pictures spread evenly over a part of the set. */
function shown(pictures: Uint32Array, set: CaptionedSet, count: number): string[] {
  const names = [...new Set(Array.from(pictures, (k) => set.captions[k]?.[0] as string))];
  const step = Math.max(names.length / count, 1);
  return Array.from(
    { length: Math.min(count, names.length) },
    (_, k) => names[Math.floor((k + 0.5) * step)] as string,
  );
}

const proportion = (name: string, share: number, n: number): Judged => ({
  name,
  value: 100 * share,
  error: 100 * Math.sqrt((share * (1 - share)) / n),
});
