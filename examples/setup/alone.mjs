// Work that only one process at a time may do.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mtime } from "./paths.mjs";

/** How often a waiting process looks again, in ms. */
const PAUSE = 200;
/** Until a process that has taken its turn must have said who it is, in ms. */
const INTRODUCTION = 10_000;

/** @param {number} pid */
function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether the process whose turn it was has died without giving it back. @param {string} turn */
function isOrphaned(turn) {
  try {
    return !lives(Number(readFileSync(join(turn, "pid"), "utf8")));
  } catch {
    return Date.now() - mtime(turn) > INTRODUCTION;
  }
}

/**
 * Does `work`, once no other process is about work of this name. Blocks; a turn whose process has died is free.
 * @template T
 * @param {string} name
 * @param {() => T} work
 * @param {() => void} [onWait] called once, where there is another process to wait for
 * @returns {T}
 */
export function alone(name, work, onWait = () => {}) {
  const turn = join(tmpdir(), `ganvas-turn-${createHash("sha256").update(name).digest("hex").slice(0, 12)}`);
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(turn);
      break;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    if (isOrphaned(turn)) rmSync(turn, { recursive: true, force: true });
    else {
      if (!waited) onWait();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
  try {
    writeFileSync(join(turn, "pid"), String(process.pid));
    return work();
  } finally {
    rmSync(turn, { recursive: true, force: true });
  }
}
