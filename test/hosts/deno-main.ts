/** Bundled and run by Deno for wgpu.deno.test.ts: runs every self-test whose name is given, and prints a JSON line for each. */
import { selfTests } from "./self-tests.ts";

const names = process.argv.slice(2);

for (const { name, run } of selfTests) {
  if (!names.includes(name)) continue;
  let error: string | undefined;
  let skipped: string | undefined;
  try {
    skipped = await run(true);
  } catch (thrown) {
    error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
  console.log(JSON.stringify({ name, error, skipped }));
}
process.exit(0);
