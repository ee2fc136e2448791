/** The doors to models that cells may import. */
export * as cganFiles from "../../models/cgan/files.ts";
export * as drawnDigits from "../../models/datasets/drawn-digits.ts";
export * as classifier from "../../models/features/classifier.ts";
export * as pyramid from "../../models/lapgan/pyramid.ts";
export * as losses from "../../models/text2image/losses.ts";
export * as distributions from "../../models/toy/distributions.ts";
export * as divergences from "../../models/toy/divergences.ts";
export * as fields from "../../models/toy/fields.ts";
export * as networks from "../../models/toy/networks.ts";
export * as points from "../../models/toy/points.ts";
export * as scene from "../../models/toy/scene.ts";
