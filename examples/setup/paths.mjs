// Folders and small file questions shared by the setup scripts. Plain JavaScript: this runs before `npm ci` has run.
import { accessSync, constants, lstatSync, mkdirSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Makes `dir` and says whether it can be written to.
 * @param {string} dir */
function usable(dir) {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The user's cache folder by the platform's custom. */
function userCache() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === "win32") return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return join(homedir(), ".cache");
}

/** A folder of this user's alone below the system's folder for temporary files, where anybody may have made one before. */
function privateTemporary() {
  const dir = join(tmpdir(), `ganvas-${process.getuid?.() ?? "cache"}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const mine = !process.getuid || lstatSync(dir).uid === process.getuid();
  if (!mine || !usable(dir))
    throw new Error(`${dir} belongs to somebody else; set GANVAS_CACHE to a folder of your own`);
  return dir;
}

/**
 * A folder below ganvas's cache, made if missing: `$GANVAS_CACHE`, else the user's cache folder, else (a home that
 * cannot be written to, as in some CI) a private one among the temporary files.
 * @param {...string} names
 */
export function cacheDir(...names) {
  const own = process.env.GANVAS_CACHE;
  const bases = [...(own ? [resolve(own)] : []), join(userCache(), "ganvas")];
  const dir = join(bases.find(usable) ?? privateTemporary(), ...names);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Time of last change in ms, or 0 where there is no such file.
 * @param {string} path */
export function mtime(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
