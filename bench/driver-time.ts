/** CPU time of a software driver. Linux only. */

const TASKS = "/proc/self/task";

type Files = Pick<typeof import("node:fs"), "existsSync" | "readdirSync" | "readFileSync">;

/**
 * That of all threads which this process has started since.
 * @param fs the module `node:fs`; handed over, since pages load this file too
 * @returns a clock in ms, or undefined where the system does not tell the time of a thread
 */
export function driverClock({ existsSync, readdirSync, readFileSync }: Files): (() => number) | undefined {
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

/**
 * That of a browser's GPU process, in which its driver runs.
 * @param browser its main process
 */
export function browserDriverClock(
  { existsSync, readdirSync, readFileSync }: Files,
  browser: number,
): (() => number) | undefined {
  if (!existsSync(`/proc/${browser}/schedstat`)) return undefined;
  const text = (pid: string, name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "utf8");
    } catch {
      return "";
    }
  };
  const parentOf = (pid: string): string => text(pid, "stat").split(") ")[1]?.split(" ")[1] ?? "";
  const belongs = (pid: string): boolean =>
    pid === `${browser}` || (Number(pid) > 1 && belongs(parentOf(pid)));
  const gpu = readdirSync("/proc").find(
    (pid) => /^\d+$/.test(pid) && text(pid, "cmdline").includes("--type=gpu-process") && belongs(pid),
  );
  if (gpu === undefined) return undefined;
  return () => {
    const threads = existsSync(`/proc/${gpu}/task`) ? readdirSync(`/proc/${gpu}/task`) : [];
    const nanoseconds = threads.map((thread) =>
      Number(text(`${gpu}/task/${thread}`, "schedstat").split(" ")[0]),
    );
    return nanoseconds.reduce((sum, n) => sum + n, 0) / 1e6;
  };
}
