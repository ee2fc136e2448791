/** Files on which reading once failed, given beside a checkout: what opens, and what ends in a FormatError at once. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../../engine/errors.ts";
import { decodeCheckpoint } from "../../../engine/io/checkpoint.ts";
import { openWeights } from "../../../engine/io/weights.ts";
import { givenFolder } from "../data/given.ts";

const given = (name: string) => {
  const folder = givenFolder(`cases/${name}`);
  return folder === undefined ? [] : readdirSync(folder).map((file) => [file, join(folder, file)] as const);
};
const present = givenFolder("cases") !== undefined;
const read = (path: string) => new Uint8Array(readFileSync(path));

describe.skipIf(!present)("hostile files (given in cases/hostile)", () => {
  test.each(given("hostile"))("%s", (name, path) => {
    const bytes = read(path);
    const before = process.memoryUsage();
    const started = process.cpuUsage();
    const open = name.startsWith("checkpoint") ? decodeCheckpoint : openWeights;
    let failure: unknown;
    try {
      open(bytes, name);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(FormatError);
    expect((failure as Error).message.length).toBeLessThan(400);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(1);
    const after = process.memoryUsage();
    const grown = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
    expect(grown).toBeLessThan(16 * bytes.length + 3e7);
  });
});

describe.skipIf(!present)("what PyTorch opens (given in cases/pth)", () => {
  test.each(given("pth"))("%s", (name, path) => {
    const { tensors } = openWeights(read(path), name);
    expect(tensors.get("head.conv.weight")?.shape).toEqual([32, 3, 9, 9]);
    expect(tensors.get("body.0.bn1.running_var")?.data).toHaveLength(32);
    expect([...tensors.values()].every(({ data }) => data instanceof Float32Array)).toBe(true);
  });
});
