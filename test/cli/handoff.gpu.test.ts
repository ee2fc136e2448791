/** A run handed over from the terminal and taken back goes on as if it had never been away. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type HostTensor,
  readSafetensors,
} from "../../engine/io/index.ts";
import { ganvas, temporaryFolder } from "./run-cli.ts";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const run = async (...args: string[]) => {
  const { code, out, err } = await ganvas([...args, "--json"], { cwd: folder });
  expect([code, err.match(/^ganvas: .*/m)?.[0]]).toEqual([0, undefined]);
  return JSON.parse(out);
};
const checkpoint = (...parts: string[]) => {
  const { model, optimizer, step } = decodeCheckpoint(readFileSync(at(...parts)), parts.join("/"));
  return { model, optimizer, step };
};

test("goes on bit for bit; mixed precision is told before the data is looked for", async () => {
  const train = (out: string, ...more: string[]) =>
    run("train", "toy", "--data", "circle", "--out", out, ...more);
  await train("run", "--steps", "2", "--seed", "3", "--batch", "16");
  // The rate falls with the length of a run: it is planned for seven updates from the start.
  const begun = decodeCheckpoint(readFileSync(at("run/checkpoint.safetensors")), "run");
  const planned = encodeCheckpoint({ ...begun, options: { ...begun.options, steps: 7 } });
  mkdirSync(at("whole"));
  for (const out of ["run", "whole"]) writeFileSync(at(out, "checkpoint.safetensors"), planned);
  await train("whole", "--resume");

  const handed = await run(
    "handoff",
    "run/checkpoint.safetensors",
    "--data",
    "circle",
    "--out",
    "away",
    "--batches",
    "3",
  );
  expect(handed).toMatchObject({ system: "toy", step: 2 });
  expect(handed.files).toEqual(
    expect.arrayContaining(["train.py", "game.py", "ganvas_torch.py", "expected.safetensors"]),
  );

  // What PyTorch would have made: the same three updates.
  const given = decodeCheckpoint(readFileSync(at("away/checkpoint.safetensors")), "given");
  const { tensors } = readSafetensors(readFileSync(at("away/expected.safetensors")));
  const part = (prefix: string) =>
    new Map<string, HostTensor>(
      [...tensors].flatMap(([name, x]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), x]] : [])),
    );
  const made = { ...given, step: 5, rng: { batch: 5 }, model: part("model."), optimizer: part("optimizer.") };
  writeFileSync(at("away/result.safetensors"), encodeCheckpoint(made));
  expect(await run("handoff", "--back", "away", "--out", "run")).toMatchObject({ step: 5 });
  await train("run", "--resume");
  expect(checkpoint("run/checkpoint.safetensors")).toEqual(checkpoint("whole/checkpoint.safetensors"));

  const mixed = ["handoff", "srresnet", "--data", "nowhere", "--out", "no", "--precision", "mixed"];
  expect(await ganvas(mixed, { cwd: folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining("with precision mixed cannot be handed over"),
  });
});
