/** Everything that `npm run bench` can time. */
import type { Case } from "../case.ts";
import { halfCases } from "./half.ts";
import { imageOpCases } from "./images.ts";
import { kernelCases } from "./kernels.ts";
import { modelCases } from "./models.ts";
import { selectionCases } from "./selection.ts";
import { systemCases } from "./systems.ts";

export const cases: readonly Case[] = [
  ...kernelCases,
  ...halfCases,
  ...imageOpCases,
  ...selectionCases,
  ...modelCases,
  ...systemCases,
];
