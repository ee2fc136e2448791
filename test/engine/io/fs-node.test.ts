import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import type { Checkpoint } from "../../../engine/io/checkpoint.ts";
import {
  readCheckpoint,
  readWeightsFile,
  writeCheckpoint,
  writeSafetensorsFile,
} from "../../../engine/io/checkpoint-node.ts";
import { readFileBytes, writeFileAtomic } from "../../../engine/io/fs-node.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";

const folder = mkdtempSync(join(tmpdir(), "ganvas-fs-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A fresh folder. */
function fresh(): string {
  const path = join(folder, `${count++}`);
  mkdirSync(path);
  return path;
}

const bytes = (text: string) => new TextEncoder().encode(text);
/** Windows knows neither these modes nor devices; the superuser may write everywhere. */
const isPlainUser = process.platform !== "win32" && process.getuid?.() !== 0;

describe("writeFileAtomic", () => {
  test("writes, replaces, and leaves nothing beside", async () => {
    const dir = fresh();
    const path = join(dir, "a.bin");
    await writeFileAtomic(path, bytes("old and longer"));
    await writeFileAtomic(path, bytes("new"));
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(dir)).toEqual(["a.bin"]);
  });

  test("a name of the greatest length", async () => {
    const path = join(fresh(), `${"n".repeat(251)}.bin`);
    await writeFileAtomic(path, bytes("x"));
    expect(readFileSync(path, "utf8")).toBe("x");
  });

  test("many writers at once leave one whole file", async () => {
    const dir = fresh();
    const contents = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(5000));
    await Promise.all(contents.map((text) => writeFileAtomic(join(dir, "a"), bytes(text))));
    expect(contents).toContain(readFileSync(join(dir, "a"), "utf8"));
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  test("refuses a folder, a missing folder, and a file in place of a folder", async () => {
    const dir = fresh();
    writeFileSync(join(dir, "file"), "");
    await expect(writeFileAtomic(dir, bytes("x"))).rejects.toThrow(/cannot write .*: it is a folder/);
    await expect(writeFileAtomic(join(dir, "no", "x"), bytes("x"))).rejects.toThrow(
      /there is no folder .*no/,
    );
    await expect(writeFileAtomic(join(dir, "file", "x"), bytes("x"))).rejects.toBeInstanceOf(InputError);
    await expect(writeFileAtomic(join(dir, "n".repeat(300)), bytes("x"))).rejects.toThrow(/name is too long/);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  test("a failure in the midst keeps the old file and removes the new one", async () => {
    const dir = fresh();
    const path = join(dir, "a");
    await writeFileAtomic(path, bytes("old"));
    const parts = async function* () {
      yield bytes("new");
      throw new InputError("no more");
    };
    await expect(writeFileAtomic(path, parts())).rejects.toThrow("no more");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  test.skipIf(process.platform === "win32")("writes through a link and refuses devices", async () => {
    const dir = fresh();
    writeFileSync(join(dir, "real"), "old");
    symlinkSync("real", join(dir, "link"));
    await writeFileAtomic(join(dir, "link"), bytes("new"));
    expect(readFileSync(join(dir, "real"), "utf8")).toBe("new");
    expect(readdirSync(dir).sort()).toEqual(["link", "real"]);
    await expect(writeFileAtomic("/dev/null", bytes("x"))).rejects.toThrow(/not a regular file/);
  });

  test.skipIf(!isPlainUser)("refuses a read-only file and a read-only folder", async () => {
    const dir = fresh();
    writeFileSync(join(dir, "a"), "old");
    chmodSync(join(dir, "a"), 0o444);
    await expect(writeFileAtomic(join(dir, "a"), bytes("x"))).rejects.toThrow(/permission is denied/);
    chmodSync(dir, 0o555);
    await expect(writeFileAtomic(join(dir, "b"), bytes("x"))).rejects.toThrow(/permission is denied/);
    chmodSync(dir, 0o755);
    expect(readdirSync(dir)).toEqual(["a"]);
  });
});

describe("readFileBytes", () => {
  test("says why a file cannot be read", async () => {
    const dir = fresh();
    await expect(readFileBytes(join(dir, "no"))).rejects.toThrow(/cannot read .*no: there is no such file/);
    await expect(readFileBytes(dir)).rejects.toThrow(/it is a folder/);
    await expect(readFileBytes(join(dir, "no"))).rejects.toBeInstanceOf(InputError);
  });

  test.skipIf(process.platform === "win32")("does not read a device without end", async () => {
    await expect(readFileBytes("/dev/zero")).rejects.toThrow(/not a regular file/);
  });
});

describe("checkpoints and weights on disk", () => {
  const weight = hostTensor(new Float32Array([1, 2]), [2]);
  const checkpoint: Checkpoint = {
    step: 3,
    seed: 1,
    rng: { crops: 3 },
    options: { blocks: 4 },
    model: new Map([["w", weight]]),
    optimizer: new Map(),
  };

  test("a checkpoint comes back, and one of other options is refused", async () => {
    const path = join(fresh(), "checkpoint.safetensors");
    await writeCheckpoint(path, checkpoint);
    await writeCheckpoint(path, { ...checkpoint, step: 4 });
    expect(await readCheckpoint(path, { blocks: 4 })).toEqual({ ...checkpoint, step: 4 });
    await expect(readCheckpoint(path, { blocks: 16 })).rejects.toThrow(/blocks = 4, but blocks = 16/);
  });

  test("a checkpoint that cannot be encoded leaves the one before", async () => {
    const dir = fresh();
    const path = join(dir, "checkpoint.safetensors");
    await writeCheckpoint(path, checkpoint);
    const broken = { ...checkpoint, model: new Map([["w", { ...weight, shape: [3] }]]) };
    await expect(writeCheckpoint(path, broken)).rejects.toThrow(/needs 12 bytes, but has 8/);
    expect((await readCheckpoint(path)).step).toBe(3);
    expect(readdirSync(dir)).toEqual(["checkpoint.safetensors"]);
  });

  test("weights", async () => {
    const path = join(fresh(), "w.safetensors");
    await writeSafetensorsFile(path, new Map([["w", weight]]), { made: "here" });
    expect(await readWeightsFile(path)).toEqual(new Map([["w", weight]]));
  });
});
