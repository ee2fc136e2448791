// npm run -s ganvas -- COMMAND …: the terminal's entry, main.ts, bundled and run.
import { runMain } from "../setup/install.mjs";
import { runEntry } from "../setup/run-entry.mjs";

await runMain(() => runEntry("examples/cli/main.ts", process.argv.slice(2)));
