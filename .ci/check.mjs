// npm run check: types (TypeScript, and the JSDoc types of the setup scripts), lint and format; warnings count as failures.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureDependencies, runMain } from "../examples/setup/install.mjs";
import { root } from "../examples/setup/paths.mjs";

/** @type {[string, string, string[]][]} */
const STEPS = [
  ["types", "typescript/bin/tsc", ["--noEmit", "--allowJs", "--checkJs"]],
  [
    "lint and format",
    "@biomejs/biome/bin/biome",
    ["check", "--error-on-warnings", "--config-path=.ci/lint.json", "."],
  ],
];

await runMain(async () => {
  ensureDependencies();
  const failed = STEPS.filter(([name, file, args]) => {
    const command = [join(root, "node_modules", file), ...args];
    const { status } = spawnSync(process.execPath, command, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    console.log(`${name}: ${status === 0 ? "ok" : "FAILED"}`);
    return status !== 0;
  });
  return failed.length > 0 ? 1 : 0;
});
