// npm test [-- --only=unit|gpu|browser|deno[,…]] [PATTERN …]: installs what is missing, finds or fetches an adapter and a browser,
// runs every test, and ends with one line: N passed, N failed. PATTERN is part of a test file's path. A host for which no adapter
// or browser can be had counts as one failure: its tests did not run. GANVAS_TEST_DEADLINE (seconds since 1970) ends the run early,
// GANVAS_CHECKS (the exit code of `npm run check`) counts as one more test.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDependencies, runMain, SetupError } from "../examples/setup/install.mjs";
import { root } from "../examples/setup/paths.mjs";
import { closingLine, countResults, countStep, describeCounts, total } from "./tooling/counts.mjs";

const HOSTS = ["unit", "gpu", "browser", "deno"];
const say = (/** @type {string} */ line) => console.log(line);

/** @returns {{ hosts: string[], patterns: string[] }} */
function choice() {
  const usage = `npm test -- [--only=${HOSTS.join("|")}[,…]] [PATTERN …]`;
  try {
    const { values, positionals } = parseArgs({
      options: { only: { type: "string" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help) {
      say(`${usage}\n\nRuns all tests, or those of some hosts; PATTERN is part of a test file's path.`);
      process.exit(0);
    }
    const hosts = values.only?.split(",") ?? HOSTS;
    const unknown = hosts.find((host) => !HOSTS.includes(host));
    if (unknown === undefined) return { hosts, patterns: positionals };
    throw new Error(`there is no host "${unknown}"`);
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

/**
 * Finds or fetches an adapter and a browser.
 * @param {string[]} hosts
 * @returns {Promise<{ env: Record<string, string>, refused: Map<string, string> }>} variables for the tests, and the hosts that
 *   cannot be had with the reasons
 */
async function prepare(hosts) {
  /** @type {Record<string, string>} */
  let env = {};
  /** @type {Map<string, string>} */
  const refused = new Map();
  /** @param {string[]} of @param {() => Promise<void>} find */
  const attempt = async (of, find) => {
    const wanted = hosts.filter((host) => of.includes(host));
    if (wanted.length === 0) return;
    try {
      await find();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      for (const host of wanted) refused.set(host, error.message);
    }
  };
  await attempt(["gpu", "deno"], async () => {
    const { describeGpu, ensureGpu } = await import("../examples/setup/gpu.mjs");
    const gpu = await ensureGpu(say, { faster: true });
    say(`Node and Deno run on ${describeGpu(gpu)}`);
    env = gpu.env;
  });
  await attempt(["browser"], async () => {
    const { ensureBrowser } = await import("../examples/setup/chrome.mjs");
    say(`the browser is ${await ensureBrowser(say)}`);
  });
  return { env, refused };
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} exit code
 */
function vitest(args, env) {
  const cli = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(root, "test/vitest.config.ts");
  const child = spawn(process.execPath, [cli, "run", "--config", config, ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Ctrl-C reaches vitest by itself; this process stays to clean up and to say the closing line.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.on(signal, () => child.kill(signal));
  const deadline = Number(process.env.GANVAS_TEST_DEADLINE) * 1000 - Date.now();
  const timer = Number.isNaN(deadline) ? undefined : setTimeout(end, Math.max(deadline, 0));
  function end() {
    say("The time is up: what has not run yet does not run.");
    child.kill();
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("exit", (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}

await runMain(async () => {
  const { hosts, patterns } = choice();
  /** @type {Map<string, import("./tooling/counts.mjs").Counts>} */
  let counts = new Map();
  const folder = mkdtempSync(join(tmpdir(), "ganvas-test-"));
  try {
    ensureDependencies();
    const { env: found, refused } = await prepare(hosts);
    const { childEnv } = await import("../examples/setup/probe.mjs");
    const { INIT_CWD, ...env } = childEnv(found);
    const report = join(folder, "report");
    writeFileSync(report, "");
    const projects = hosts.filter((host) => !refused.has(host)).flatMap((host) => ["--project", host]);
    const reporters = ["--reporter=default", `--reporter=${join(root, "test/tooling/lines-reporter.mjs")}`];
    const code =
      projects.length > 0
        ? await vitest([...projects, ...reporters, "--passWithNoTests", ...patterns], {
            ...env,
            GANVAS_TEST_REPORT: report,
          })
        : 0;
    counts = countResults(readFileSync(report, "utf8"), code);
    for (const [host, reason] of refused) {
      say(`The tests of ${host} did not run. ${reason}`);
      countStep(counts, host, false);
    }
  } catch (error) {
    say(error instanceof SetupError ? error.message : `${error instanceof Error ? error.stack : error}`);
    countStep(counts, "set-up", false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const checks = process.env.GANVAS_CHECKS;
  if (checks) countStep(counts, "checks", checks === "0");
  for (const line of describeCounts(counts)) say(line);
  say(closingLine(total(counts)));
  return total(counts).failed > 0 ? 1 : 0;
});
