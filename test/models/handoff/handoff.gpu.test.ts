/**
 * Ten updates here and in PyTorch. `NAME.json` was made by PyTorch 1.13 in float64: the folder that the first test writes,
 * `python train.py --check --numbers NAME.json`. With GANVAS_HANDOFF=DIR the test leaves its folders there.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint, readSafetensors, toFloat32 } from "../../../engine/io/index.ts";
import { init } from "../../../engine/index.ts";
import { projectRoot } from "../../../examples/cli/files.ts";
import { handOver, takeBack } from "../../../models/handoff/handoff.ts";
import { findSystem } from "../../../models/systems.ts";
import { nodeHost } from "../../../models/training/host-node.ts";
import { temporaryFolder } from "../../cli/run-cli.ts";
import classifier from "./classifier.json";
import toy from "./toy.json";

const COUNT = 10;
/** Two optimisers, penalties, averages; augmentation, batch norm, decay. */
const CASES = [
  ["toy", "robust", toy],
  ["classifier", "tiny", classifier],
] as const;

const { shipped } = nodeHost(projectRoot());
const folder = process.env.GANVAS_HANDOFF ?? temporaryFolder();
const hasTorch = spawnSync("python3", ["-c", "import torch, numpy"]).status === 0;

beforeAll(() => init());

describe.each(CASES)("%s", (name, rehearsal, wanted) => {
  test("ten updates are PyTorch's, and what comes back goes on", async () => {
    const { trainer, batch } = (await findSystem(name)).rehearse(rehearsal);
    const checkpoint = await trainer.checkpoint();
    const files = await handOver({ system: name, trainer, checkpoint, batch, count: COUNT, shipped });
    mkdirSync(join(folder, name), { recursive: true });
    for (const [file, bytes] of files) writeFileSync(join(folder, name, file), bytes);

    const { tensors, metadata } = readSafetensors(
      files.get("expected.safetensors") as Uint8Array,
      "expected",
    );
    const measures: readonly string[] = JSON.parse(metadata.measures ?? "");
    const rows = toFloat32(tensors.get("measures") as NonNullable<ReturnType<typeof tensors.get>>);
    const got = new Map([...tensors].map(([key, x]) => [key, toFloat32(x)]));
    got.delete("measures");
    for (const [k, measure] of measures.entries())
      if (`measures/${measure}` in wanted)
        got.set(
          `measures/${measure}`,
          rows.filter((_, at) => at % measures.length === k),
        );
    // PyTorch has every tensor of the checkpoint, and no other.
    expect(new Set(got.keys())).toEqual(new Set(Object.keys(wanted)));
    for (const [key, [sum = 0, size = 0]] of Object.entries(wanted)) {
      const values = [...(got.get(key) as Float32Array)];
      const near = 1e-4 * size + 1e-9;
      expect(Math.abs(values.reduce((a, b) => a + b, 0) - sum), key).toBeLessThan(near);
      expect(Math.abs(values.reduce((a, b) => a + Math.abs(b), 0) - size), key).toBeLessThan(near);
    }

    const given = { bytes: files.get("checkpoint.safetensors") as Uint8Array, file: "checkpoint" };
    const after = await trainer.checkpoint();
    const back = takeBack(given, { bytes: encodeCheckpoint(after), file: "result" });
    const resumed = (await findSystem(name)).rehearse(rehearsal);
    resumed.trainer.restore(back, "result");
    expect(resumed.trainer.step).toBe(COUNT);

    const refused = (change: Partial<typeof after>) => () =>
      takeBack(given, { bytes: encodeCheckpoint({ ...after, ...change }), file: "result" });
    const [[first, tensor]] = [...after.model] as [[string, NonNullable<ReturnType<typeof after.model.get>>]];
    expect(refused({ options: { ...after.options, seed: 5 } })).toThrow("their recipes differ");
    expect(refused({ model: new Map([...after.model].slice(1)) })).toThrow(`model.${first} is nothing`);
    const data = Float32Array.from(tensor.data as Float32Array).fill(Number.NaN);
    expect(refused({ model: new Map([...after.model, [first, { ...tensor, data }]]) })).toThrow(/result/);
    expect(decodeCheckpoint(given.bytes, "checkpoint").step).toBe(0);
  });

  test.skipIf(!hasTorch)("the script agrees, where there is PyTorch", () => {
    const { status, stdout, stderr } = spawnSync("python3", [join(folder, name, "train.py"), "--check"], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("all as near as float32 allows");
  });
});
