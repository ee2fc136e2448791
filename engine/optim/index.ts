/** Optimisers, averages of weights, schedules. */
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { EMA } from "./ema.ts";
export { GradScaler, type GradScalerOptions } from "./grad-scaler.ts";
export {
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type Parameters,
  type StepOptions,
} from "./optimizer.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export * from "./schedules.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
