/** What the cells of a lesson show when they run one after the other. */
import { cellsOf, type Lesson } from "./lesson.ts";
import type { Output } from "./output.ts";
import { kept, type Recording } from "./recording-form.ts";
import { type Problem, Session, type SessionHost } from "./session.ts";

/** @returns also the session, in which exercises can be checked */
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
  const all = Object.fromEntries([...outputs].map(([cell, shown]) => [cell, [...shown.values()].map(kept)]));
  return { outputs: all, session, problem };
}
