// npm start: installs what is missing, builds the studio, serves it on 127.0.0.1 and opens the browser where there is a display.
//   --port N (or PORT=N)   that port and no other; without it 5173 or the next free one
//   --watch                rebuild on every change and load the page again
//   --no-open              leave the browser alone
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDependencies, runMain, SetupError } from "../setup/install.mjs";
import { root } from "../setup/paths.mjs";

const HOST = "127.0.0.1";
const FIRST_PORT = 5173;
const PORTS = 50;

const HELP = `npm start -- [--port N] [--watch] [--no-open]
Serves the studio on ${HOST}, port ${FIRST_PORT} or the next free one.\n`;

function options() {
  try {
    return parseArgs({
      options: {
        port: { type: "string" },
        watch: { type: "boolean", default: false },
        "no-open": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n${HELP}`);
  }
}

/** @param {string | undefined} text */
function portNumber(text) {
  if (text === undefined || text === "") return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new SetupError(`the port must be a number from 0 to 65535, not "${text}"`);
}

/** @param {import("node:http").Server} server @param {number} port @returns {Promise<boolean>} false: the port is taken */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.ErrnoException} error */
    const fail = (error) => (error.code === "EADDRINUSE" ? resolve(false) : reject(error));
    server.once("error", fail);
    server.listen(port, HOST, () => {
      server.off("error", fail);
      resolve(true);
    });
  });
}

/** @param {import("node:http").Server} server @param {number | undefined} wanted @returns {Promise<string>} the address */
async function listenSomewhere(server, wanted) {
  const ports =
    wanted === undefined ? Array.from({ length: PORTS }, (_, index) => FIRST_PORT + index) : [wanted];
  for (const port of ports) {
    if (!(await listen(server, port))) continue;
    const address = server.address();
    return `http://${HOST}:${typeof address === "object" && address ? address.port : port}/`;
  }
  throw new SetupError(
    `port ${ports.length > 1 ? `${ports[0]} to ${ports.at(-1)}` : ports[0]} of ${HOST} is taken; give another: npm start -- --port N`,
  );
}

/** Opens the user's browser, where one could be seen. @param {string} url */
function openPage(url) {
  const { CI, DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = process.env;
  if (CI || SSH_CONNECTION) return;
  /** @type {Partial<Record<NodeJS.Platform, [string, string[]]>>} */
  const commands = { darwin: ["open", [url]], win32: ["cmd", ["/c", "start", "", url]] };
  const command =
    commands[process.platform] ?? (DISPLAY || WAYLAND_DISPLAY ? ["xdg-open", [url]] : undefined);
  if (!command) return;
  const child = spawn(command[0], command[1], { stdio: "ignore", detached: true });
  // No opener, no harm: the address is on the screen.
  child.on("error", () => undefined);
  child.unref();
}

/** Makes the API reference, in a process of its own: it takes seconds, in which the studio is to answer. @returns {Promise<string>} */
function makeReference() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "examples/docs/build.mjs")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let problem = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      problem += text;
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(join(root, "dist/docs")) : reject(new Error(problem))));
  });
}

/** The API reference is made when it is first looked at. @returns {() => Promise<string>} its folder */
function referenceFolder() {
  /** @type {Promise<string> | undefined} */
  let made;
  return () => {
    made ??= makeReference().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

await runMain(async () => {
  const { port, watch, "no-open": stay, help } = options();
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const wanted = portNumber(port ?? process.env.PORT);
  ensureDependencies();
  const { openBundles } = await import("./bundles.mjs");
  const { createStudioServer } = await import("./server.mjs");
  let tellPages = () => {};
  let shown = "";
  const bundles = await openBundles({
    watch,
    onBuild: (problem) => {
      const message = problem?.message ?? "";
      if (message !== shown) console.error(message || "built without errors");
      shown = message;
      if (!problem) tellPages();
    },
  });
  const { server, rebuilt } = createStudioServer(bundles, referenceFolder());
  tellPages = rebuilt;
  try {
    // A failed first build is shown in the page too, which is built again whenever it is loaded.
    await bundles.ready().catch(() => undefined);
    const url = await listenSomewhere(server, wanted);
    console.log(`ganvas studio: ${url}   (Ctrl-C ends it)`);
    if (!stay) openPage(url);
    await new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, resolve);
    });
    return 0;
  } finally {
    server.close();
    server.closeAllConnections();
    await bundles.dispose();
  }
});
