/** Two processes that want the same turn: one after the other, and one that died holds nobody up. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const module = new URL("../../examples/setup/alone.mjs", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "ganvas-alone-"));
const log = join(folder, "log");

/** A process that takes a turn, writes its name twice with a pause between, and may die in the pause. */
function visitor(name: string, { dies = false } = {}): Promise<number | null> {
  const code = `
    import { appendFileSync } from "node:fs";
    import { alone } from ${JSON.stringify(module)};
    alone(${JSON.stringify(folder)}, () => {
      appendFileSync(${JSON.stringify(log)}, "${name} ");
      if (${dies}) process.kill(process.pid, "SIGKILL");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      appendFileSync(${JSON.stringify(log)}, "${name} ");
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
  return new Promise((done) => child.on("close", done));
}

test("turns follow one another", async () => {
  writeFileSync(log, "");
  await visitor("dead", { dies: true });
  const visitors = ["a", "b", "c", "d", "e", "f", "g", "h"];
  // All of them find the turn that was never given back at once.
  const codes = await Promise.all(visitors.map((name) => visitor(name)));
  expect(codes).toEqual(visitors.map(() => 0));
  const [dead, ...names] = readFileSync(log, "utf8").trim().split(" ");
  expect(dead).toBe("dead");
  expect(names.filter((_, k) => k % 2 === 0)).toEqual(names.filter((_, k) => k % 2 === 1));
  expect(new Set(names)).toEqual(new Set(visitors));
}, 30_000);
