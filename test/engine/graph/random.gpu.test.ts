/**
 * Random graphs against the float64 reference, and fused against one kernel an op, on every adapter that Dawn has here: compiling
 * is most of the work, and SwiftShader does that faster than lavapipe.
 */
import { beforeAll, expect, test } from "vitest";
import { chooseImplementations } from "../../runner/implementations.ts";
import { type PlacedOutcome, runAll } from "../../runner/run-all.ts";
import { randomGraph } from "./random-graph.ts";

/** Many more run in `npm run test:nightly`. */
const cases = Array.from({ length: 100 }, (_, k) => ({ id: `graph ${k}`, group: "graph" }));

const answers = new Map<string, (outcome: PlacedOutcome) => void>();
const outcomes = new Map(
  cases.map(({ id }) => [id, new Promise<PlacedOutcome>((done) => void answers.set(id, done))]),
);

beforeAll(() => {
  const dawn = chooseImplementations("all").chosen.filter(({ name }) => name.startsWith("dawn"));
  expect(dawn.length).toBeGreaterThan(0);
  const share = (one: (typeof dawn)[number]) => cases.filter((_, k) => dawn[k % dawn.length] === one);
  const job = { entry: "test/nightly/host-main.ts", args: [] };
  void runAll(dawn, job, share, (outcome) => answers.get(outcome.id)?.(outcome));
});

test.each(cases)(
  "random $id: values and gradients are the reference's, fused and unfused",
  async ({ id }) => {
    const outcome = await outcomes.get(id);
    expect(outcome?.error, `on ${outcome?.on}\n${randomGraph(id.slice("graph ".length)).text}`).toBe(
      undefined,
    );
  },
);
