// The studio's web server: static files of three places, nothing else. Bound to 127.0.0.1 by start.mjs.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { root } from "../setup/paths.mjs";
import { HELP, staticFolders } from "./build.mjs";
import { SERVICE_WORKER, serviceWorker } from "./site.mjs";

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".map": "application/json",
  ".json": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
};

const LIVE_RELOAD = 'new EventSource("/events").addEventListener("rebuilt", () => location.reload());\n';

/**
 * What is built in memory: `file` gives a bundled file by its name, `all` every one of them, `ready` waits until it is up to date and throws an error
 * whose message the page shows.
 * @typedef {{ ready(): Promise<void>, file(name: string): Uint8Array | undefined, all(): ReadonlyMap<string, Uint8Array>, watch: boolean }} Bundles
 */

/**
 * The path inside the site, or undefined where it is not a plain one (`..`, hidden files, NUL, backslashes, bad escapes).
 * @param {string} url
 */
export function sitePath(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? "").replace(/^\/+/, "");
    // "~" is the folder of the API reference that holds a page per symbol.
    const plain = path.split("/").every((part) => part === "~" || /^[\w][\w.@ ()+-]*$/.test(part));
    return path === "" || plain ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The file on disk behind a path of the site, if it is one of the static folders'. @param {string} path */
function staticFile(path) {
  for (const [prefix, folder] of Object.entries(staticFolders)) {
    if (path.startsWith(`${prefix}/`)) return join(folder, path.slice(prefix.length + 1));
  }
  return undefined;
}

/** A page that shows why the build failed. @param {string} message */
function errorPage(message) {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!doctype html><meta charset="utf-8"><title>Build failed</title><h1>The studio could not be built</h1><pre>${text}</pre>`;
}

/**
 * @param {Bundles} bundles
 * @param {() => string} [reference] the folder of the API reference, made when it is first asked for; throws where it cannot
 *   be made
 * @returns {{ server: import("node:http").Server, rebuilt(): void }} rebuilt: tells open pages to load again
 */
export function createStudioServer(bundles, reference) {
  /** @type {Set<import("node:http").ServerResponse>} */
  const listeners = new Set();

  /** @param {import("node:http").ServerResponse} response @param {string} name @param {string | Uint8Array} body */
  const send = (response, name, body, status = 200) => {
    response.writeHead(status, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  };

  /** @param {import("node:http").ServerResponse} response @param {string} file */
  const sendFile = (response, file) => {
    const info = statSync(file, { throwIfNoEntry: false });
    if (!info?.isFile()) return send(response, "error.txt", "not found\n", 404);
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": info.size,
    });
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
  };

  const indexPage = () => {
    const page = readFileSync(join(root, "examples/studio/index.html"), "utf8");
    const html = reference ? page.replace("  </head>", HELP) : page;
    // The page's policy forbids inline scripts, hence a file of its own.
    return bundles.watch ? html.replace("</head>", '<script src="live-reload.js"></script></head>') : html;
  };

  /** @param {import("node:http").ServerResponse} response */
  const sendIndex = async (response) => {
    try {
      await bundles.ready();
    } catch (error) {
      return send(
        response,
        "index.html",
        errorPage(error instanceof Error ? error.message : String(error)),
        500,
      );
    }
    send(response, "index.html", indexPage());
  };

  /** @param {import("node:http").ServerResponse} response @param {string} path below docs/ @param {() => string} folder */
  const sendReference = (response, path, folder) => {
    try {
      sendFile(response, join(folder(), path));
    } catch (error) {
      send(response, "error.txt", error instanceof Error ? error.message : String(error), 500);
    }
  };

  const server = createServer((request, response) => {
    response.setHeader("cache-control", "no-cache");
    response.setHeader("x-content-type-options", "nosniff");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return send(response, "error.txt", "only GET and HEAD\n", 405);
    }
    const path = sitePath(request.url ?? "/");
    if (path === undefined) return send(response, "error.txt", "not found\n", 404);
    if (path === "" || path === "index.html") return void sendIndex(response);
    if (bundles.watch && path === "live-reload.js") return send(response, path, LIVE_RELOAD);
    if (bundles.watch && path === "events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("\n");
      listeners.add(response);
      return void response.on("close", () => listeners.delete(response));
    }
    const bundled = bundles.file(path);
    if (bundled && path === SERVICE_WORKER) {
      const site = { index: indexPage(), bundles: bundles.all(), folders: staticFolders };
      return send(response, path, serviceWorker(bundled, site));
    }
    if (bundled) return send(response, path, bundled);
    if (reference && path.startsWith("docs/"))
      return sendReference(response, path.slice("docs/".length), reference);
    const file = staticFile(path);
    return file ? sendFile(response, file) : send(response, "error.txt", "not found\n", 404);
  });
  const rebuilt = () => {
    for (const response of listeners) response.write("event: rebuilt\ndata:\n\n");
  };
  return { server, rebuilt };
}
