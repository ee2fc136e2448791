/** Runs self-tests in a Deno process and hands their results over as they come. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { bundleEntry } from "../../examples/setup/bundle.mjs";

/** What became of one self-test. */
interface Result {
  readonly name: string;
  readonly error?: string;
  /** Why there was nothing to test. */
  readonly skipped?: string;
}

/**
 * Starts Deno with the self-tests of these names.
 *
 * @returns per name, a promise of what became of it
 */
export async function runDeno(names: readonly string[]): Promise<Map<string, Promise<Result>>> {
  const bundle = await bundleEntry("test/hosts/deno-main.ts", { platform: "neutral" });
  const deno = createRequire(import.meta.url).resolve("deno/bin.cjs");
  const args = ["run", "--unstable-webgpu", "--allow-all", "--no-check", "--no-config", bundle, ...names];
  const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  const child = spawn(process.execPath, [deno, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });

  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  const answers = new Map<string, (result: Result) => void>();
  const ended = new Promise<never>((_, reject) => {
    child.on("close", (code) =>
      reject(new Error(`Deno ended (code ${code}) before this test did\n${complaints}`)),
    );
  });
  const results = names.map((name) => {
    const answer = new Promise<Result>((done) => void answers.set(name, done));
    const result = Promise.race([answer, ended]);
    // Each test looks at its own result only, perhaps long after it came.
    result.catch(() => undefined);
    return [name, result] as const;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const result: Result = JSON.parse(line);
    answers.get(result.name)?.(result);
  });
  return new Map(results);
}
