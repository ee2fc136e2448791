/** The public face of the engine. */
export * from "./autograd.ts";
export * from "./dtype.ts";
export * from "./errors.ts";
export type { DeviceInfo } from "./gpu/device.ts";
export * from "./nn/index.ts";
export * from "./ops/index.ts";
export * from "./optim/index.ts";
export { autocast } from "./precision.ts";
export { Parameter, Tensor, tensor } from "./tensor.ts";
export * from "./system.ts";
