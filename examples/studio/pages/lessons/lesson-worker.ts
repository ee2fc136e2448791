/** Runs cells in a worker, so that no edit of a cell can take the page with it: an endless one is stopped with its worker. */
import { expose } from "comlink";
import { lessons } from "../../../lessons/index.ts";
import { exercisesOf, type Source } from "../../../lessons/lesson.ts";
import type { Output } from "../../../lessons/output.ts";
import { type Problem, Session } from "../../../lessons/session.ts";

export type Tell = (cell: string, output: Output | "starts") => void;

let tell: Tell = () => {};

const session = new Session({
  tell: (cell, output) => tell(cell, output),
  async weights(name) {
    const response = await fetch(new URL(`models/weights/${encodeURIComponent(name)}`, location.href));
    if (!response.ok) throw new Error(`there are no weights named ${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
});

const calls = {
  /** Runs cells; the last one again, even where nothing has changed. */
  run(cells: readonly Source[], follow: Tell): Promise<Problem | undefined> {
    tell = follow;
    return session.rerun(cells);
  },
  async check(
    of: { readonly lesson: string; readonly exercise: string; readonly code: string },
    cells: readonly Source[],
    follow: Tell,
  ): Promise<Problem | undefined> {
    tell = follow;
    const lesson = lessons.find(({ name }) => name === of.lesson);
    const exercise = lesson && exercisesOf(lesson).find((one) => one.exercise === of.exercise);
    if (!exercise) throw new Error(`there is no exercise ${of.exercise} in ${of.lesson}`);
    return session.check(exercise, cells, of.code);
  },
  /** What can be completed: the names that a cell can import, and the methods of tensors. */
  async names(): Promise<{ readonly exports: readonly string[]; readonly methods: readonly string[] }> {
    const ganvas = await import("../../../../engine/index.ts");
    const own = Object.getOwnPropertyNames(ganvas.Tensor.prototype);
    return { exports: Object.keys(ganvas), methods: own.filter((name) => name !== "constructor") };
  },
};

export type LessonCalls = typeof calls;

expose(calls);
