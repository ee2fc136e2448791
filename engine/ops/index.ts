/** Everything that can be computed. */
export { constant, detach, expand, reshape, sum, sumTo } from "./broadcast.ts";
export * from "./activations.ts";
export * from "./conv.ts";
export * from "./cumsum.ts";
export * from "./indexing.ts";
export * from "./matmul.ts";
export * from "./movement.ts";
export * from "./norm.ts";
export * from "./pointwise.ts";
export { type Binary, type Operand, pointwiseOps, type Unary } from "./pointwise-op.ts";
export * from "./reduce.ts";
export * from "./resample.ts";
import "./methods.ts";
