// Runs a child on this terminal as if it were this process: same stdin, stdout and stderr, signals, exit code.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { childEnv } from "./probe.mjs";
import { root } from "./paths.mjs";

/** One press of Ctrl-C arrives several times: from the terminal, and again from npm. Those within this time are one. */
const SAME_PRESS_MS = 400;

/** The folder that the user called from; npm moves scripts to the repository's root and says so. */
export function callerFolder() {
  return process.cwd() === root && process.env.INIT_CWD ? process.env.INIT_CWD : process.cwd();
}

/**
 * Passes this process's signals to `child`, each once. The child lives in a process group of its own (not on Windows), or
 * Ctrl-C would reach it both from the terminal and from here.
 * @param {import("node:child_process").ChildProcess} child
 */
function forwardSignals(child) {
  /** @type {Partial<Record<NodeJS.Signals, number>>} */
  const last = {};
  const windows = process.platform === "win32";
  for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      const now = performance.now();
      const repeated = now - (last[signal] ?? -Infinity) < SAME_PRESS_MS;
      last[signal] = now;
      if (!repeated && !windows) child.kill(signal);
    });
  }
  if (windows) return;
  process.on("SIGTSTP", () => {
    child.kill("SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", () => child.kill("SIGCONT"));
}

/**
 * Runs a JavaScript file in a Node child.
 * @param {string} file
 * @param {string[]} args
 * @param {Record<string, string>} env variables added to this process's own
 * @returns {Promise<number>} its exit code; 128 + the signal's number where a signal ended it
 */
export function launch(file, args, env) {
  const leash = pathToFileURL(join(root, "examples/setup/leash.mjs")).href;
  const child = spawn(process.execPath, ["--enable-source-maps", "--import", leash, file, ...args], {
    cwd: callerFolder(),
    env: childEnv(env),
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: process.platform !== "win32",
  });
  forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
