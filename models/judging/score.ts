/** What is judged, by what, and what comes of it. */
import type { Classifier } from "../features/classifier.ts";
import type { Pictures } from "./pictures.ts";

/** One number of a verdict. Plain data, for JSON. */
export interface Score {
  readonly name: string;
  readonly value: number;
  readonly standardError?: number;
  /** What real pictures have by the same measure. */
  readonly real?: number;
  /** The value for each class. */
  readonly classes?: readonly number[];
  /** What else must be said of it. */
  readonly note?: string;
}

export interface Evidence {
  /** What is judged; labels are the classes that were asked for. */
  readonly samples: Pictures;
  /** What the generator was trained on. */
  readonly train: Pictures;
  /** Real pictures that neither generator nor classifier were trained on. */
  readonly heldOut: Pictures;
  /** Names samples and gives features. */
  readonly classifier?: { readonly name: string; readonly net: Classifier };
  /** Names of the classes. */
  readonly classes: readonly string[];
}
