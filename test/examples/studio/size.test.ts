/** How much a visitor loads before anything can be seen. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openBundles } from "../../../examples/studio/bundles.mjs";

const LIMIT = 100_000;
const STATIC_IMPORT = /(?:from|import)\s*"\.\/([^"]+)"/g;

test("the first script, with all that it imports at once, is small", async () => {
  const bundles = await openBundles({ minify: true });
  try {
    await bundles.ready();
    const needed = new Set<string>();
    const need = (name: string) => {
      const content = bundles.file(name);
      if (!content || needed.has(name)) return;
      needed.add(name);
      for (const [, other] of new TextDecoder().decode(content).matchAll(STATIC_IMPORT))
        need(other as string);
    };
    need("main.js");
    const bytes = [...needed].map((name) => gzipSync(bundles.file(name) as Uint8Array).length);
    expect(needed.size).toBeGreaterThan(1);
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(LIMIT);
  } finally {
    await bundles.dispose();
  }
});
