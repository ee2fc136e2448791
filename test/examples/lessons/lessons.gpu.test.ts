/** All lessons, by their list: cells run and show what is recorded, exercises tell right from wrong, what is pointed at is there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../../../examples/setup/paths.mjs";
import { lessons } from "../../../examples/lessons/index.ts";
import {
  type Block,
  cellsBefore,
  cellsOf,
  exercisesOf,
  type Lesson,
} from "../../../examples/lessons/lesson.ts";
import { type Recording, recordingOf } from "../../../examples/lessons/recording.ts";

const weights = async (name: string) => new Uint8Array(readFileSync(join(root, "models/weights", name)));

const recorded = ({ name }: Lesson): Recording =>
  JSON.parse(readFileSync(join(root, `examples/lessons/recorded/${name}.json`), "utf8")) as Recording;

/** What depends on the clock, or on the order of thousands of sums, is compared by its form. */
const formOf = (output: unknown): unknown => {
  const { kind, title, shape } = output as Record<string, unknown>;
  return { kind, title, shape };
};

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
      expect(shown.map(formOf), cell).toEqual(known[cell]?.map(formOf));
      if (!lesson.varies?.includes(cell)) expectNear(shown, known[cell], cell);
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

const titlesOf = (outputs: readonly unknown[] = []): unknown[] =>
  outputs.map((output) => (output as { title: unknown }).title);

/** Equal, but for the last digits of numbers. */
function expectNear(got: unknown, wanted: unknown, where: string): void {
  if (typeof wanted === "number") {
    expect(Math.abs((got as number) - wanted), `${where}: ${got} and ${wanted}`).toBeLessThan(
      2e-3 * Math.max(Math.abs(wanted), 0.05),
    );
  } else if (typeof wanted === "object" && wanted !== null) {
    expect(Object.keys(got as object), where).toEqual(Object.keys(wanted));
    for (const [key, part] of Object.entries(wanted))
      expectNear((got as Record<string, unknown>)[key], part, `${where}.${key}`);
  } else if (typeof wanted === "string" && wanted !== "" && Number.isFinite(Number(wanted))) {
    expectNear(Number(got), Number(wanted), where);
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

test("links lead to pages and lessons that are there", () => {
  const texts = lessons.flatMap(({ blocks }) =>
    blocks.flatMap((block: Block) =>
      "text" in block ? [block.text] : "go" in block ? [`](${block.to})`] : [],
    ),
  );
  const links = texts.flatMap((text) =>
    [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, href]) => href as string),
  );
  const main = readFileSync(join(root, "examples/studio/main.ts"), "utf8");
  for (const href of links) {
    const [, route, query = ""] = /^#\/([a-z-]+)(?:\?(.*))?$/.exec(href) ?? [];
    expect(main, href).toContain(`pages/${route}/`);
    const lesson = new URLSearchParams(query).get("lesson");
    if (lesson !== null) expect(lessons.map(({ name }) => name)).toContain(lesson);
  }
});
