/**
 * What a person from PyTorch looks for and few networks need; a door of its own, so that pages load only what they use of it. All of
 * it is made of the engine's ops, and can be differentiated to any order where they can.
 */
export { atan2, floorDivide, mod } from "./arithmetic.ts";
export { scatter, tile, tril, triu } from "./arrange.ts";
export type { BatchOptions } from "./batches.ts";
export { type Collated, collate, type Numbers } from "./collate.ts";
export { DataLoader, type DataLoaderOptions, type Items } from "./data-loader.ts";
export { einsum } from "./einsum.ts";
export { affineGrid, type GridSampleOptions, gridSample } from "./grid-sample.ts";
export {
  type ForwardHook,
  type GradientHook,
  onBackward,
  onForward,
  onGradient,
  requiresGrad,
} from "./hooks.ts";
export { LearningRate } from "./learning-rate.ts";
export { networkText } from "./network-text.ts";
export { adaptiveMaxPool2d, type MaxPoolOptions, maxPool2dIndices } from "./pool.ts";
export { type Found, maxWithIndices, minWithIndices, prod, std } from "./reduce.ts";
export { resizeAntialiased, resizeBy, resizeNearestExact } from "./resize.ts";
export { loadTrainingState, type Part, trainingState } from "./state.ts";
export { assign, lerp } from "../ops/state.ts";
export { permutation } from "../random.ts";
export { type Stream, StreamLoader } from "./stream-loader.ts";
export { argsort, type Ordered, type SortOptions, sort, topk } from "./sort.ts";
