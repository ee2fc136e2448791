/** `npm start` as a process: says its address, serves, and ends at Ctrl-C. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../examples/setup/paths.mjs";

/** Starts the studio's server; `onAddress` gets its URL. */
function start(args: string[], onAddress: (url: string, stop: () => void) => Promise<void>) {
  const child = spawn(process.execPath, [join(root, "examples/studio/start.mjs"), "--no-open", ...args]);
  let said = "";
  let visit: Promise<void> | undefined;
  const listen = (text: string) => {
    said += text;
    const url = /http:\S+/.exec(said)?.[0];
    if (url) visit ??= onAddress(url, () => child.kill("SIGINT"));
  };
  child.stdout.setEncoding("utf8").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  return new Promise<{ code: number | null; said: string }>((resolve, reject) => {
    child.on("close", (code) => void Promise.resolve(visit).then(() => resolve({ code, said }), reject));
  });
}

test("serves on 127.0.0.1 and ends cleanly at Ctrl-C", async () => {
  const { code } = await start(["--port", "0"], async (url, stop) => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(url);
    expect(page.headers.get("content-type")).toContain("text/html");
    stop();
  });
  expect(code).toBe(0);
});

test("says what to do where the port is taken or no port at all", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => other.once("listening", done));
  const { port } = other.address() as AddressInfo;
  const taken = await start(["--port", String(port)], async () => undefined);
  other.close();
  expect(taken.code).toBe(2);
  expect(taken.said).toContain(`port ${port} of 127.0.0.1 is taken; give another: npm start -- --port N`);
  const wrong = await start(["--port", "eighty"], async () => undefined);
  expect(wrong.code).toBe(2);
  expect(wrong.said).toContain('a number from 0 to 65535, not "eighty"');
});
