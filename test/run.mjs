// npm test [-- --only=unit|gpu|browser|deno[,…]] [PATTERN …]: installs what is missing, finds or fetches an adapter and a browser,
// runs every test, and ends with one line: N passed, N failed. PATTERN is part of a test file's path.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDependencies, runMain, SetupError } from "../examples/setup/install.mjs";
import { root } from "../examples/setup/paths.mjs";
import { closingLine, countResults, describeCounts, total } from "./tooling/counts.mjs";

const HOSTS = ["unit", "gpu", "browser", "deno"];
const say = (/** @type {string} */ line) => console.log(line);

/** @returns {{ hosts: string[], patterns: string[] }} */
function choice() {
  const usage = `npm test -- [--only=${HOSTS.join("|")}] [PATTERN …]`;
  try {
    const { values, positionals } = parseArgs({
      options: { only: { type: "string" } },
      allowPositionals: true,
    });
    const hosts = values.only?.split(",") ?? HOSTS;
    const unknown = hosts.find((host) => !HOSTS.includes(host));
    if (unknown === undefined) return { hosts, patterns: positionals };
    throw new Error(`there is no host "${unknown}"`);
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

/** Finds adapter and browser for these hosts. @param {string[]} hosts @returns {Promise<Record<string, string>>} variables */
async function prepare(hosts) {
  /** @type {Record<string, string>} */
  let env = {};
  if (hosts.includes("gpu") || hosts.includes("deno")) {
    const { describeGpu, ensureGpu } = await import("../examples/setup/gpu.mjs");
    const gpu = await ensureGpu(say, { faster: true });
    say(`Node and Deno run on ${describeGpu(gpu)}`);
    env = gpu.env;
  }
  if (hosts.includes("browser")) {
    const { ensureBrowser } = await import("../examples/setup/chrome.mjs");
    say(`the browser is ${await ensureBrowser(say)}`);
  }
  return env;
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>} exit code */
function vitest(args, env) {
  const cli = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(
    process.execPath,
    [cli, "run", "--config", join(root, "test/vitest.config.ts"), ...args],
    {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  // Ctrl-C reaches vitest by itself; this process stays to clean up and to say the closing line.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => child.on("error", reject).on("exit", (code) => resolve(code ?? 1)));
}

await runMain(async () => {
  const { hosts, patterns } = choice();
  ensureDependencies();
  const { childEnv } = await import("../examples/setup/probe.mjs");
  const { INIT_CWD, ...env } = childEnv(await prepare(hosts));
  const folder = mkdtempSync(join(tmpdir(), "ganvas-test-"));
  try {
    const report = join(folder, "report.json");
    const projects = hosts.flatMap((host) => ["--project", host]);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await vitest([...projects, ...reporters, "--passWithNoTests", ...patterns], env);
    // vitest writes no report where it cannot even start.
    const text = existsSync(report) ? readFileSync(report, "utf8") : '{ "testResults": [] }';
    const counts = countResults(text, code);
    for (const line of describeCounts(counts)) say(line);
    say(closingLine(total(counts)));
    return total(counts).failed > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
