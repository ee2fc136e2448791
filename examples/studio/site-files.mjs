// Files of the site on disk: sent as a stream that ends with its reader, named by an ETag, and only from where the site is.
import { createReadStream, realpathSync, statSync } from "node:fs";
import { extname, sep } from "node:path";
import { pipeline } from "node:stream";

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

/** @param {string} name */
export const typeOf = (name) => TYPES[extname(name)] ?? "application/octet-stream";

/** A file with all links followed, where it still lies in the folder. @param {string} folder @param {string} path */
function fileWithin(folder, path) {
  try {
    const [home, file] = [realpathSync(folder), realpathSync(`${folder}${sep}${path}`)];
    return file.startsWith(home + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Answers with a file.
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {string} folder
 * @param {string} path within the folder
 * @returns {boolean} false: there is no such file, and nothing was sent
 */
export function sendFileWithin(request, response, folder, path) {
  const file = fileWithin(folder, path);
  const info = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  if (file === undefined || !info?.isFile()) return false;
  const etag = `"${info.size.toString(36)}-${info.mtimeMs.toString(36)}"`;
  response.setHeader("etag", etag);
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, { "content-type": typeOf(file), "content-length": info.size });
  if (request.method === "HEAD") response.end();
  // Closes the file too where the reader has gone.
  else pipeline(createReadStream(file), response, () => undefined);
  return true;
}
