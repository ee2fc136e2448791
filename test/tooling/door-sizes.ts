/** What a page loads of each door of the package, bundled and minified by esbuild alone, as most pages are. */
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface Door {
  readonly title: string;
  /** Bytes of the scripts that are loaded before anything is done. */
  readonly gzipped: number;
}

const all = (door: string): readonly [string, string] => [`all of \`${door}\``, `export * from "${door}";`];

/** What is imported, as the README calls it → the program. */
const PROGRAMS: readonly (readonly [string, string])[] = [
  [
    "`tensor` and `matmul` by `ganvas/tensor`, `ganvas/ops`",
    'export { tensor } from "ganvas/tensor"; export { matmul } from "ganvas/ops";',
  ],
  ["`tensor` by `ganvas`, with every method", 'export { tensor } from "ganvas";'],
  [
    "a small network and its training by `ganvas`",
    'export { Adam, Linear, mse, relu, Sequential, tensor } from "ganvas";',
  ],
  all("ganvas"),
  all("ganvas/nn"),
  all("ganvas/optim"),
  all("ganvas/extra"),
  all("ganvas/onnx"),
  all("ganvas/webgpu"),
  all("ganvas/io"),
  all("ganvas/data"),
  all("ganvas/inspect"),
  all("ganvas/tuning"),
];

/** @param project a folder with the package installed */
export const doorSizes = (project: string): Promise<Door[]> =>
  Promise.all(
    PROGRAMS.map(async ([title, contents]) => {
      const { outputFiles, metafile } = await build({
        stdin: { contents, resolveDir: project },
        bundle: true,
        format: "esm",
        splitting: true,
        minify: true,
        target: "es2022",
        outdir: "out",
        write: false,
        metafile: true,
        logLevel: "silent",
        absWorkingDir: project,
      });
      const outputs = new Map(
        Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]),
      );
      const first = new Set(["stdin.js"]);
      // A set may grow while it is gone through.
      for (const name of first)
        for (const { kind, path } of outputs.get(name)?.imports ?? [])
          if (kind === "import-statement") first.add(basename(path));
      const scripts = outputFiles.filter(({ path }) => first.has(basename(path)));
      return {
        title,
        gzipped: scripts.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
      };
    }),
  );

/** The table of a README: `| title | 12 KiB |`. */
export const readSizes = (text: string): Door[] =>
  [...text.matchAll(/^\| (.*`ganvas.*) \| (\d+) KiB \|$/gm)].map(([, title = "", kib]) => ({
    title,
    gzipped: Number(kib) * 1024,
  }));
