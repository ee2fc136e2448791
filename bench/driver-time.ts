/** CPU time of a software driver: that of all threads which this process has started since. Linux and Node only. */

const TASKS = "/proc/self/task";

/**
 * @param fs the module `node:fs`; handed over, since pages load this file too
 * @returns a clock in ms, or undefined where the system does not tell the time of a thread
 */
export function driverClock({
  existsSync,
  readdirSync,
  readFileSync,
}: Pick<typeof import("node:fs"), "existsSync" | "readdirSync" | "readFileSync">):
  | (() => number)
  | undefined {
  if (!existsSync(`${TASKS}/${process.pid}/schedstat`)) return undefined;
  const ours = new Set(readdirSync(TASKS));
  return () => {
    let nanoseconds = 0;
    for (const thread of readdirSync(TASKS)) {
      if (ours.has(thread)) continue;
      try {
        nanoseconds += Number(readFileSync(`${TASKS}/${thread}/schedstat`, "utf8").split(" ")[0]);
      } catch {
        // The thread has just ended.
      }
    }
    return nanoseconds / 1e6;
  };
}
