/** The launcher: bundles, arguments, exit codes and signals, with entries that need no GPU. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { bundleEntry } from "../../examples/setup/bundle.mjs";
import { root } from "../../examples/setup/paths.mjs";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "ganvas-launch-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes an entry and a script that launches it as run-entry.mjs does, less the search for an adapter. */
async function program(name: string, source: string): Promise<string> {
  const entry = join(folder, name, "main.ts");
  mkdirSync(join(folder, name));
  writeFileSync(entry, source);
  const launcher = join(folder, name, "run.mjs");
  const setup = (file: string) => JSON.stringify(pathToFileURL(join(root, "examples/setup", file)).href);
  const text = `import { bundleEntry } from ${setup("bundle.mjs")};
import { runMain } from ${setup("install.mjs")};
import { launch } from ${setup("launch.mjs")};
await runMain(async () => launch(await bundleEntry(${JSON.stringify(entry)}), process.argv.slice(2), { GIVEN: "yes" }));`;
  writeFileSync(launcher, text);
  return launcher;
}

/** Runs a script in `folder`; `onOut` sees its stdout grow. */
function run(script: string, args: string[], onOut: (out: string, pid: number) => void = () => undefined) {
  const { INIT_CWD, ...env } = process.env;
  const child = spawn(process.execPath, [script, ...args], { cwd: folder, env, detached: true });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    onOut(out, child.pid as number);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe("the launcher", () => {
  test("passes arguments, environment, working folder, stdout and exit code", async () => {
    const script = await program(
      "echo",
      `const { GIVEN } = process.env;
       console.log(JSON.stringify({ args: process.argv.slice(2), GIVEN, cwd: process.cwd(), url: import.meta.url }));
       process.exitCode = 7;`,
    );
    const { code, out, err } = await run(script, ["a b", "--json"]);
    expect([code, err]).toEqual([7, ""]);
    const url = pathToFileURL(join(folder, "echo/main.ts")).href;
    expect(JSON.parse(out)).toEqual({ args: ["a b", "--json"], GIVEN: "yes", cwd: folder, url });
  });

  test.skipIf(process.platform === "win32")(
    "hands over one Ctrl-C once, however often it arrives",
    async () => {
      const script = await program(
        "patient",
        `let times = 0;
       process.on("SIGINT", () => { times += 1; });
       const end = setInterval(() => {
         if (times === 0) return;
         clearInterval(end);
         setTimeout(() => { console.log("saved after " + times); process.exit(130); }, 600);
       }, 10);
       console.log("ready");`,
      );
      let sent = false;
      const { code, out } = await run(script, [], (text, pid) => {
        if (sent || !text.includes("ready")) return;
        sent = true;
        // As a terminal and npm do together: to the whole group, and again to the launcher alone.
        process.kill(-pid, "SIGINT");
        setTimeout(() => process.kill(pid, "SIGINT"), 50);
      });
      expect([code, out]).toEqual([130, "ready\nsaved after 1\n"]);
    },
  );

  test.skipIf(process.platform === "win32")("ends its child when it is killed itself", async () => {
    const script = await program(
      "orphan",
      `process.on("SIGTERM", () => { console.log("told to end"); process.exit(0); });
       setTimeout(() => process.exit(1), 20_000);
       console.log("ready");`,
    );
    let sent = false;
    const { out } = await run(script, [], (text, pid) => {
      if (!sent && text.includes("ready")) process.kill(pid, "SIGKILL");
      sent ||= text.includes("ready");
    });
    expect(out).toBe("ready\ntold to end\n");
  });

  test("shows a compile error as a sentence, with exit code 2", async () => {
    const script = await program("broken", 'import { nothing } from "./missing.ts";\nnothing();');
    const { code, err } = await run(script, []);
    expect(code).toBe(2);
    expect(err).toContain('Could not resolve "./missing.ts"');
    expect(err).not.toContain("    at ");
  });
});

describe("bundles", () => {
  test("are made again only when an input has changed", async () => {
    await program("cached", 'import { x } from "./x.ts";\nconsole.log(x);');
    const input = join(folder, "cached/x.ts");
    writeFileSync(input, "export const x = 1;");
    const entry = join(folder, "cached/main.ts");
    const bundle = await bundleEntry(entry);
    const { mtimeMs } = statSync(bundle);
    expect(await bundleEntry(entry)).toBe(bundle);
    expect(statSync(bundle).mtimeMs).toBe(mtimeMs);
    writeFileSync(input, "export const x = 2;");
    utimesSync(input, new Date(), new Date(Date.now() + 5000));
    await bundleEntry(entry);
    expect(statSync(bundle).mtimeMs).toBeGreaterThan(mtimeMs);
  });

  test("of an entry that does not exist are refused by name", async () => {
    await expect(bundleEntry("examples/nothing.ts")).rejects.toThrow("examples/nothing.ts does not exist");
  });
});
