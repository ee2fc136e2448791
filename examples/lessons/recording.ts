/** What the cells of a lesson show when they run one after the other, as it is kept beside the lesson. */
import { cellsOf, type Lesson } from "./lesson.ts";
import type { Output } from "./output.ts";
import { type Problem, Session, type SessionHost } from "./session.ts";

/** Outputs by cell. Numbers are rounded, and arrays are plain. */
export type Recording = Readonly<Record<string, readonly unknown[]>>;

/** Digits that are kept. */
const DIGITS = 4;

const rounded = (_: string, value: unknown): unknown => {
  if (typeof value === "number") return Number(value.toPrecision(DIGITS));
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
};

export async function recordingOf(
  lesson: Lesson,
  weights: SessionHost["weights"],
): Promise<{
  readonly outputs: Recording;
  readonly session: Session;
  readonly problem: Problem | undefined;
}> {
  const outputs = new Map<string, Map<string, Output>>();
  const session = new Session({
    weights,
    tell(cell, output) {
      if (output === "starts") outputs.set(cell, new Map());
      else outputs.get(cell)?.set(output.title, output);
    },
  });
  const problem = await session.run(cellsOf(lesson));
  const plain = Object.fromEntries([...outputs].map(([cell, shown]) => [cell, [...shown.values()]]));
  return { outputs: JSON.parse(JSON.stringify(plain, rounded)) as Recording, session, problem };
}
