/**
 * What another project gets: the package is packed and installed into an empty folder, run in Node and Deno from JavaScript and
 * TypeScript, checked by TypeScript, and bundled for a page by esbuild and by Vite. The packages that it needs are those of
 * this repository, so that no network is asked.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeImage } from "../../engine/io/image.ts";
import { encodePng, readImage } from "../../engine/io/node.ts";
import { npmCommand } from "../../examples/setup/install.mjs";
import { root } from "../../examples/setup/paths.mjs";
import { doorSizes, readSizes } from "./door-sizes.ts";

const project = mkdtempSync(join(tmpdir(), "ganvas-package-"));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const own = (path: string) => realpathSync(join(root, "node_modules", path));
const NEEDED = ["fflate", "valibot", "webgpu", "sharp", "esbuild"];

/** Runs to its end. @returns what it printed @throws with all that it said where it fails */
function run(file: string, args: readonly string[], cwd = project): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    encoding: "utf8",
    timeout: 600_000,
  });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${error ?? status}\n${stdout}\n${stderr}`);
  return stdout;
}
const node = (...args: string[]) => run(process.execPath, args);
function npm(args: readonly string[], cwd: string): string {
  const command = npmCommand([...args]);
  return run(command.file, command.args, cwd);
}

beforeAll(() => {
  npm(["pack", "--pack-destination", project], root);
  const [tarball] = readdirSync(project);
  const dependencies = Object.fromEntries(NEEDED.map((name) => [name, `file:${own(name)}`]));
  const manifest = {
    private: true,
    type: "module",
    dependencies: { ganvas: `file:${tarball}`, ...dependencies },
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  npm(["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"], project);
  cpSync(join(root, "examples/starters"), project, { recursive: true });
});

test("JavaScript in Node", () => {
  expect(node("node/exclusive-or.js")).toMatch(
    /^-?0\.0\d 1\.0\d 1\.0\d -?0\.0\d\n$|^-?0\.0\d (0\.9|1\.0)\d (0\.9|1\.0)\d -?0\.0\d\n$/,
  );
});

test("TypeScript in Node, by the package's command", () => {
  const said = node("node_modules/ganvas/examples/cli/run.mjs", "run", "node/first-gan.ts", "20");
  expect(said).toMatch(
    /^step 20: D \d\.\d{3}, G \d\.\d{3}\n1000 made-up points lie [\d.]+ from the middle; the/,
  );
});

test("the commands that come with it, with the weights that ship", () => {
  const { adapter, models } = JSON.parse(node("node_modules/ganvas/examples/cli/run.mjs", "info", "--json"));
  expect(adapter.host).toBe("node");
  const present = models.filter((model: { present: boolean }) => model.present);
  expect(present.map((model: { name: string }) => model.name)).toEqual(
    expect.arrayContaining(["srresnet", "srresnet-compressed", "srgan"]),
  );
});

test("upscale with a network that a module of the project exports", async () => {
  const network = `import { resize } from "ganvas/ops";
    export const network = (x) => resize(x, [2 * x.shape[1], 2 * x.shape[2]], { method: "nearest" });`;
  writeFileSync(join(project, "network.js"), network);
  writeFileSync(join(project, "small.png"), await encodePng(makeImage(Uint8Array.of(1, 2, 3), 1, 1, 3)));
  node(
    "node_modules/ganvas/examples/cli/run.mjs",
    "upscale",
    "--model",
    "network.js",
    "small.png",
    "large.png",
  );
  const { width, height, data } = await readImage(join(project, "large.png"));
  expect([width, height, ...data]).toEqual([2, 2, ...[0, 1, 2, 3].flatMap(() => [1, 2, 3])]);
});

test("TypeScript in Deno", () => {
  const deno = createRequire(import.meta.url).resolve("deno/bin.cjs");
  const said = node(
    deno,
    "run",
    "--quiet",
    "--unstable-webgpu",
    "--allow-all",
    "--node-modules-dir=manual",
    "deno/main.ts",
  );
  expect(said).toMatch(/^on .+\nslope 3,0,0\.75,12\nbend -6,0,3,12\n$/);
});

test("types, strict, without those of Node or of WebGPU, in all doors", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const doors = Object.keys(exports).filter((door) => !/\*|json|node/.test(door));
  const imports = doors.map((door, k) => `import * as door${k} from "${door.replace(".", "ganvas")}";`);
  const uses = `import { SRResNet } from "ganvas/models/super-resolution/srresnet";
    import { tensor, type Tensor } from "ganvas";
    export const sum: Tensor = tensor([1]).add(2).sum();
    // @ts-expect-error: there is no such option
    sum.sum(0, { keepdim: true });
    export const used = [SRResNet, ${doors.map((_, k) => `door${k}`)}];`;
  writeFileSync(join(project, "types.ts"), [...imports, uses].join("\n"));
  const compilerOptions = {
    target: "ES2023",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
    lib: ["ES2023", "DOM", "DOM.Iterable"],
  };
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["types.ts", "page/main.ts"] }),
  );
  node(join(root, "node_modules/typescript/bin/tsc"), "-p", ".");
});

/** A page's script must be one that a browser can load: nothing of Node's is imported before it is asked for. */
function expectForPages(folder: string): void {
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  const text = scripts.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  expect(text).not.toMatch(/(?:from|import) ?"node:/);
  expect(text).toContain("@compute");
}

test("a page by esbuild, with one command", () => {
  const args = ["page/main.ts", "--bundle", "--format=esm", "--splitting", "--outdir=by-esbuild", "--minify"];
  node(own("esbuild/bin/esbuild"), ...args);
  expectForPages(join(project, "by-esbuild"));
});

test("a page by Vite", () => {
  mkdirSync(join(project, "vite"));
  const html = readFileSync(join(project, "page/index.html"), "utf8");
  writeFileSync(join(project, "vite/index.html"), html.replace("main.js", "main.ts"));
  cpSync(join(project, "page/main.ts"), join(project, "vite/main.ts"));
  run(process.execPath, [own("vite/bin/vite.js"), "build", "--logLevel", "error"], join(project, "vite"));
  expectForPages(join(project, "vite/dist"));
});

test("a bundle without what it does not use still computes: methods, printing, gradients", async () => {
  const code = `import { grad, init, tensor } from "ganvas";
    await init();
    const x = tensor([[-1, 2]]);
    await x.relu().matmul(tensor([[1], [3]])).print("product");
    console.log(String(await grad(x.gelu().sigmoid().sum(), [x])[0].data()).length > 3);`;
  writeFileSync(join(project, "small.js"), code);
  const args = ["small.js", "--bundle", "--format=esm", "--splitting", "--outdir=small", "--minify"];
  node(own("esbuild/bin/esbuild"), ...args);
  const deno = createRequire(import.meta.url).resolve("deno/bin.cjs");
  const said = node(
    deno,
    "run",
    "--quiet",
    "--unstable-webgpu",
    "--allow-all",
    "--no-config",
    "small/small.js",
  );
  expect(said).toMatch(/^product: [\s\S]*6/);
  expect(said).toMatch(/true\n$/);
});

test("what each door costs is what the README says, within 2 KiB", async () => {
  const measured = await doorSizes(project);
  const said = readSizes(readFileSync(join(root, "README.md"), "utf8"));
  expect(said.map(({ title }) => title)).toEqual(measured.map(({ title }) => title));
  const off = measured.map(({ title, gzipped }, k) => [
    title,
    gzipped / 1024 - (said[k]?.gzipped ?? 0) / 1024,
  ]);
  expect(off.filter(([, kib]) => Math.abs(kib as number) > 2)).toEqual([]);
});
