/** The real pictures and the classifier that samples are judged by, out of data that a user names. */
import { FormatError, InputError } from "../../engine/errors.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { OpenOptions } from "../datasets/options.ts";
import { holdOut } from "../datasets/split.ts";
import { parseClassifier } from "../features/classifier.ts";
import { classifierOf } from "../features/shipped.ts";
import type { Host } from "../training/host.ts";
import type { Evidence } from "./score.ts";
import { picturesOf } from "./pictures.ts";

/** What is needed of a host. */
export type DataHost = Pick<Host, "shipped" | "openDataset">;

/** Of a set without a test part, so much is held out: pictures that our classifiers were not trained on either. */
const HELD_OUT = 0.15;
const HELD_OUT_SEED = 0;

interface Parts {
  readonly training: Dataset;
  readonly heldOut: Dataset;
}

/** How a set is divided. */
export type Divide = (dataset: Dataset) => Parts;

const usualParts: Divide = (dataset) =>
  holdOut(dataset, Math.max(1, Math.floor(dataset.size * HELD_OUT)), HELD_OUT_SEED);

/** What to train on, and what to keep for judging: a set's own test part, else 15 % of it by `holdOut`. */
export async function partsOf(host: DataHost, path: string, options: OpenOptions = {}): Promise<Parts> {
  const { dataset } = await host.openDataset(path, options);
  const test = await testPart(host, path, options);
  // Readers of sets without parts give the whole set, whatever part is asked for.
  if (test && test.fingerprint !== dataset.fingerprint) return { training: dataset, heldOut: test };
  return usualParts(dataset);
}

async function testPart(host: DataHost, path: string, options: OpenOptions): Promise<Dataset | undefined> {
  try {
    return (await host.openDataset(path, { ...options, split: "test" })).dataset;
  } catch (error) {
    // Not there: it need not be. Damaged is another matter.
    if (error instanceof InputError && !(error instanceof FormatError)) return undefined;
    throw error;
  }
}

/** All but the samples. @throws InputError where the data cannot be used */
export async function evidenceOf(
  host: DataHost,
  path: string,
  options: OpenOptions = {},
  divide?: Divide,
): Promise<Omit<Evidence, "samples">> {
  const { training, heldOut } = divide
    ? divide((await host.openDataset(path, options)).dataset)
    : await partsOf(host, path, options);
  const classifier = await classifierFor(training, host);
  return {
    classes: training.classes,
    train: await picturesOf(training),
    heldOut: await picturesOf(heldOut),
    ...(classifier && { classifier }),
  };
}

/** The classifier that knows a set's classes, where one ships. */
export async function classifierFor(
  { classes, shape }: Dataset,
  host: Pick<Host, "shipped">,
): Promise<Evidence["classifier"]> {
  const entry = classifierOf(classes, shape[2]);
  return entry && { name: entry.features, net: parseClassifier(await host.shipped(entry.file), entry.file) };
}
