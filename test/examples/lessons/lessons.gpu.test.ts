/** All lessons, by their list: cells run and show what is recorded, exercises tell right from wrong, what is pointed at is there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { findSystem } from "../../../models/systems.ts";
import { root } from "../../../examples/setup/paths.mjs";
import { lessons } from "../../../examples/lessons/index.ts";
import {
  type Block,
  cellsBefore,
  cellsOf,
  exercisesOf,
  type Lesson,
} from "../../../examples/lessons/lesson.ts";
import { recordingOf } from "../../../examples/lessons/recording.ts";
import { opened, type Kept, type Recording } from "../../../examples/lessons/recording-form.ts";

/** Characters of a line in an editor, on a screen of usual width. */
const WIDEST = 100;

const weights = async (name: string) => new Uint8Array(readFileSync(join(root, "models/weights", name)));

const recorded = ({ name }: Lesson): Recording =>
  JSON.parse(readFileSync(join(root, `examples/lessons/recorded/${name}.json`), "utf8")) as Recording;

const formOf = (output: Kept): unknown => ({
  kind: output.kind,
  title: output.title,
  shape: output.kind === "tensor" && output.shape,
});

describe.each(lessons.map((lesson) => [lesson.name, lesson] as const))("%s", (_, lesson) => {
  let running: ReturnType<typeof recordingOf>;
  beforeAll(() => {
    running = recordingOf(lesson, weights);
  });

  test("cells run, and show what is recorded", async () => {
    const { outputs, problem } = await running;
    expect(problem).toBeUndefined();
    const known = recorded(lesson);
    expect(Object.keys(outputs)).toEqual(Object.keys(known));
    for (const [cell, shown] of Object.entries(outputs)) {
      expect(shown.length, `${cell} shows nothing`).toBeGreaterThan(0);
      if (lesson.varies?.includes(cell)) continue;
      expect(shown.map(formOf), cell).toEqual(known[cell]?.map(formOf));
      for (const [k, output] of shown.entries())
        expectSame(opened(output), opened(known[cell]?.[k] as Kept), `${cell}, ${output.title}`);
    }
  });

  test("what is pointed at is there", async () => {
    const { outputs } = await running;
    const cells = new Map(cellsOf(lesson).map(({ name, code }) => [name, code]));
    for (const block of lesson.blocks) {
      if (!("look" in block)) continue;
      const { at } = block;
      if ("code" in at) expect(cells.get(at.cell)?.split(at.code), JSON.stringify(at)).toHaveLength(2);
      else expect(titlesOf(outputs[at.cell]), JSON.stringify(at)).toContain(at.output);
    }
  });

  test.each(exercisesOf(lesson).map((exercise) => [exercise.exercise, exercise] as const))(
    "exercise %s",
    async (name, exercise) => {
      const { session } = await running;
      const before = cellsBefore(lesson, name);
      const cells = cellsOf(lesson).filter((cell) => before.includes(cell.name));
      const [code, says] = exercise.wrong;
      const refused = await session.check(exercise, cells, code);
      expect(refused?.message).toMatch(says);
      const untouched = await session.check(exercise, cells, exercise.start);
      expect(untouched, "the start is no answer").toBeDefined();
      expect(await session.check(exercise, cells, exercise.right)).toBeUndefined();
    },
  );
});

const titlesOf = (outputs: readonly Kept[] = []): string[] => outputs.map(({ title }) => title);

/** What adapters may differ by: the last digits of numbers, a level of pictures. */
function expectSame(got: unknown, wanted: unknown, where: string): void {
  if (wanted instanceof Float32Array) {
    const found = got as Float32Array;
    const largest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    // A picture is kept in 45 levels of each sign.
    const within = Math.max((wanted.length < 65 ? 2e-3 : 1.5 / 45) * largest, 1e-4);
    const far = found.findIndex((x, k) => !(Math.abs(x - (wanted[k] as number)) <= within));
    expect(far, `${where}: ${found[far]} and ${wanted[far]}`).toBe(-1);
  } else if (typeof wanted === "number") {
    expect(Math.abs((got as number) - wanted), `${where}: ${got} and ${wanted}`).toBeLessThan(
      2e-3 * Math.max(Math.abs(wanted), 0.05),
    );
  } else if (typeof wanted === "object" && wanted !== null) {
    expect(Object.keys(got as object), where).toEqual(Object.keys(wanted));
    for (const [key, part] of Object.entries(wanted))
      expectSame((got as Record<string, unknown>)[key], part, `${where}.${key}`);
  } else if (typeof wanted === "string" && wanted !== "" && Number.isFinite(Number(wanted))) {
    expectSame(Number(got), Number(wanted), where);
  } else expect(got, where).toEqual(wanted);
}

test("there are at least ten lessons and twenty exercises, each with two at least, and names are their own", () => {
  expect(lessons.length).toBeGreaterThanOrEqual(10);
  expect(lessons.flatMap(exercisesOf).length).toBeGreaterThanOrEqual(20);
  for (const lesson of lessons) {
    const names = [
      ...cellsOf(lesson).map(({ name }) => name),
      ...exercisesOf(lesson).map((one) => one.exercise),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(exercisesOf(lesson).length).toBeGreaterThanOrEqual(2);
  }
  expect(new Set(lessons.map(({ name }) => name)).size).toBe(lessons.length);
});

test("code fits beside its line numbers", () => {
  const codes = lessons.flatMap((lesson) => [
    ...cellsOf(lesson).map(({ code }) => code),
    ...exercisesOf(lesson).flatMap(({ start, right }) => [start, right]),
  ]);
  const wide = codes.flatMap((code) => code.split("\n")).filter((line) => line.length > WIDEST);
  expect(wide).toEqual([]);
});

test("links lead to pages, systems and lessons that are there", async () => {
  const texts = lessons.flatMap(({ blocks }) =>
    blocks.flatMap((block: Block) =>
      "text" in block ? [block.text] : "go" in block ? [`](${block.to})`] : [],
    ),
  );
  const links = texts.flatMap((text) =>
    [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, href]) => href as string),
  );
  expect(links.length).toBeGreaterThan(5);
  const pages = join(root, "examples/studio/pages");
  const sources = readdirSync(pages, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("index.ts"))
    .map((file) => readFileSync(join(pages, file), "utf8"))
    .join();
  const routes = [...sources.matchAll(/(?:route: |laterPage\(\s*)"([a-z-]+)"/g)].map(([, route]) => route);
  for (const href of links) {
    const [, route, query = ""] = /^#\/([a-z-]+)(?:\?(.*))?$/.exec(href) ?? [];
    expect(routes, href).toContain(route);
    const state = new URLSearchParams(query);
    const name = state.get("system");
    if (name !== null) {
      const { presets } = await findSystem(name);
      const preset = state.get("preset");
      if (preset !== null) expect(Object.keys(presets), href).toContain(preset);
    }
  }
});
