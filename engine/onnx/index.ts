/** Networks from ONNX files: a door of its own, so that who reads none need not load it. */
export { importOnnx } from "./import.ts";
export { type OnnxInput, OnnxNetwork, type OnnxNumbers, type OnnxResult } from "./network.ts";
export { operatorNames } from "./operators.ts";
export type { Axis, Port } from "./model.ts";
export type { ElementType } from "./types.ts";
