#!/usr/bin/env node
// npm run -s ganvas -- COMMAND …, and `npx ganvas` where it is installed: the terminal's entry, main.ts, bundled and run; `run FILE`
// runs a program of the user's own, with a driver found for it as for every command.
import { ensureDependencies, runMain } from "../setup/install.mjs";

const ENTRY = "examples/cli/main.ts";

/** Help and conversions compute nothing, so a bare machine need not fetch a driver for them. @param {string[]} args */
function needsAdapter([command, ...rest]) {
  if (command === "run") return true;
  const help = command === undefined || ["help", "--help", "-h"].includes(command);
  return !help && command !== "convert" && !rest.includes("--help") && !rest.includes("-h");
}

/** @param {string[]} args */
async function main(args) {
  ensureDependencies();
  const { bundleEntry } = await import("../setup/bundle.mjs");
  const { ensureGpu } = await import("../setup/gpu.mjs");
  const { launch } = await import("../setup/launch.mjs");
  const { ownModules, ownProgram } = await import("../setup/own-program.mjs");
  const own = args[0] === "run";
  const { modules, beside } = own ? { modules: {}, beside: [] } : await ownModules(args, ENTRY);
  const program = own ? await ownProgram(args[1]) : await bundleEntry(ENTRY, { beside });
  const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);
  const { env } = needsAdapter(args) ? await ensureGpu(say) : { env: {} };
  const ready = Object.keys(modules).length > 0 ? { GANVAS_OWN_MODULES: JSON.stringify(modules) } : {};
  return launch(program, own ? args.slice(2) : args, { ...env, ...ready });
}

await runMain(() => main(process.argv.slice(2)));
