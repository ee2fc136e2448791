// Work that only one process at a time may do.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How often a waiting process looks again, in ms. */
const PAUSE = 200;

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

/**
 * The other processes that live and have come to `room`, with their tickets: 0 while one is still being drawn.
 * A process alone writes its file, and only the file of a dead one is removed by others, so no two can get into
 * each other's way here.
 * @param {string} room
 */
function others(room) {
  return readdirSync(room)
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .flatMap((pid) => {
      const file = join(room, String(pid));
      if (!lives(pid)) rmSync(file, { force: true });
      try {
        return [{ pid, ticket: Number(readFileSync(file, "utf8")) }];
      } catch {
        return []; // dead, or it has just left
      }
    });
}

/**
 * Does `work`, once no other process is about work of this name: the bakery algorithm (Lamport 1974), a file a
 * process. Blocks; who has died holds nobody up.
 * @template T
 * @param {string} name
 * @param {() => T} work
 * @param {() => void} [onWait] called once, where there is another process to wait for
 * @returns {T}
 */
export function alone(name, work, onWait = () => {}) {
  const room = join(tmpdir(), `ganvas-turns-${createHash("sha256").update(name).digest("hex").slice(0, 12)}`);
  mkdirSync(room, { recursive: true });
  const mine = join(room, String(process.pid));
  try {
    writeFileSync(mine, "");
    const ticket = 1 + Math.max(0, ...others(room).map((other) => other.ticket));
    writeFileSync(mine, String(ticket));
    // Two that drew at once have the same ticket: the lower process number goes first.
    const isBefore = (/** @type {{ pid: number, ticket: number }} */ other) =>
      other.ticket < ticket || (other.ticket === ticket && other.pid < process.pid);
    for (let waited = false; others(room).some(isBefore); waited = true) {
      if (!waited) onWait();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
    return work();
  } finally {
    rmSync(mine, { force: true });
  }
}
