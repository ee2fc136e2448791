/** The public face of the engine. */
export * from "./autograd.ts";
export * from "./dtype.ts";
export * from "./errors.ts";
export type { DeviceInfo } from "./gpu/device.ts";
export type { CompileProgress } from "./gpu/pipelines.ts";
export type { HostEvent, KernelRun, KernelWork, Profile } from "./gpu/profile.ts";
export * from "./inspect/index.ts";
export * from "./nn/index.ts";
export * from "./ops/index.ts";
export * from "./optim/index.ts";
export { autocast } from "./precision.ts";
export type { HostTensor } from "./io/host-tensor.ts";
export type { Layout } from "./nn/layout.ts";
export type { Shape } from "./shape.ts";
export { type Nested, Parameter, Tensor, tensor } from "./tensor.ts";
export * from "./system.ts";
export type { TriedTile, TunedKernel, TuneOptions } from "./graph/tuner.ts";
export * from "./tuning.ts";
