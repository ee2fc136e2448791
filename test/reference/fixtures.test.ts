/** The reference against the unrounded results of PyTorch in float64. */

import { describe, expect, test } from "vitest";
import { byGroup, isOpCase, type OpCase } from "../fixtures/cases.ts";
import { findFixtures, loadFixtures } from "../fixtures/folder.ts";
import { type Comparison, compareCase, compareExactly } from "../fixtures/compare.ts";
import { runOnReference } from "../fixtures/run-reference.ts";

const dir = findFixtures();

/** PyTorch's softplus is x itself above 20, which is e^-20 away from the function. */
const THRESHOLD = new Map([["softplus", 2.1e-9]]);

const describeFailures = (comparisons: readonly Comparison[]): string[] =>
  comparisons
    .filter(({ ratio }) => ratio > 1)
    .map(({ result, got, want, problem }) => `${result}: ${problem ?? `${got} instead of ${want}`}`);

describe.skipIf(dir === undefined)("float64 reference against PyTorch", () => {
  const fixtures = dir === undefined ? undefined : loadFixtures(dir);
  const groups = byGroup(fixtures?.cases.filter(isOpCase) ?? []);
  test.each([...groups])("%s", (_group: string, cases: OpCase[]) => {
    if (!fixtures) throw new Error("no reference data");
    const failures = cases.flatMap((fixture) => {
      const results = runOnReference(fixtures, fixture);
      const comparisons = [
        ...compareCase(fixtures, fixture, results),
        ...compareExactly(fixtures, fixture, results, THRESHOLD.get(fixture.op)),
      ];
      return describeFailures(comparisons).map((text) => `${fixture.id} ${text}`);
    });
    expect(failures).toEqual([]);
  });
});
