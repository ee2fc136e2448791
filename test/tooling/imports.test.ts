/** Imports point down only, within the engine too, and no two files import each other in a circle. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../examples/setup/paths.mjs";

interface Import {
  readonly from: string;
  readonly to: string;
  /** Of types alone: gone when it runs. */
  readonly typeOnly: boolean;
  /** `import(…)`: loaded when it is called for. */
  readonly lazy: boolean;
}

const files = ["engine", "models", "examples", "bench"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts")),
);

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(root, from), "utf8");
  const found = text.matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?([^;"']*?from\s*)?"(\.[^"]+\.ts)"|import\("(\.[^"]+\.ts)"\)/g,
  );
  return [...found].map(([, type, names = "", path, lazy]): Import => {
    const listed = /\{([^}]*)\}/
      .exec(names)?.[1]
      ?.split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    const allTypes =
      listed !== undefined && listed.length > 0 && listed.every((name) => name.startsWith("type "));
    const to = relative(root, join(root, dirname(from), (path ?? lazy) as string)).replaceAll("\\", "/");
    return { from, to, typeOnly: type !== undefined || allTypes, lazy: lazy !== undefined };
  });
});

/** From the bottom to the top. */
const FLOORS = ["engine/", "models/", "bench/", "examples/"];
const floorOf = (file: string): number => FLOORS.findIndex((floor) => file.startsWith(floor));

test("imports are seen at all", () => {
  expect(imports.length).toBeGreaterThan(500);
  expect(imports.every(({ to }) => files.includes(to) || to.startsWith("test/"))).toBe(true);
});

test("engine below models below bench and examples", () => {
  // The studio's self-test runs the tests' own reference; benchmarks start browsers as the examples do.
  const up = imports.filter(({ from, to }) => {
    if (to.startsWith("test/")) return !/^(examples\/studio|examples\/cli\/check|bench)/.test(from);
    return floorOf(to) > floorOf(from) && !(from.startsWith("bench/") && to.startsWith("examples/"));
  });
  expect(up).toEqual([]);
});

/** Floors of the engine, each may import those before it (types of any). */
const ENGINE: readonly (readonly string[])[] = [
  ["errors.ts", "options.ts", "scope.ts", "shape.ts", "dtype.ts", "random.ts", "half.ts"],
  ["gpu/", "inspect/units.ts", "inspect/array-text.ts"],
  ["graph/"],
  ["tensor.ts", "precision.ts", "io/"],
  ["ops/", "autograd.ts", "system.ts", "describe.ts", "inspect/", "tuning.ts"],
  ["nn/"],
  ["optim/"],
  ["data/", "extra/", "onnx/", "webgpu.ts", "index.ts"],
];

test("within the engine: gpu, graph, tensor, ops, nn, optim, data", () => {
  const levelOf = (file: string) => {
    const name = file.slice("engine/".length);
    const exact = ENGINE.findIndex((floor) => floor.includes(name));
    return exact >= 0
      ? exact
      : ENGINE.findIndex((floor) => floor.some((part) => part.endsWith("/") && name.startsWith(part)));
  };
  const own = imports.filter(({ from, typeOnly }) => from.startsWith("engine/") && !typeOnly);
  expect(own.filter(({ from, to }) => levelOf(from) < 0 || levelOf(to) < 0)).toEqual([]);
  expect(own.filter(({ from, to }) => levelOf(to) > levelOf(from))).toEqual([]);
});

test("in models, the files of one system do not import another's, and what all share imports none", () => {
  const systems = ["super-resolution", "dcgan", "cgan", "lapgan", "text2image", "toy"];
  const systemOf = (file: string) => systems.find((name) => file.startsWith(`models/${name}/`));
  const across = imports.filter(({ from, to, typeOnly }) => {
    const shared = /^models\/(training|datasets|metrics|features)\//.test(from);
    return (
      !typeOnly &&
      systemOf(to) !== undefined &&
      (shared || (systemOf(from) !== undefined && systemOf(from) !== systemOf(to)))
    );
  });
  expect(across).toEqual([]);
});

test("no circles", () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly, lazy } of imports)
    if (!typeOnly && !lazy) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) {
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    }
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("only engine/gpu, the files of one host and the door for programs that use WebGPU themselves name its types", () => {
  const naming = files.filter((file) => {
    const text = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    return /\bGPU(Device|Buffer|Adapter|Queue|ComputePipeline|BindGroup)\b/.test(text);
  });
  expect(
    naming.filter(
      (file) => !/^(engine\/(gpu\/|graph\/program\.ts|webgpu\.ts)|bench\/|examples\/studio\/)/.test(file),
    ),
  ).toEqual([]);
});
