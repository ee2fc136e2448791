/** Cells and what they share, by programs that need no device. */
import { describe, expect, test } from "vitest";
import { NotYet } from "../../../examples/lessons/answers.ts";
import type { Source } from "../../../examples/lessons/lesson.ts";
import { kept, opened } from "../../../examples/lessons/recording-form.ts";
import { Session } from "../../../examples/lessons/session.ts";

function session() {
  const told: string[] = [];
  const made = new Session({
    tell: (cell, output) =>
      void told.push(
        output === "starts"
          ? `${cell} starts`
          : `${cell}: ${output.title} ${output.kind === "text" ? output.text : ""}`,
      ),
    weights: async () => new Uint8Array(),
  });
  return { told, run: (...cells: string[]) => made.run(named(cells)), made };
}

const named = (cells: readonly string[]): Source[] => cells.map((code, k) => ({ name: `c${k}`, code }));

describe("cells", () => {
  test("see what those before them declare, import and destructure, and may declare it again", async () => {
    const { run, told } = session();
    const first = `import { GanvasError, type Tensor } from "ganvas";
import type { Adam } from "ganvas";
const { a, b: [c] } = { a: 1, b: [2] };
let d: number = 3;
function twice(x: number): number { return 2 * x; }
class Box { constructor(readonly inside: Tensor | Adam | number) {} }
interface Unseen { readonly x: number }`;
    const problem = await run(
      first,
      'show("sum", twice(a + c + d)); show("class", typeof GanvasError, new Box(1).inside);',
      'const a = "again"; show("a", a);',
    );
    expect(problem).toBeUndefined();
    expect(told).toEqual([
      "c0 starts",
      "c1 starts",
      "c1: sum 12",
      "c1: class function",
      "c2 starts",
      "c2: a again",
    ]);
  });

  test("do not run again before the first that has changed", async () => {
    const { run, told } = session();
    await run("const x = 1;", "const y = x + 1;", 'show("y", y);');
    await run("const x = 1;", "const y = x + 2;", 'show("y", y);');
    expect(told.filter((line) => line === "c0 starts")).toHaveLength(1);
    expect(told.at(-1)).toBe("c2: y 3");
  });

  test("a function shows its values under the cell that calls it", async () => {
    const { run, told } = session();
    await run('const tell = () => show("told", 1);', "tell();");
    expect(told.at(-1)).toBe("c1: told 1");
  });

  test.each([
    ["a word too much", "const x = 1;\nconst y = = 2;", 2, /Unexpected token/],
    ["a name that is not there", "const x = 1;\n\nnothing(x);", 3, /^ReferenceError: nothing is not defined/],
    [
      "behind an await",
      "await Promise.resolve();\nconst f = () => { throw new RangeError('far'); };\nf();",
      2,
      /^RangeError: far/,
    ],
    [
      "the engine's own words",
      'import { tensor } from "ganvas";\ntensor([1, 2]).add(tensor([1, 2, 3]));',
      2,
      /^add: /,
    ],
    ["shown, but not computed", 'show("x", Promise.reject(new Error("later")));', 1, /^later$/],
    [
      "a module that cells have not",
      'import x from "fs";\nx();',
      undefined,
      /a cell cannot import "fs"; it can import ganvas, /,
    ],
  ])("%s is told with its line", async (_, code, line, message) => {
    const problem = await session().run(code);
    expect(problem?.line).toBe(line);
    expect(problem?.message).toMatch(message);
  });

  test("after a mistake the next run goes on", async () => {
    const { run, told } = session();
    expect(await run("const x = 1;", "oops();")).toMatchObject({ cell: "c1", line: 1 });
    expect(await run("const x = 1;", 'show("x", x);')).toBeUndefined();
    expect(told).toEqual(["c0 starts", "c1 starts", "c1 starts", "c1: x 1"]);
  });
});

test("a check sees the answer and the cells, and its sentence is handed on", async () => {
  const exercise = {
    exercise: "e",
    check({ answer, cells }: { answer: unknown; cells: Readonly<Record<string, unknown>> }) {
      if (answer !== cells.x) throw new NotYet(`not ${answer}`);
    },
  };
  const { made } = session();
  const cells = named(["const x = 7;"]);
  expect(await made.check(exercise, cells, "const answer = 6;")).toMatchObject({
    cell: "e",
    message: "not 6",
  });
  expect(await made.check(exercise, cells, "const answer = x;")).toBeUndefined();
  expect(await made.check(exercise, named(["oops()"]), "const answer = 7;")).toMatchObject({ cell: "c0" });
});

test("a picture that was kept is the same but for a level", () => {
  const data = Float32Array.from({ length: 100 }, (_, k) => Math.sin(k));
  const picture = { kind: "tensor", title: "waves", shape: [10, 10], data, signed: true } as const;
  const again = opened(kept(picture));
  if (again.kind !== "tensor") throw new Error("a tensor is expected");
  expect(again.shape).toEqual([10, 10]);
  expect(Math.max(...again.data.map((x, k) => Math.abs(x - (data[k] as number))))).toBeLessThan(0.51 / 45);
});

test("a plane that was kept is the same: its field but for a level, its points to three digits", () => {
  const waves = (length: number) => Float32Array.from({ length }, (_, k) => 3 * Math.sin(k));
  const [logits, gradient, real, made] = [waves(400), waves(800), waves(100), waves(6)];
  const scene = { grid: { reach: 3, cells: 20 }, field: { logits, gradient }, real, made };
  const again = opened(kept({ kind: "plane", title: "plane", scene }));
  if (again.kind !== "plane") throw new Error("a plane is expected");
  expect(again.scene.grid).toEqual(scene.grid);
  const far = (a: Float32Array, b: Float32Array) =>
    Math.max(...a.map((x, k) => Math.abs(x - (b[k] as number))));
  expect(far(again.scene.field.logits, logits)).toBeLessThan((3 * 0.51) / 45);
  expect(far(again.scene.real, real)).toBeLessThan(0.006);
  expect(again.scene.made).toHaveLength(6);
});
