/** Runs cells in a worker, so that no edit of a cell can take the page with it: an endless one is stopped with its worker. */
import { expose } from "comlink";
import { lessons } from "../../../lessons/index.ts";
import { exercisesOf, type Source } from "../../../lessons/lesson.ts";
import type { Output } from "../../../lessons/output.ts";
import { type Problem, Session } from "../../../lessons/session.ts";

export type Tell = (cell: string, output: Output | "starts") => void;

let tell: Tell = () => {};
/** What the page has yet to hear. It goes by another port than replies, which may overtake it. */
let unheard: unknown[] = [];

/** Ends when the page has heard all of what is done. */
async function heard<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await Promise.all(unheard);
    unheard = [];
  }
}

const session = new Session({
  // The page's function as it is seen here: its promise is kept when the page has run it.
  tell: (cell, output) => void unheard.push(tell(cell, output)),
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
    return heard(session.rerun(cells));
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
    return heard(session.check(exercise, cells, of.code));
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
