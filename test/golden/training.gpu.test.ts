/**
 * Ten updates of each super-resolution system end in the same bytes as when they were written down. What an adapter computes is its
 * own, down to the last bit, so there is a hash for each that has been tried; on all others the test says that it is skipped.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { idle, init } from "../../engine/index.ts";
import { encodeCheckpoint } from "../../engine/io/index.ts";
import { findSystem } from "../../models/systems.ts";

const FILE = new URL("./training.json", import.meta.url);
const RENEW =
  "GANVAS_GOLDEN=renew npx vitest run --config test/vitest.config.ts test/golden/training.gpu.test.ts";
const UPDATES = 10;

/** By adapter, by system. */
const golden: Record<string, Record<string, string>> = JSON.parse(readFileSync(FILE, "utf8"));

test.each(["srresnet", "srgan"])("%s", async (name) => {
  const { description } = await init();
  // The same driver computes differently with vectors of another width.
  const adapter = `${description}, lavapipe's optimiser ${process.env.GALLIVM_PERF === "nopt" ? "off" : "on"}`;
  const renew = process.env.GANVAS_GOLDEN === "renew";
  const known = golden[adapter]?.[name];
  if (!renew && known === undefined) {
    console.warn(
      `golden bytes of ${name}: SKIPPED, there are none of ${adapter}; to write them down: ${RENEW}`,
    );
    return;
  }
  const { trainer, batch } = (await findSystem(name)).rehearse("tiny");
  for (let k = 0; k < UPDATES; k++) trainer.update(batch(k));
  await idle();
  const bytes = encodeCheckpoint(await trainer.checkpoint());
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  if (!renew)
    return expect(hash, `bytes changed: say so in the commit and run ${RENEW} to renew`).toBe(known);
  golden[adapter] = { ...golden[adapter], [name]: hash };
  writeFileSync(FILE, `${JSON.stringify(golden, null, 2)}\n`);
});
