// Sources in the site: whoever reads of a function finds the lines that it is. Deno's generator links to files of the machine that it ran on.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../setup/paths.mjs";

const FOLDER = "source";

/** As the generator writes paths into attributes. @param {string} text */
const attribute = (text) => text.replaceAll("/", "&#x2F;");

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Number of the line that declares a name, from 1; 0 where none does. @param {string} text @param {string} name */
export const lineOf = (text, name) =>
  text
    .split("\n")
    .findIndex((line) =>
      new RegExp(
        `^export (?:abstract |async |declare )?(?:function\\*?|const|let|class|interface|type) ${name}\\b`,
      ).test(line),
    ) + 1;

/** A file with its lines numbered. @param {string} path below the repository @param {string} text */
function sourcePage(path, text) {
  const lines = text
    .trimEnd()
    .split("\n")
    .map(
      (line, k) => `<a id="L${k + 1}" href="#L${k + 1}">${String(k + 1).padStart(4)}</a>  ${escaped(line)}`,
    );
  const style =
    ":root { color-scheme: light dark } body { margin: 1rem } a { color: gray; text-decoration: none } a:target { background: gold; color: black }";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${path}</title><style>${style}</style><h1>${path}</h1><pre>${lines.join("\n")}</pre></html>\n`;
}

/**
 * Writes the sources that pages link to into the site, and points the links there, at the line that a page is about.
 * @param {string} site
 */
export function linkSources(site) {
  const here = attribute(`${pathToFileURL(root).href}/`);
  /** @type {Map<string, string>} */
  const sources = new Map();
  for (const file of readdirSync(site, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".html")) continue;
    const page = join(site, file);
    const html = readFileSync(page, "utf8");
    if (!html.includes(here)) continue;
    const [name = ""] = basename(file, ".html").split(".");
    const linked = html.replaceAll(new RegExp(`"${here}([^"]*)"`, "g"), (_, /** @type {string} */ rest) => {
      const path = rest.replaceAll("&#x2F;", "/");
      const text = sources.get(path) ?? readFileSync(join(root, path), "utf8");
      sources.set(path, text);
      const line = lineOf(text, name);
      const to = relative(dirname(page), join(site, FOLDER, `${path}.html`)).replaceAll("\\", "/");
      return `"${to}${line > 0 ? `#L${line}` : ""}"`;
    });
    writeFileSync(page, linked);
  }
  for (const [path, text] of sources) {
    const page = join(site, FOLDER, `${path}.html`);
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, sourcePage(path, text));
  }
}
