/** The reference: everything that is public is described, and the pages can be made. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { buildDocs, denoDoc, moduleComment } from "../../examples/docs/build.mjs";
import { root } from "../../examples/setup/paths.mjs";

interface Documented {
  readonly name: string;
  readonly jsDoc?: { readonly doc?: string; readonly tags?: readonly unknown[] };
  readonly location?: { readonly filename: string; readonly line: number };
  readonly accessibility?: string;
  readonly kind?: string;
  readonly def?: { readonly methods?: readonly Documented[] };
  readonly declarations?: readonly Documented[];
}

const described = ({ jsDoc }: Documented) => Boolean(jsDoc?.doc?.trim() || jsDoc?.tags?.length);

/** What a class's own description covers. */
const COVERED = new Set(["forward", "toString", "coefficients"]);

describe("docstrings", () => {
  test("every public export of the engine has one, and so have the methods of its classes", () => {
    const folder = mkdtempSync(join(tmpdir(), "ganvas-doors-"));
    const all = join(folder, "all.ts");
    const doors = ["index.ts", "extra/index.ts", "inspect/index.ts", "tuning.ts", "webgpu.ts"].map((door) =>
      join(root, "engine", door),
    );
    writeFileSync(all, doors.map((door) => `export * from "${pathToFileURL(door)}";\n`).join(""));
    const { status, stdout, stderr } = denoDoc(["--json", all]);
    rmSync(folder, { recursive: true });
    expect(status, stderr).toBe(0);
    const { nodes } = JSON.parse(stdout) as { nodes: Record<string, { symbols: readonly Documented[] }> };
    const symbols = Object.values(nodes).flatMap((module) => module.symbols);
    expect(symbols.length).toBeGreaterThan(100);
    const missing = symbols.flatMap(({ name, declarations = [] }) => {
      const methods = declarations.flatMap(({ kind, def }) => (kind === "class" ? (def?.methods ?? []) : []));
      const open = new Set(
        methods
          .filter((method) => method.accessibility === undefined && !COVERED.has(method.name))
          .map((method) => method.name)
          // Overloads and pairs of getter and setter share a docstring.
          .filter((method) => !methods.some((same) => same.name === method && described(same))),
      );
      const where = declarations[0]?.location;
      const place = where ? ` (${where.filename.replace(/.*\/engine\//, "engine/")}:${where.line})` : "";
      const own = declarations.some(described) ? [] : [`${name}${place}`];
      return [...own, ...[...open].map((method) => `${name}.${method}${place}`)];
    });
    expect(missing).toEqual([]);
  });
});

describe("pages", () => {
  test("what means something to JSDoc is told as it stands", () => {
    const comment = moduleComment("# A\n\n```wgsl\n@group(0) /* x */\n```\n");
    expect(comment.match(/\*\//g)?.length).toBe(1);
    expect(comment).not.toMatch(/^ \* @group/m);
    expect(comment).toMatch(/^ \* @module$/m);
  });
  test("are made, with links between them and nothing left of what protected their code", () => {
    const folder = mkdtempSync(join(tmpdir(), "ganvas-docs-"));
    try {
      expect(buildDocs(folder)).toBeGreaterThan(100);
      expect(readdirSync(folder)).toContain("adding-an-op");
      const start = readFileSync(join(folder, "index.html"), "utf8");
      expect(start).toMatch(/<h1[^>]*>.*ganvas engine/s);
      expect(start).toMatch(/href="[^"]*adding-an-op/);
      expect(readFileSync(join(folder, "pytorch/index.html"), "utf8")).toContain("pixel_shuffle");
      const page = readFileSync(join(folder, "adding-an-op/index.html"), "utf8");
      expect(page).toContain("Element by element");
      expect(page).not.toContain("\u2060");
      const left = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
        (file) => file.endsWith(".html") && readFileSync(join(folder, file), "utf8").includes("file:&#x2F;"),
      );
      expect(left).toEqual([]);
      expect(readFileSync(join(folder, "~/conv2d.html"), "utf8")).toContain("cross-correlation");
      const [, source = "", line] =
        /href="\.\.\/(source\/[^"]*conv\.ts\.html)#L(\d+)"/.exec(
          readFileSync(join(folder, "~/conv2d.html"), "utf8"),
        ) ?? [];
      const lines = readFileSync(join(folder, source), "utf8").split("\n");
      expect(lines.find((text) => text.includes(`id="L${line}"`))).toContain("export function conv2d(");
      expect(readFileSync(join(folder, "inspect/~/profileTable.html"), "utf8")).toContain("profileTable");
      expect(readFileSync(join(folder, "tuning/~/tune.html"), "utf8")).toContain("naive kernel");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("what is shown is what is run", () => {
  const text = (file: string) => readFileSync(join(root, file), "utf8");
  test.each([
    ["README.md", "js", "examples/starters/node/exclusive-or.js"],
    ["engine/docs/your-first-gan.md", "ts", "examples/starters/node/first-gan.ts"],
  ])("%s shows a program that package.gpu.test.ts runs", (page, language, program) => {
    expect(text(page)).toContain(`\`\`\`${language}\n${text(program)}\`\`\`\n`);
  });
});
