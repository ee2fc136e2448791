/** What a reader has changed and reached, kept in this browser. Where nothing can be kept, lessons work all the same. */

const PREFIX = "ganvas lesson";

const keyOf = (lesson: string, part: string): string => `${PREFIX} ${lesson} ${part}`;

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A cell or an exercise as it was last written, where that differs from the lesson's own. */
export const keptCode = (lesson: string, part: string): string | undefined =>
  quietly(() => localStorage.getItem(keyOf(lesson, part))) ?? undefined;

/** @param code undefined: it is the lesson's own again */
export function keepCode(lesson: string, part: string, code: string | undefined): void {
  quietly(() =>
    code === undefined
      ? localStorage.removeItem(keyOf(lesson, part))
      : localStorage.setItem(keyOf(lesson, part), code),
  );
}

const SOLVED = "solved";

export const isSolved = (lesson: string, exercise: string): boolean =>
  quietly(() => localStorage.getItem(keyOf(lesson, `${SOLVED} ${exercise}`))) === SOLVED;

export const keepSolved = (lesson: string, exercise: string): void =>
  void quietly(() => localStorage.setItem(keyOf(lesson, `${SOLVED} ${exercise}`), SOLVED));
