/** `ganvas profile` and `ganvas graph` as a user runs them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writeSafetensors } from "../../engine/io/index.ts";
import { ganvas, temporaryFolder } from "./run-cli.ts";
import { madeUpWeights } from "./samples.ts";

const folder = temporaryFolder();
const run = (...args: string[]) => ganvas(args, { cwd: folder });

beforeAll(() => writeFileSync(join(folder, "net.safetensors"), writeSafetensors(madeUpWeights())));

test("profile prints a table, and writes a trace that has every kernel of it", async () => {
  const { code, out } = await run(
    "profile",
    "net.safetensors",
    "--size",
    "16",
    "--by",
    "layer",
    "--trace",
    "t.json",
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^net\.safetensors, forward, 16×16 pixels\n\n +ms +% +calls +GFLOP\/s/);
  expect(out).toMatch(/ body\.0\.conv1(,|$)/m);
  const kernels = Number(/^(\d+) kernels in [\d.]+ ms/m.exec(out)?.[1]);
  const { traceEvents } = JSON.parse(readFileSync(join(folder, "t.json"), "utf8"));
  expect(traceEvents.filter(({ cat }: { cat?: string }) => cat === "kernel").length).toBe(kernels);
});

test("graph draws a training step, kernels and all, by the ending of the file", async () => {
  const made = await run(
    "graph",
    "train-step",
    "--preset",
    "tiny",
    "--size",
    "4",
    "--fused",
    "-o",
    "step.svg",
  );
  expect([made.code, made.out]).toEqual([
    0,
    expect.stringContaining("step.svg: srresnet (tiny), a training step"),
  ]);
  const svg = readFileSync(join(folder, "step.svg"), "utf8");
  expect(svg).toMatch(/^<svg xmlns/);
  expect(svg).toContain("head.conv (backward)");
  expect(svg).toContain("writes parameters, exp_avg, exp_avg_sq");
});

test("profile knows a step of SRGAN, both networks and the features", async () => {
  const made = await run("profile", "srgan-step", "--preset", "tiny", "--by", "each", "--json");
  expect(made.code).toBe(0);
  const { subject, rows, kernels } = JSON.parse(made.out);
  expect(subject).toBe("srgan (tiny), a training step on 2 patches of 8×8 -> 32×32");
  expect(kernels).toBeGreaterThan(50);
  const labels = rows.map(({ label }: { label: string }) => label).join("\n");
  for (const layer of ["generator.head.conv", "discriminator.conv.0 (backward)", "vgg.features.5"])
    expect(labels).toContain(layer);
});

test("what cannot be is refused in one sentence", async () => {
  expect(await run("profile", "train-step", "--preset", "huge")).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^ganvas: there is no preset "huge"; there are paper, gpu, compact, medium, tiny/m,
    ),
  });
  expect(await run("profile", "srgan-step", "--preset", "medium")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^ganvas: there is no size "medium"; there are paper, compact, tiny/m),
  });
  expect(await run("profile", "srgan-step", "--size", "6")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^ganvas: patches of SRGAN have sides of 4, 8, 12, … pixels, got 6/m),
  });
});
