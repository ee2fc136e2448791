// Scripts in as few bytes as a page can load them in.

/** Looked for again in what it has made, until a pass no longer helps. */
const PASSES = 3;

/**
 * Shortens what esbuild has bundled, whole scripts at a time, and their source maps with them: SWC finds more than esbuild's own
 * `minify`, and names alike what is alike, which gzip sees. For builds that do not write: esbuild writes before plugins see it.
 * @type {import("esbuild").Plugin}
 */
export const smallScripts = {
  name: "small-scripts",
  setup(build) {
    build.onEnd(async ({ outputFiles = [] }) => {
      const { minify } = await import("@swc/core");
      const encoder = new TextEncoder();
      const maps = new Map(outputFiles.map((file) => [file.path, file]));
      await Promise.all(
        outputFiles.map(async (file) => {
          if (!file.path.endsWith(".js")) return;
          const map = maps.get(`${file.path}.map`);
          /** `content` is missing in SWC's types only. @type {object} */
          const mapped = { sourceMap: map ? { content: map.text } : false };
          const small = await minify(file.text, {
            module: true,
            ecma: 2022,
            compress: { ecma: 2022, passes: PASSES },
            mangle: true,
            ...mapped,
          });
          const [, link = ""] = /(\n\/\/# sourceMappingURL=.*)\n?$/.exec(file.text) ?? [];
          file.contents = encoder.encode(small.code + link);
          if (map && small.map) map.contents = encoder.encode(small.map);
        }),
      );
    });
  },
};
