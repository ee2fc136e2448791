/** What a toy GAN is to learn: a distribution by name, or points that somebody drew. */
import { InputError } from "../../engine/errors.ts";
import type { Host } from "../training/host.ts";
import { type Distribution, DISTRIBUTIONS, drawnPoints, type Point } from "./distributions.ts";

/**
 * @param path a name in `DISTRIBUTIONS`, or a text file with two numbers a line, parted by a comma or space
 * @throws InputError where it is neither
 */
export async function openDistribution(path: string, host: Pick<Host, "read">): Promise<Distribution> {
  if (Object.hasOwn(DISTRIBUTIONS, path)) return DISTRIBUTIONS[path as keyof typeof DISTRIBUTIONS];
  const bytes = await host.read(path).catch((error: Error) => {
    throw new InputError(
      `"${path}" is none of ${Object.keys(DISTRIBUTIONS).join(", ")}, and no file of points (${error.message})`,
    );
  });
  return drawnPoints(pointsOf(new TextDecoder().decode(bytes), path));
}

/** Points of a text. @throws InputError naming the first line that holds none */
export function pointsOf(text: string, file: string): Point[] {
  return text.split(/\r?\n/).flatMap((line, k): Point[] => {
    if (line.trim() === "") return [];
    const numbers = line
      .trim()
      .split(/[\s,;]+/)
      .map(Number);
    if (numbers.length !== 2 || !numbers.every(Number.isFinite))
      throw new InputError(`${file}, line ${k + 1}: expected two numbers, x and y, got "${line.trim()}"`);
    return [numbers as unknown as Point];
  });
}
