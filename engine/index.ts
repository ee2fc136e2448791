/**
 * The public face of the engine: all that computes. What few programs need has doors of its own, so that the others need not
 * load it: `io` (files), `data` (batches, images), `inspect` (graphs, profiles), `tuning.ts` (kernels chosen by measurement).
 *
 * In this order, what runs before what is computed with it, scripts of pages have like code side by side, where gzip finds it.
 */
export * from "./errors.ts";
export * from "./system.ts";
export { autocast } from "./precision.ts";
export * from "./autograd.ts";
export * from "./optim/index.ts";
export * from "./ops/index.ts";
import "./ops/methods.ts";
export * from "./nn/index.ts";
export * from "./describe.ts";
export { manualSeed } from "./random.ts";
export { type Nested, Parameter, Tensor, tensor, type Values } from "./tensor.ts";
export type { DType, HostArray, TypedArray } from "./dtype.ts";
export type { DeviceInfo, DeviceOptions } from "./gpu/device.ts";
export type { CompileProgress } from "./gpu/pipelines.ts";
export type { TensorSummary } from "./inspect/describe.ts";
export type { HostTensor } from "./io/host-tensor.ts";
export type { Layout } from "./nn/layout.ts";
export type { Shape } from "./shape.ts";
