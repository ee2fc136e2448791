/** The quality that a JPEG file was saved at, from its quantisation tables. */
import { LUMA_STEPS, quantisationSteps } from "./jpeg.ts";

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const QUANTISATION_TABLES = 0xdb;
const START_OF_SCAN = 0xda;

/**
 * @returns 1 to 100 on libjpeg's scale: the one whose steps for luma are nearest in their sum, so that files of programs with
 *   tables of their own are placed too; undefined for what is no JPEG, or is cut off before its tables
 */
export function jpegQuality(file: Uint8Array): number | undefined {
  if (file[0] !== MARKER || file[1] !== START_OF_IMAGE) return undefined;
  for (let at = 2; at + 4 <= file.length && file[at] === MARKER; ) {
    const marker = file[at + 1];
    const end = at + 2 + word(file, at + 2);
    if (marker === START_OF_SCAN || end > file.length) return undefined;
    const sum = marker === QUANTISATION_TABLES ? lumaSum(file.subarray(at + 4, end)) : undefined;
    if (sum !== undefined) return nearest(sum);
    at = end;
  }
  return undefined;
}

const word = (file: Uint8Array, at: number): number => 256 * (file[at] as number) + (file[at + 1] as number);

/** Sum of the steps of table 0, which is luma's by custom. Each table begins with its precision and number, four bits each. */
function lumaSum(tables: Uint8Array): number | undefined {
  for (let at = 0; at < tables.length; ) {
    const wide = (tables[at] as number) >> 4 !== 0;
    const number = (tables[at] as number) & 15;
    const steps = tables.subarray(at + 1, at + 1 + (wide ? 128 : 64));
    at += 1 + (wide ? 128 : 64);
    if (number !== 0 || at > tables.length) continue;
    return wide
      ? steps.reduce((sum, byte, k) => sum + (k % 2 === 0 ? 256 * byte : byte), 0)
      : steps.reduce((a, b) => a + b);
  }
  return undefined;
}

function nearest(sum: number): number {
  const apart = (quality: number) =>
    Math.abs(quantisationSteps(LUMA_STEPS, quality).reduce((a, b) => a + b) - sum);
  let best = 1;
  for (let quality = 2; quality <= 100; quality++) if (apart(quality) < apart(best)) best = quality;
  return best;
}
