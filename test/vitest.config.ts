// vitest in four projects, told apart by the file's name: *.gpu.test.ts runs on Dawn in Node, *.browser.test.ts drives a
// headless browser, *.deno.test.ts starts Deno; all others are "unit", which needs no device and runs first. The files of the
// other three share a few processes, each with a device of its own: on a software adapter nearly all their time goes into the
// driver's compiler, which uses one core a process.
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import { withBundledWorkers } from "../examples/setup/bundle.mjs";
import { childEnv, probeDrivers } from "../examples/setup/probe.mjs";

// Workers inherit these, so `npx vitest` alone finds the same adapter as `npm test`.
Object.assign(process.env, childEnv(probeDrivers().gpu?.env ?? {}));
// lavapipe's compiler without its optimiser: tests run each of thousands of small kernels once, and all their time is compiling.
process.env.GALLIVM_PERF ??= "nopt";

/** What esbuild does in the bundles: `.wgsl` files are imported as text, `.safetensors` as bytes, workers are found bundled. */
const likeTheBundles = {
  name: "like-the-bundles",
  enforce: "pre" as const,
  load(id: string) {
    if (id.endsWith(".wgsl")) return `export default ${JSON.stringify(readFileSync(id, "utf8"))};`;
    if (!id.endsWith(".safetensors")) return undefined;
    return `export default Uint8Array.from(atob("${readFileSync(id, "base64")}"), (c) => c.charCodeAt(0));`;
  },
  async transform(code: string, id: string) {
    if (!id.endsWith(".ts")) return undefined;
    const changed = await withBundledWorkers(code);
    return changed === code ? undefined : { code: changed, map: null };
  },
};

/** A process with many compiled kernels takes up to 2 GB. */
const workers = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 3e9), 6));

/** The files that take longest, so that no process is left alone with one of them at the end. */
const LONGEST = [
  "browser/studio.browser",
  "hosts/wgpu.deno",
  "hosts/dawn.gpu",
  "fixtures/models.gpu",
  "fixtures/ops.gpu",
  "ops/f16-table.gpu",
  "graph/random.gpu",
  "hosts/chromium.browser",
];

/** The longest files first, the others by vitest's own order. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]): ReturnType<BaseSequencer["sort"]> {
    const place = ({ moduleId }: (typeof files)[number]) => {
      const at = LONGEST.findIndex((name) => moduleId.includes(`/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** Which project a test belongs to is told by its file's name. */
const hosts = ["gpu", "browser", "deno"].map((name) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/**/*.${name}.test.ts`],
    pool: "forks" as const,
    maxWorkers: workers,
    isolate: false,
    sequence: { groupOrder: 1 },
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
}));

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  cacheDir: "node_modules/.cache/vitest",
  plugins: [likeTheBundles],
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: hosts.flatMap(({ test }) => test.include),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      ...hosts,
    ],
  },
});
