/** The networks that come with the project. To ship another: its weights and its card in `weights/`, and a row below. */

import type { ModelEntry } from "../system.ts";
import type { InputKind } from "./input-kind.ts";

/** Super-resolution by four. */
export const superResolvers: readonly ModelEntry[] = [
  {
    name: "srresnet",
    title: "SRResNet",
    description:
      "Trained to be as close to the original as possible, pixel by pixel (mean squared error): faithful, and smooth " +
      "where it cannot know.",
    file: "models/weights/srresnet.safetensors",
    card: "models/weights/srresnet.md",
  },
  {
    name: "srresnet-compressed",
    title: "SRResNet for JPEGs",
    description:
      "SRResNet trained further on pictures that were saved as JPEG: leaves blocks and rings of compression behind, where the " +
      "others sharpen them.",
    file: "models/weights/srresnet-compressed.safetensors",
    card: "models/weights/srresnet-compressed.md",
  },
  {
    name: "srgan",
    title: "SRGAN",
    description:
      "Trained from SRResNet to have the features of the original (VGG19) and to pass for a photograph before a second " +
      "network: sharper edges and more texture, some of it invented.",
    file: "models/weights/srgan.safetensors",
    card: "models/weights/srgan.md",
  },
];

/** The one that is taken where none is named, by what a picture is. */
export const DEFAULT_MODELS = {
  clean: "srresnet",
  compressed: "srresnet-compressed",
} as const satisfies Record<InputKind, string>;

/** The two that a blend lies between: at 0 and at 1. */
export const BLEND_ENDS = ["srresnet", "srgan"] as const;

/** The row of that name. */
export const findShipped = (name: string): ModelEntry | undefined =>
  superResolvers.find((model) => model.name === name);
