/** Names of the nightly cases: the same name is the same case wherever it runs. */

import fc from "fast-check";
import { families, type FamilyCase } from "../engine/ops/families.ts";

/** The group of the random graphs; every other group is a family of kernels. */
export const GRAPHS = "graph";

/** The group of the long training; its id ends with the number of updates. */
export const TRAINING = "training";

/** A 32-bit number for a seed of any text. */
const numberOf = (text: string): number =>
  [...text].reduce((h, c) => Math.imul(h ^ (c.codePointAt(0) as number), 0x01000193), 0x811c9dc5);

/** The ids of a night: one training, this many graphs and, spread evenly among them, for each family a twentieth of that. */
export function idsOf(seed: string, graphs: number): string[] {
  const many = (group: string, count: number) =>
    Array.from({ length: count }, (_, k) => ({ id: `${group} ${seed}/${k}`, at: k / count }));
  const shapes = Math.ceil(graphs / 20);
  const all = [many(GRAPHS, graphs), ...Object.keys(families).map((family) => many(family, shapes))];
  const sorted = all.flat().sort((a, b) => a.at - b.at);
  return [`${TRAINING} 1000`, ...sorted.map(({ id }) => id)];
}

/** What an id stands for: the seed of a graph, a case of a family, or a number of updates. */
export function caseOf(id: string): { seed: string; family?: FamilyCase; updates?: number } {
  const [group, seed] = [id.slice(0, id.indexOf(" ")), id.slice(id.indexOf(" ") + 1)];
  if (group === GRAPHS) return { seed };
  if (group === TRAINING) {
    if (!/^[1-9]\d*$/.test(seed)) throw new Error(`"${seed}" is no number of updates`);
    return { seed, updates: Number(seed) };
  }
  const cases = families[group];
  if (!cases) throw new Error(`there is no family "${group}"`);
  const [family] = fc.sample(cases, { seed: numberOf(seed), numRuns: 1 });
  return { seed, family: family as FamilyCase };
}
