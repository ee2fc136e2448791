// Turns vitest's JSON report into the closing lines of `npm test`.

/** @typedef {{ passed: number, failed: number, skipped: number, seconds: number }} Counts */

/** The host that a test file runs on, by its name. @param {string} file */
export function hostOf(file) {
  return /\.(gpu|browser|deno)\.test\.[jt]s$/.exec(file)?.[1] ?? "unit";
}

/**
 * @param {string} report vitest's JSON report, as text
 * @param {number} exitCode vitest's: an error outside any test shows only there
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
  for (const file of JSON.parse(report).testResults) {
    const counts = at(hostOf(file.name));
    /** @type {string[]} */
    const states = file.assertionResults.map((/** @type {{ status: string }} */ { status }) => status);
    const failed = states.filter((state) => state === "failed").length;
    // A file that cannot be loaded, or whose set-up fails, has no failed test of its own: it counts as one.
    counts.failed += failed > 0 || file.status === "passed" ? failed : 1;
    counts.passed += states.filter((state) => state === "passed").length;
    counts.skipped += states.filter((state) => state !== "failed" && state !== "passed").length;
    counts.seconds += Math.max(0, file.endTime - file.startTime) / 1000;
  }
  if (exitCode !== 0 && total(hosts).failed === 0) at("outside the tests").failed += 1;
  return hosts;
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
