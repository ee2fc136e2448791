/**
 * Kernels and plans of known steps, held by a golden file: moving code about must not change what runs, and whoever changes
 * a shader, fusion or memory planning on purpose sees which networks that reaches.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ADAPTERS, type PlanHashes, planOf } from "./plan.ts";
import { STEPS } from "./steps.ts";

const FILE = new URL("./plans.json", import.meta.url);
const RENEW = "GANVAS_GOLDEN=renew npx vitest run --config test/vitest.config.ts test/golden/plans.test.ts";
const renew = process.env.GANVAS_GOLDEN === "renew";

const golden: Record<string, PlanHashes> = JSON.parse(readFileSync(FILE, "utf8"));
const adapters = Object.keys(ADAPTERS) as (keyof typeof ADAPTERS)[];

test.each(Object.keys(STEPS).flatMap((step) => adapters.map((adapter) => [step, adapter] as const)))(
  "%s on a %s adapter",
  async (step, adapter) => {
    const make = STEPS[step] as (typeof STEPS)[string];
    const plan = await planOf(make(), adapter);
    const name = `${step}, ${adapter}`;
    if (!renew)
      return expect(plan, `plan changed: say so in the commit and run ${RENEW} to renew`).toEqual(
        golden[name],
      );
    golden[name] = plan;
    writeFileSync(FILE, `${JSON.stringify(golden, null, 2)}\n`);
  },
);

test("a plan is the same the second time, and another one differs", async () => {
  const plans = [];
  for (const step of ["cgan", "cgan", "lapgan base"])
    plans.push(await planOf((STEPS[step] as (typeof STEPS)[string])(), "software"));
  expect(plans[1]).toEqual(plans[0]);
  expect(plans[2]).not.toEqual(plans[0]);
});
