/** `ganvas tune`, and `--tuned` of the commands that compute, as a user runs them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeSafetensors } from "../../engine/io/index.ts";
import { ganvas, temporaryFolder } from "./run-cli.ts";
import { madeUpWeights } from "./samples.ts";

const folder = temporaryFolder();
const run = (...args: string[]) => ganvas(args, { cwd: folder });

beforeAll(() => {
  writeFileSync(join(folder, "net.safetensors"), writeSafetensors(madeUpWeights()));
  vi.stubEnv("GANVAS_CACHE", join(folder, "cache"));
});
afterAll(() => vi.unstubAllEnvs());

test("what is chosen is kept, and used where that is asked for", async () => {
  const before = await run("profile", "net.safetensors", "--size", "32", "--tuned", "--json");
  expect(before.code).toBe(0);
  expect(before.err).toContain("nothing has been chosen for this adapter yet; `ganvas tune` does it\n");

  const made = await run("tune", "net.safetensors", "--size", "32", "--seconds", "1", "--json");
  expect(made.code).toBe(0);
  const { kernels }: { kernels: { key: string; op: string; chosen: object; why: string }[] } = JSON.parse(
    made.out,
  );
  expect(kernels.length).toBeGreaterThan(0);
  for (const { op, why } of kernels)
    expect([op, why]).toEqual([
      "conv2d",
      expect.stringMatching(/ as the usual one$|^the usual one is the fastest of \d+$/),
    ]);

  const [file, ...others] = readdirSync(join(folder, "cache/tuning"));
  expect([others, file]).toEqual([[], expect.stringMatching(/^\d+\.\d+\.\d+-node-.+\.json$/)]);
  const kept = JSON.parse(readFileSync(join(folder, "cache/tuning", file as string), "utf8"));
  expect(kept).toEqual(kernels.map(({ key, chosen }) => [key, chosen]));

  const after = await run("profile", "net.safetensors", "--size", "32", "--tuned", "--json");
  expect([after.code, after.err]).toEqual([0, expect.not.stringContaining("nothing has been chosen")]);
});
