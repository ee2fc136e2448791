// npm run -s ganvas -- COMMAND …: the terminal's entry, main.ts, bundled and run.
import { ensureDependencies, runMain } from "../setup/install.mjs";
import { runEntry } from "../setup/run-entry.mjs";

const ENTRY = "examples/cli/main.ts";

/** Help and conversions compute nothing, so a bare machine need not fetch a driver for them. @param {string[]} args */
function needsAdapter([command, ...rest]) {
  const help = command === undefined || ["help", "--help", "-h"].includes(command);
  return !help && command !== "convert" && !rest.includes("--help") && !rest.includes("-h");
}

/** @param {string[]} args */
async function runWithoutAdapter(args) {
  ensureDependencies();
  const { bundleEntry } = await import("../setup/bundle.mjs");
  const { launch } = await import("../setup/launch.mjs");
  return launch(await bundleEntry(ENTRY), args, {});
}

const args = process.argv.slice(2);
await runMain(() => (needsAdapter(args) ? runEntry(ENTRY, args) : runWithoutAdapter(args)));
