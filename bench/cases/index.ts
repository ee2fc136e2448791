/** Everything that `npm run bench` can time. */
import type { Case } from "../case.ts";
import { imageOpCases } from "./images.ts";
import { kernelCases } from "./kernels.ts";
import { modelCases } from "./models.ts";
import { selectionCases } from "./selection.ts";

export const cases: readonly Case[] = [...kernelCases, ...imageOpCases, ...selectionCases, ...modelCases];
