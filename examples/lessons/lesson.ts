/** What a lesson is: plain data, which the studio shows and the tests run. */

/** The engine's public face, as checks are given it. */
export type Ganvas = typeof import("../../engine/index.ts");

/**
 * MathML as data: words parted by spaces (numbers, letters, signs), or an element with its children.
 * `["mfrac", "d y", "d x"]`, `["mrow", "y =", ["msup", "x", "2"]]`.
 */
export type Formula = string | FormulaElement;

/** Its tag, then its children. */
interface FormulaElement extends ReadonlyArray<Formula> {}

/** A part of a cell: a piece of its code, or one of its outputs by its title. */
export type Place =
  | { readonly cell: string; readonly code: string }
  | { readonly cell: string; readonly output: string };

/** What a check is given. */
export interface Given {
  /** What the reader's code calls `answer`. */
  readonly answer: unknown;
  /** What the lesson's cells have declared, by name. */
  readonly cells: Readonly<Record<string, unknown>>;
  readonly ganvas: Ganvas;
}

export interface Exercise {
  /** Its own in the lesson; also its code's name in messages. */
  readonly exercise: string;
  readonly ask: string;
  /** TypeScript that declares `answer`, to be put right by the reader. It sees what the cells before it declare. */
  readonly start: string;
  /** Code that is accepted, and code that is refused with words that match. */
  readonly right: string;
  readonly wrong: readonly [code: string, says: RegExp];
  /** Computes what is right with the engine. @throws NotYet with a sentence that helps */
  readonly check: (given: Given) => void | Promise<void>;
  /** Said when it is right: why it is so. */
  readonly because: string;
}

/** Texts may hold `code`, **words that matter** and [links](#/train). */
export type Block =
  | { readonly text: string }
  | { readonly heading: string }
  | { readonly formula: Formula; readonly means: string }
  /** A cell: TypeScript that runs against the public API, and sees what the cells before it declare. */
  | { readonly cell: string; readonly code: string }
  /** What to look at in the page: it is lit while somebody points at it. */
  | { readonly look: string; readonly at: Place }
  /** What to do elsewhere in the studio. */
  | { readonly go: string; readonly to: string }
  | Exercise;

export interface Lesson {
  /** In the address, and for files. */
  readonly name: string;
  readonly title: string;
  /** What can be done after it, in a sentence. */
  readonly lead: string;
  readonly blocks: readonly Block[];
  /** Cells whose numbers differ from run to run or from adapter to adapter: times, and what long training comes to. */
  readonly varies?: readonly string[];
}

/** A piece of code and what to call it. */
export interface Source {
  readonly name: string;
  readonly code: string;
}

export const cellsOf = ({ blocks }: Lesson): Source[] =>
  blocks.flatMap((block) => ("cell" in block ? [{ name: block.cell, code: block.code }] : []));

export const exercisesOf = ({ blocks }: Lesson): Exercise[] =>
  blocks.filter((block): block is Exercise => "exercise" in block);

/** The names of the cells that stand before an exercise. */
export function cellsBefore({ blocks }: Lesson, exercise: string): string[] {
  const at = blocks.findIndex((block) => "exercise" in block && block.exercise === exercise);
  return blocks.slice(0, at).flatMap((block) => ("cell" in block ? [block.cell] : []));
}
