/** Sets that need no files: made when they are asked for, the same in every host. */
import { drawnDigits } from "./drawn-digits.ts";
import { formed } from "./formed.ts";
import type { OpenedDataset, OpenOptions } from "./options.ts";

export const DRAWN_DIGITS = "drawn-digits";

/** The set of this name; undefined where there is none. */
export function openBuiltIn(name: string, options: OpenOptions = {}): OpenedDataset | undefined {
  if (name !== DRAWN_DIGITS) return undefined;
  const dataset = formed(drawnDigits(options.split), options);
  return { dataset, what: "digits drawn by a program", leftOut: [] };
}
