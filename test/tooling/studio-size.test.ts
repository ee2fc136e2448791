/** What a visitor's browser loads of the studio as it is put on a web server: at first, and of all its pages. */
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { studioOptions } from "../../examples/studio/build.mjs";

const FIRST = 100 * 1024;
/** The aim is 300 KiB; what is reached is held. Most of it is the engine, the systems and the texts of lessons, each loaded when it is asked for. */
const WHOLE = 392 * 1024;

/** Those of the editor of lessons: CodeMirror, and what makes JavaScript of TypeScript, each with what it is made of. */
const EDITOR =
  /node_modules\/(@codemirror|@lezer|@marijn|@jridgewell|sucrase|ts-interface-checker|style-mod|crelt|w3c-keyname)\//;

test("the first script is small, and so is the whole without weights and editor", async () => {
  const { outputFiles, metafile } = await build(studioOptions({ minify: true }));
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const sizes = new Map(
    outputFiles
      .filter(({ path }) => !path.endsWith(".map"))
      .map(({ path, contents }) => [basename(path), gzipSync(contents, { level: 9 }).length]),
  );
  /** With all that it imports at once. */
  const loaded = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const { path, kind, external } of outputs.get(name)?.imports ?? [])
      if (kind === "import-statement" && !external) loaded(basename(path), seen);
    return seen;
  };
  const sum = (names: Iterable<string>) =>
    [...names].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
  const first = loaded("main.js");
  expect(sum(first)).toBeLessThanOrEqual(FIRST);

  /** The share of the editor in a script, by its bytes. */
  const ofEditor = (name: string) => {
    const parts = Object.entries(outputs.get(name)?.inputs ?? {});
    const bytes = (all: typeof parts) => all.reduce((total, [, part]) => total + part.bytesInOutput, 0);
    const own = parts.filter(([path]) => EDITOR.test(path));
    return own.length === 0 ? 0 : ((sizes.get(name) ?? 0) * bytes(own)) / bytes(parts);
  };
  const editor = [...sizes.keys()].reduce((total, name) => total + ofEditor(name), 0);
  expect(editor).toBeGreaterThan(100 * 1024);
  for (const name of first) expect(ofEditor(name), name).toBe(0);
  expect(sum(sizes.keys()) - editor).toBeLessThanOrEqual(WHOLE);
});
