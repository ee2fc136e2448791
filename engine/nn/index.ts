/** Networks and what they are made of. */
export type { AffineOptions } from "./affine.ts";
export * from "./conv1d.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./gan-losses.ts";
export { type ImageArea, withinArea } from "./image-area.ts";
export { type Draw, Initializer, type WeightInit } from "./init.ts";
export * from "./layers.ts";
export * from "./losses.ts";
export * from "./maxout.ts";
export { type Layer, Module, Weight } from "./module.ts";
export { type LayerCall, nameLayers, watchLayers } from "./name-layers.ts";
export * from "./norm-layers.ts";
export * from "./penalties.ts";
export * from "./recurrent.ts";
export * from "./sequential.ts";
export * from "./similarity.ts";
export * from "./spectral-norm.ts";
