/**
 * Runs the cells of a lesson one after the other: each sees what those before it have declared. A cell whose code, and that of all
 * before it, has run already does not run again.
 */
import * as ganvas from "../../engine/index.ts";
import { NotYet } from "./answers.ts";
import type { Exercise, Source } from "./lesson.ts";
import { loadModule } from "./modules.ts";
import { type Output, showing, words } from "./output.ts";
import { SyntaxProblem, transpile } from "./transpile.ts";

/** What went wrong, and where. */
export interface Problem {
  readonly cell: string;
  /** From 1; missing where it is not known. */
  readonly line: number | undefined;
  readonly message: string;
}

export interface SessionHost {
  /** Told before a cell runs, and then each output. */
  tell(cell: string, output: Output | "starts"): void;
  /** A file of `models/weights`, by its name. */
  weights(name: string): Promise<Uint8Array>;
}

type Scope = Readonly<Record<string, unknown>>;

interface Ran {
  readonly code: string;
  /** What is known after it. */
  readonly scope: Scope;
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...given: unknown[]) => Promise<void>;

/** Lines that engines put before the body of a function made of text. */
const HEADER = 2;

export class Session {
  private readonly host: SessionHost;
  /** One for all cells: a function that one has declared shows its values under the cell that calls it. */
  private readonly showing = showing((output) => this.host.tell(this.current, output));
  private current = "";
  private ran: Ran[] = [];

  constructor(host: SessionHost) {
    this.host = host;
  }

  /** Runs those of the cells that have to. @returns what went wrong, if anything */
  async run(cells: readonly Source[]): Promise<Problem | undefined> {
    const same = cells.findIndex(({ code }, k) => this.ran[k]?.code !== code);
    if (same < 0) return undefined;
    this.ran = this.ran.slice(0, same);
    for (const { name, code } of cells.slice(same)) {
      this.host.tell(name, "starts");
      const found = await this.evaluate({ name, code }, this.scopeAfter(this.ran.length));
      if ("message" in found) return found;
      this.ran.push({ code, scope: { ...this.scopeAfter(this.ran.length), ...found.scope } });
    }
    return undefined;
  }

  /** Runs a cell again, even where nothing has changed. */
  rerun(cells: readonly Source[]): Promise<Problem | undefined> {
    this.ran = this.ran.slice(0, Math.max(cells.length - 1, 0));
    return this.run(cells);
  }

  /** Runs the cells and the reader's code, and checks what it calls `answer`. @returns what is not right yet */
  async check(
    exercise: Pick<Exercise, "exercise" | "check">,
    cells: readonly Source[],
    code: string,
  ): Promise<Problem | undefined> {
    const before = await this.run(cells);
    if (before) return before;
    const cell = exercise.exercise;
    this.host.tell(cell, "starts");
    const scope = this.scopeAfter(cells.length);
    const found = await this.evaluate({ name: cell, code }, scope);
    if ("message" in found) return found;
    try {
      await exercise.check({ answer: found.scope.answer, cells: scope, ganvas });
      return undefined;
    } catch (error) {
      return { cell, line: undefined, message: error instanceof NotYet ? error.message : messageOf(error) };
    }
  }

  /** What is known after so many cells. */
  private scopeAfter(cells: number): Scope {
    return this.ran[cells - 1]?.scope ?? {};
  }

  private async evaluate({ name, code }: Source, scope: Scope): Promise<{ scope: Scope } | Problem> {
    const tag = `cell-${name}.ts`;
    this.current = name;
    try {
      const { body, imports } = transpile(code);
      const modules = new Map<string, unknown>();
      for (const path of imports) modules.set(path, await loadModule(path));
      let taken: Scope = {};
      const { show, plot } = this.showing;
      const given: Record<string, unknown> = {
        ...scope,
        show,
        plot,
        weights: (file: string) => this.host.weights(file),
        console: { log: (...values: unknown[]) => show("console.log", values.map(words).join(" ")) },
        require: (path: string) => modules.get(path),
        exports: {},
        take: (declared: Scope) => {
          taken = declared;
        },
      };
      // A block of its own, so that a cell may declare again what one before it has declared.
      const run = new AsyncFunction(...Object.keys(given), `{ ${body}\n}\n//# sourceURL=${tag}`);
      await run(...Object.values(given));
      await this.showing.told();
      return { scope: taken };
    } catch (error) {
      await this.showing.told().catch(() => {});
      const line = error instanceof SyntaxProblem ? error.line : lineOf(error, tag);
      return { cell: name, line, message: messageOf(error) };
    }
  }
}

/** Where in the cell an error comes from, by its stack. */
function lineOf(error: unknown, tag: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const at = stack.indexOf(`${tag}:`);
  const line = at < 0 ? Number.NaN : Number.parseInt(stack.slice(at + tag.length + 1), 10) - HEADER;
  return line >= 1 ? line : undefined;
}

/** The engine's sentences stand by themselves; what JavaScript throws is told with its kind. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const plain =
    error instanceof ganvas.GanvasError || error instanceof SyntaxProblem || error.name === "Error";
  return plain ? error.message : `${error.name}: ${error.message}`;
}
