// Turns what lines-reporter.mjs has written into the closing lines of `npm test`.

/** @typedef {{ passed: number, failed: number, skipped: number, seconds: number }} Counts */

/** The host that a test file runs on, by its name. @param {string} file */
export function hostOf(file) {
  return /\.(gpu|browser|deno)\.test\.[jt]s$/.exec(file)?.[1] ?? "unit";
}

/**
 * @param {string} report a line of JSON for each test file that has run to its end
 * @param {number} exitCode vitest's: an error outside any test, and what came after the last line, shows only there
 * @returns {Map<string, Counts>} per host
 */
export function countResults(report, exitCode) {
  /** @type {Map<string, Counts>} */
  const hosts = new Map();
  const at = (/** @type {string} */ host) => {
    const counts = hosts.get(host) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
    hosts.set(host, counts);
    return counts;
  };
  for (const line of report.split("\n").filter(Boolean)) {
    /** @type {{ name: string, failed: boolean, states: string[], seconds: number }} */
    const file = JSON.parse(line);
    const counts = at(hostOf(file.name));
    const failed = file.states.filter((state) => state === "failed").length;
    // A file that cannot be loaded, or whose set-up fails, has no failed test of its own: it counts as one.
    counts.failed += failed > 0 || !file.failed ? failed : 1;
    counts.passed += file.states.filter((state) => state === "passed").length;
    counts.skipped += file.states.filter((state) => state !== "failed" && state !== "passed").length;
    counts.seconds += file.seconds;
  }
  if (exitCode !== 0 && total(hosts).failed === 0) at("outside the tests").failed += 1;
  return hosts;
}

/** Counts one thing that has to be right besides the tests. @param {Map<string, Counts>} hosts @param {string} name @param {boolean} ok */
export function countStep(hosts, name, ok) {
  hosts.set(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, seconds: 0 });
}

/** @param {Map<string, Counts>} hosts @returns {Counts} */
export function total(hosts) {
  const sum = { passed: 0, failed: 0, skipped: 0, seconds: 0 };
  for (const { passed, failed, skipped, seconds } of hosts.values()) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.seconds += seconds;
  }
  return sum;
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** @param {Map<string, Counts>} hosts @returns {string[]} a line for each host */
export function describeCounts(hosts) {
  return [...hosts].map(
    ([host, counts]) => `  ${host.padEnd(8)} ${closingLine(counts)}   ${counts.seconds.toFixed(1)} s`,
  );
}
