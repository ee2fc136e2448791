import { build } from "esbuild";
import { expect, test } from "vitest";

test.each(["index.ts", "image-browser.ts"])(
  "engine/io/%s reaches nothing of Node, so a page can bundle it",
  async (door) => {
    const { metafile } = await build({
      entryPoints: [new URL(`../../../engine/io/${door}`, import.meta.url).pathname],
      bundle: true,
      format: "esm",
      platform: "browser", // esbuild fails here on any import of Node's own modules
      external: [],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    expect(Object.keys(metafile.inputs).filter((path) => /sharp|-node\.ts|[/]node\.ts/.test(path))).toEqual(
      [],
    );
  },
);
