/** Runs the terminal's commands in a process of their own, as `npm run ganvas` does, less npm and the search for an adapter. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { bundleEntry } from "../../examples/setup/bundle.mjs";

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Node's own options. */
  readonly node?: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another entry than the terminal's. */
  readonly entry?: string;
  /** Sees stderr grow. */
  readonly onErr?: (err: string, child: ChildProcess) => void;
}

const bundles = new Map<string, Promise<string>>();

export async function ganvas(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd = tmpdir(), node = [], env = {}, entry = "examples/cli/main.ts", onErr } = options;
  const bundle = bundles.get(entry) ?? bundleEntry(entry);
  bundles.set(entry, bundle);
  const child = spawn(process.execPath, [...node, await bundle, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    onErr?.(err, child);
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, out, err: withoutDawn(err) }));
  });
}

/** Dawn remarks on the driver's limits where it likes. */
const withoutDawn = (err: string) => err.replace(/^Warning: max.* artificially reduced .*\n/gm, "");

/** A folder for this test file, gone when it ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ganvas-cli-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All files below a folder with their contents, hidden ones too: what a failed command must leave as it was. */
export function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return [name, statSync(path).isFile() ? readFileSync(path, "base64") : "folder"];
    }),
  );
}
