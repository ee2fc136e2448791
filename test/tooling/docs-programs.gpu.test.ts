/** Programs of the pages of documentation print what stands below them: "```ts" and, behind it, "```text". */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../examples/setup/paths.mjs";
import { ganvas } from "../cli/run-cli.ts";

const PAGES = ["guide", "gallery"];
const PROGRAM = /^## (.*)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/gm;
const programs = PAGES.flatMap((page) => {
  const text = readFileSync(join(root, `engine/docs/${page}.md`), "utf8");
  return [...text.matchAll(PROGRAM)].map(([, title = "", code = "", output = ""]) => ({
    page,
    title,
    code,
    output,
  }));
});
const folder = join(root, "node_modules/.cache/ganvas", `docs-${process.pid}`);
const MARK = "=====";
let printed: string[] = [];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  for (const [k, { code }] of programs.entries()) writeFileSync(join(folder, `${k}.ts`), code);
  const calls = programs.map((_, k) => `console.log("${MARK}"); await import("./${k}.ts");`);
  writeFileSync(join(folder, "all.ts"), `${calls.join("\n")}\nprocess.exit(0);\n`);
  const env = { GANVAS_WEIGHTS: join(root, "models/weights"), NO_COLOR: "1" };
  const { code, out, err } = await ganvas([], { cwd: root, env, entry: join(folder, "all.ts") });
  expect([code, err]).toEqual([0, ""]);
  printed = out.split(`${MARK}\n`).slice(1);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("there are programs on each page", () => {
  for (const page of PAGES)
    expect(programs.filter((program) => program.page === page).length).toBeGreaterThan(3);
});
describe("prints what the page says", () => {
  test.each(programs.map(({ page, title, output }, k) => [page, title, output, k] as const))(
    "%s: %s",
    (_, __, output, k) => {
      expect(printed[k]).toBe(output);
    },
  );
});
