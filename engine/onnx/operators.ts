/** All operators by domain and name. */
import type { Family, Operator } from "./call.ts";
import { ARITHMETIC } from "./operators/arithmetic.ts";
import { BORDERS } from "./operators/borders.ts";
import { CONSTANTS } from "./operators/constants.ts";
import { CONVOLUTION } from "./operators/convolution.ts";
import { DETECTION } from "./operators/detection.ts";
import { QUANTISED } from "./operators/quantised.ts";
import { RECURRENT } from "./operators/recurrent.ts";
import { SIGNAL } from "./operators/signal.ts";
import { FUNCTIONS } from "./operators/functions.ts";
import { INDICES } from "./operators/indices.ts";
import { NORMALISATION } from "./operators/normalisation.ts";
import { POOLING } from "./operators/pooling.ts";
import { PRODUCTS } from "./operators/products.ts";
import { REDUCING } from "./operators/reductions.ts";
import { RESIZING } from "./operators/resizing.ts";
import { SAMPLING } from "./operators/sampling.ts";
import { SHAPES } from "./operators/shapes.ts";
import { TRAINING } from "./operators/training.ts";

const FAMILIES: readonly Family[] = [
  ARITHMETIC,
  BORDERS,
  CONSTANTS,
  CONVOLUTION,
  FUNCTIONS,
  SIGNAL,
  RECURRENT,
  QUANTISED,
  DETECTION,
  INDICES,
  NORMALISATION,
  POOLING,
  PRODUCTS,
  REDUCING,
  RESIZING,
  SAMPLING,
  SHAPES,
  TRAINING,
];

const KNOWN: ReadonlyMap<string, Operator> = new Map(
  FAMILIES.flatMap((family) =>
    Object.entries(family).map(([name, of]): [string, Operator] => [
      name,
      typeof of === "function" ? { compute: of, reads: () => [] } : of,
    ]),
  ),
);

/** Where ONNX's own operators lie: "" is ONNX itself. */
const DOMAINS = ["", "ai.onnx.preview.training"];

/** An operator, or undefined for one that is not known. */
export const findOperator = (domain: string, name: string): Operator | undefined =>
  DOMAINS.includes(domain) ? KNOWN.get(name) : undefined;

/** Names of all that are known, but those with graphs inside. */
export const operatorNames = (): string[] => [...KNOWN.keys()].sort();
