/** What a system says when it is asked to judge its samples: drawn by its sampler, measured by `judge`, papers' figures beside. */
import { GanvasError, InputError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import type { OpenOptions } from "../datasets/options.ts";
import type { Judged, Judgement, JudgeRequest, Sampler } from "../system.ts";
import { sheetOfNeighbours } from "./copying.ts";
import { type DataHost, type Divide, evidenceOf } from "./evidence.ts";
import { judge, type Progress } from "./judge.ts";
import type { Pictures } from "./pictures.ts";
import { inWords, PARZEN, PARZEN_CAVEAT, type PaperRow } from "./papers.ts";
import type { Evidence, Score } from "./score.ts";

/** What is asked, of a host that can do no more than is needed. */
type JudgeRequestOfData = Omit<JudgeRequest, "host"> & { readonly host: DataHost };

/** What a system does otherwise than the others. */
export interface Protocol {
  /** How the data are opened; by default in the samples' size and channels. */
  readonly open?: OpenOptions;
  /** What of a set was trained on and what was held out; by default as `partsOf` says. */
  readonly divide?: Divide;
  /** Scores of its own, and what must be said of them. */
  readonly also?: (evidence: Evidence) => Promise<Pick<Judgement, "scores" | "notes">>;
}

/**
 * Samples of all classes in turn against the data.
 * @param papers rows of the paper's table that are printed beside the Parzen window's estimate
 * @throws InputError where data and samples do not go together
 */
export async function judgeSampler(
  sampler: Sampler,
  request: JudgeRequestOfData,
  papers: readonly PaperRow[],
  { open, divide, also }: Protocol = {},
): Promise<Judgement> {
  const { host, path, count, seed, signal, onProgress } = request;
  const known = await evidenceOf(host, path, open ?? (await formOf(sampler, seed)), divide);
  checkClasses(sampler, known.classes, path);
  onProgress?.(0, 1, "samples");
  const evidence = { ...known, samples: await drawSamples(sampler, count, seed, signal) };
  const judgement = await judgementOf(evidence, papers, (done, total, part) => {
    signal?.throwIfAborted();
    onProgress?.(done, total, part);
  });
  const own = await also?.(evidence);
  return {
    ...judgement,
    scores: [...judgement.scores, ...(own?.scores ?? [])],
    notes: [...judgement.notes, ...(own?.notes ?? [])],
  };
}

/** Samplers call classes by the data's names, or by numbers. */
function checkClasses({ title, classes }: Sampler, found: readonly string[], path: string): void {
  if (classes.length === 0) return;
  if (classes.length !== found.length)
    throw new InputError(`${title} knows ${classes.length} classes, ${path} holds ${found.length}`);
  const other = classes.findIndex((name, k) => name !== found[k] && name !== String(k));
  if (other >= 0)
    throw new InputError(
      `${title} knows "${classes[other]}" as class ${other}, in ${path} that is "${found[other]}"`,
    );
}

/** The size and channels of its samples. */
async function formOf(sampler: Sampler, seed: number): Promise<OpenOptions> {
  const [image] = (await sampler.sample({ count: 1, seed, walk: false })).rows.flat();
  if (!image) throw new GanvasError(`${sampler.title} made no sample`);
  return { size: Math.max(image.width, image.height), channels: image.channels as 1 | 3 };
}

/** Samples asked for with all classes in turn, as many of each. */
async function drawSamples(
  sampler: Sampler,
  count: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Pictures> {
  const request = { walk: false, ...(signal && { signal }) };
  const classes = sampler.classes.length;
  if (classes === 0)
    return together((await sampler.sample({ ...request, count, seed })).rows.flat().slice(0, count));
  const images: Image[] = [];
  const labels: number[] = [];
  const each = Math.ceil(count / classes);
  const rows: (readonly Image[])[] = [];
  // Classes have noise of their own: else sample k of each would have the same.
  for (const [k, name] of sampler.classes.entries())
    rows.push(
      (await sampler.sample({ ...request, count: each, seed: seed * classes + k, class: name })).rows.flat(),
    );
  for (let k = 0; k < count; k++) {
    images.push(rows[k % classes]?.[Math.floor(k / classes)] as Image);
    labels.push(k % classes);
  }
  return { ...together(images), labels };
}

function together(images: readonly Image[]): Pictures {
  const [{ width = 0, height = 0, channels = 1 } = {}] = images;
  const size = width * height * channels;
  const data = new Uint8Array(images.length * size);
  images.forEach((image, k) => {
    data.set(image.data, k * size);
  });
  return { count: images.length, shape: [height, width, channels], data };
}

/** A verdict on these samples. @param papers rows to print beside the Parzen window's estimate */
export async function judgementOf(
  evidence: Evidence,
  papers: readonly PaperRow[],
  onProgress?: Progress,
): Promise<Judgement> {
  const scores = await judge(evidence, onProgress);
  return {
    scores: scores.map((score) => judged(score, inWords(papers))),
    notes: [...scores.flatMap(notesOf), PARZEN_CAVEAT],
    sheet: await sheetOfNeighbours(evidence),
  };
}

function judged({ name, value, standardError, real, classes }: Score, paper: string): Judged {
  return {
    name,
    value,
    ...(standardError !== undefined && { error: standardError }),
    ...(real !== undefined && { real }),
    ...(classes && { classes }),
    ...(name === PARZEN && paper !== "" && { paper }),
  };
}

const notesOf = ({ name, note, classes }: Score): string[] => [
  ...(note === undefined ? [] : [`${name}: ${note}`]),
  ...(classes ? [`${name}, by class: ${classes.map((value) => value.toFixed(3)).join(" ")}`] : []),
];
