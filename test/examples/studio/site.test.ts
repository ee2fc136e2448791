/** What the service worker is told that it is to keep. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../examples/setup/paths.mjs";
import { serviceWorker } from "../../../examples/studio/site.mjs";

const bytes = (text: string) => new TextEncoder().encode(text);
const hash = (content: Uint8Array | string) =>
  createHash("sha256").update(content).digest("hex").slice(0, 16);
const folders = {
  samples: join(root, "examples/studio/samples"),
  "models/weights": join(root, "models/weights"),
};

function siteOf(index: string, main: string) {
  const bundles = new Map([
    ["main.js", bytes(main)],
    ["main.js.map", bytes("{}")],
    ["service-worker.js", bytes("begin();")],
  ]);
  const own = new Map([["models/weights/cgan.safetensors", bytes("another")]]);
  const script = serviceWorker(bytes("begin();"), { index, bundles, folders, own });
  const [, site = "{}", rest] = /^self\.SITE=(.*);\n(.*)$/s.exec(script) ?? [];
  expect(rest).toBe("begin();");
  return JSON.parse(site) as { first: Record<string, string>; later: Record<string, string> };
}

test("page and scripts first, weights later, each by its content", () => {
  const { first, later } = siteOf("<p>", "1");
  expect(first).toEqual({
    "index.html": hash("<p>"),
    "main.js": hash("1"),
    "samples/parrots.png": hash(readFileSync(join(folders.samples, "parrots.png"))),
  });
  expect(Object.keys(later).every((path) => /^models\/weights\/.*\.safetensors$/.test(path))).toBe(true);
  const name = "dcgan.safetensors";
  expect(later[`models/weights/${name}`]).toBe(hash(readFileSync(join(folders["models/weights"], name))));
  expect(later["models/weights/cgan.safetensors"]).toBe(hash("another"));
  expect(siteOf("<p>", "2").first["main.js"]).not.toBe(first["main.js"]);
});
