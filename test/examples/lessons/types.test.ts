/** Cells and answers of all lessons by TypeScript's compiler: what a reader sees in an editor has to be right there too. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lessons } from "../../../examples/lessons/index.ts";
import type { Lesson } from "../../../examples/lessons/lesson.ts";
import { root } from "../../../examples/setup/paths.mjs";

const folder = mkdtempSync(join(tmpdir(), "ganvas-lessons-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What cells have without an import; see `Session`. */
const GIVEN = `import type { Showing } from "${root}/examples/lessons/output.ts";
declare const show: Showing["show"];
declare const plot: Showing["plot"];
declare const weights: (name: string) => Promise<Uint8Array>;`;

const IMPORT = /^import (type )?\{([^}]*)\} from ("[^"]+");$/gm;

/**
 * A lesson as one program. Each cell is a block inside that of the one before: it sees what those before it have declared, and may
 * declare it again. Imports are lifted out of the blocks.
 */
function programOf({ blocks }: Pick<Lesson, "blocks">): string {
  const imports = new Map<string, Set<string>>();
  const own = (code: string) =>
    code.replaceAll(IMPORT, (_, type = "", names: string, from: string) => {
      const known = imports.get(from) ?? new Set();
      for (const name of names.split(",")) if (name.trim() !== "") known.add(type + name.trim());
      imports.set(from, known);
      return "";
    });
  let depth = 0;
  const lines = blocks.map((block) => {
    if ("cell" in block) {
      depth++;
      return `{ // cell ${block.cell}\n${own(block.code)}\n`;
    }
    if (!("exercise" in block)) return "";
    const { exercise, start, right } = block;
    return `{ // the start of ${exercise}\n${own(start)}\n}\n{ // exercise ${exercise}\n${own(right)}\n}\n`;
  });
  const lifted = [...imports].map(([from, names]) => {
    // A name that one cell imports as a type, and another as a value, is a value.
    const values = [...names].filter((name) => !(name.startsWith("type ") && names.has(name.slice(5))));
    return `import { ${values.join(", ")} } from ${from};`;
  });
  return `${GIVEN}\n${lifted.join("\n")}\n${lines.join("")}${"}".repeat(depth)}\n`;
}

/** `strict` and no more, as in most projects: unused names and elements of arrays are not minded. */
const AS_READERS_HAVE = { noUnusedLocals: false, noUnusedParameters: false, noUncheckedIndexedAccess: false };

/** What the compiler says of programs, with the place in the lesson. */
function problemsOf(programs: ReadonlyMap<string, string>): string[] {
  for (const [name, program] of programs) writeFileSync(join(folder, `${name}.ts`), program);
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      ...AS_READERS_HAVE,
      typeRoots: [join(root, "node_modules/@types"), join(root, "node_modules")],
    },
    files: [join(root, "engine/wgsl.d.ts"), ...[...programs.keys()].map((name) => `${name}.ts`)],
    include: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
      encoding: "utf8",
    });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    return stdout.split("\n").flatMap((line) => {
      const [, name = "", at = "", message = ""] = /([\w-]+)\.ts\((\d+),\d+\): error (.*)/.exec(line) ?? [];
      if (name === "") return line.startsWith("error") ? [line] : [];
      const before = (programs.get(name) ?? "").split("\n").slice(0, Number(at));
      const start = before.findLastIndex((text) => /^\{ \/\/ /.test(text));
      const where = before[start]?.replace("{ // ", "") ?? "before the cells";
      return [`${name}, ${where}, line ${before.length - 1 - start}: ${message}`];
    });
  }
}

test("cells, starts and answers have the types that they say", () => {
  const broken: Lesson["blocks"] = [
    { cell: "good", code: 'import { tensor } from "ganvas";\nconst x = tensor([1, 2]);' },
    { cell: "bad", code: 'const x = 1;\nshow("x", x.mul(2));' },
  ];
  const all = new Map(lessons.map((lesson) => [lesson.name, programOf(lesson)]));
  const problems = problemsOf(new Map([...all, ["broken", programOf({ blocks: broken })]]));
  expect(problems.filter((problem) => !problem.startsWith("broken"))).toEqual([]);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]).toMatch(/^broken, cell bad, line 2: .*'mul' does not exist on type/);
});
