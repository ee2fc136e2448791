// The studio's web server: static files of three places, nothing else. Bound to 127.0.0.1 by start.mjs.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { root } from "../setup/paths.mjs";
import { HELP, staticFolders } from "./build.mjs";
import { SERVICE_WORKER, serviceWorker } from "./site.mjs";
import { sendFileWithin, typeOf } from "./site-files.mjs";

/** What a browser that means this server calls it; any other name is another site's, which has been led here (DNS rebinding). */
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

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

/** Where a path of the site lies on disk, if it is one of the static folders'. @param {string} path */
function staticPlace(path) {
  for (const [prefix, folder] of Object.entries(staticFolders))
    if (path.startsWith(`${prefix}/`)) return { folder, path: path.slice(prefix.length + 1) };
  return undefined;
}

/** A page that shows why the build failed. @param {string} message */
function errorPage(message) {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!doctype html><meta charset="utf-8"><title>Build failed</title><h1>The studio could not be built</h1><pre>${text}</pre>`;
}

/**
 * @param {Bundles} bundles
 * @param {() => Promise<string>} [reference] the folder of the API reference, made when it is first asked for; rejects where it
 *   cannot be made
 * @returns {{ server: import("node:http").Server, rebuilt(): void }} rebuilt: tells open pages to load again
 */
export function createStudioServer(bundles, reference) {
  /** @type {Set<import("node:http").ServerResponse>} */
  const listeners = new Set();

  /** @param {import("node:http").ServerResponse} response @param {string} name @param {string | Uint8Array} body */
  const send = (response, name, body, status = 200) => {
    response.writeHead(status, {
      "content-type": typeOf(name),
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
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
    // Of no other site's frame: that a page cannot say of itself.
    response.setHeader("content-security-policy", "frame-ancestors 'none'");
    send(response, "index.html", indexPage());
  };

  /**
   * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response
   * @param {{ folder: string, path: string }} place
   */
  const sendFile = (request, response, { folder, path }) => {
    if (!sendFileWithin(request, response, folder, path)) send(response, "error.txt", "not found\n", 404);
  };

  const server = createServer((request, response) => {
    response.setHeader("cache-control", "no-cache");
    response.setHeader("x-content-type-options", "nosniff");
    if (!HOSTS.test(request.headers.host ?? ""))
      return send(response, "error.txt", "this server answers to 127.0.0.1 and localhost only\n", 403);
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
      return void reference().then(
        (folder) => sendFile(request, response, { folder, path: path.slice("docs/".length) }),
        (error) => send(response, "error.txt", error instanceof Error ? error.message : String(error), 500),
      );
    const place = staticPlace(path);
    return place ? sendFile(request, response, place) : send(response, "error.txt", "not found\n", 404);
  });
  const rebuilt = () => {
    for (const response of listeners) response.write("event: rebuilt\ndata:\n\n");
  };
  return { server, rebuilt };
}
