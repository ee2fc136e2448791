/** A lesson on screen: its texts, formulas, cells and exercises, and what runs of them. */
import { type Block, cellsBefore, type Lesson, type Source } from "../../../lessons/lesson.ts";
import type { Output } from "../../../lessons/output.ts";
import type { Problem } from "../../../lessons/session.ts";
import { button, element } from "../../components/dom.ts";
import type { CodeOptions } from "./code-view.ts";
import { CellView } from "./cell-view.ts";
import { ExerciseView } from "./exercise-view.ts";
import { type Runner, Stopped } from "./runner.ts";
import { formulaView, rich } from "./words-view.ts";

/** What cells and exercises do with the lesson that they stand in. */
export interface Bench {
  readonly codeOptions: Pick<CodeOptions, "lesson" | "runs" | "names">;
  run(cell: CellView): Promise<void>;
  check(exercise: ExerciseView): Promise<void>;
  stop(): void;
}

export interface LessonOptions {
  readonly runner: Runner;
  readonly runs: boolean;
  /** Told after each exercise that was solved. */
  readonly onSolved: () => void;
}

export class LessonView implements Bench {
  readonly element: HTMLElement;
  readonly codeOptions: Bench["codeOptions"];
  readonly #lesson: Lesson;
  readonly #options: LessonOptions;
  readonly #cells: CellView[] = [];
  #exercises = 0;
  #busy = false;
  /** The cell that is running now. */
  #current: CellView | undefined;

  constructor(lesson: Lesson, options: LessonOptions) {
    this.#lesson = lesson;
    this.#options = options;
    this.codeOptions = { lesson: lesson.name, runs: options.runs, names: () => options.runner.names() };
    this.element = element(
      "div",
      { class: "lesson-body" },
      ...lesson.blocks.map((block) => this.#viewOf(block)),
    );
  }

  /** @param recorded what each cell showed when the lesson was written */
  showRecorded(recorded: ReadonlyMap<string, readonly Output[]>): void {
    for (const cell of this.#cells) cell.showRecorded(recorded.get(cell.name) ?? []);
  }

  /** Runs a cell, and before it those above that have not run as they stand. */
  async run(cell: CellView): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    cell.wait();
    try {
      const cells = sourcesOf(this.#cells.slice(0, this.#cells.indexOf(cell) + 1));
      const problem = await this.#options.runner.run(cells, (name, output) => this.#hear(name, output));
      this.#endCurrent(problem);
      if (problem && problem.cell !== cell.name) cell.end("A cell above does not run.");
    } catch (error) {
      this.#current = undefined;
      for (const one of this.#cells) if (one.busy) one.end(wordsOf(error));
    } finally {
      this.#busy = false;
    }
  }

  async check(view: ExerciseView): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    view.start();
    const { exercise } = view.exercise;
    try {
      const before = cellsBefore(this.#lesson, exercise);
      const cells = sourcesOf(this.#cells.filter(({ name }) => before.includes(name)));
      const of = { lesson: this.#lesson.name, exercise, code: view.code };
      const problem = await this.#options.runner.check(of, cells, (name, output) => {
        if (name !== exercise) this.#hear(name, output);
        else if (output === "starts") this.#endCurrent(undefined);
        else view.add(output);
      });
      this.#endCurrent(problem);
      view.end(problem);
      if (!problem) this.#options.onSolved();
    } catch (error) {
      this.#current?.end(wordsOf(error));
      this.#current = undefined;
      view.fail(wordsOf(error));
    } finally {
      this.#busy = false;
    }
  }

  stop(): void {
    this.#options.runner.stop();
  }

  #hear(name: string, output: Output | "starts"): void {
    if (output !== "starts") {
      this.#current?.add(output);
      return;
    }
    this.#endCurrent(undefined);
    this.#current = this.#cells.find((cell) => cell.name === name);
    this.#current?.start();
  }

  #endCurrent(problem: Problem | undefined): void {
    if (problem?.line === undefined) this.#current?.end(problem ? "It does not run." : "", problem);
    else this.#current?.end(`It does not run: see line ${problem.line}.`, problem);
    this.#current = undefined;
  }

  #viewOf(block: Block): HTMLElement {
    if ("text" in block) return element("p", {}, ...rich(block.text));
    if ("heading" in block) return element("h2", {}, block.heading);
    if ("formula" in block) return formulaView(block.formula, block.means);
    if ("go" in block)
      return element(
        "p",
        { class: "go" },
        ...rich(block.go),
        " ",
        element("a", { href: block.to }, "Open it"),
      );
    if ("look" in block) return this.#lookView(block.look, block.at);
    if ("cell" in block) {
      const view = new CellView(this, { ...block, number: this.#cells.length + 1 });
      this.#cells.push(view);
      return view.element;
    }
    return new ExerciseView(this, block, ++this.#exercises).element;
  }

  /** A sentence about a part of a cell, which is lit while somebody points at the sentence or has its button in focus. */
  #lookView(words: string, place: Extract<Block, { look: string }>["at"]): HTMLElement {
    const cell = () => this.#cells.find(({ name }) => name === place.cell);
    const light = (on: boolean) => cell()?.light(on ? place : undefined);
    const show = button(
      { class: "look-button", "data-action": "look" },
      () => {
        light(true);
        cell()?.element.scrollIntoView({ block: "nearest" });
      },
      "Show where",
    );
    const view = element("p", { class: "look" }, ...rich(words), " ", show);
    view.addEventListener("pointerenter", () => light(true));
    view.addEventListener("pointerleave", () => light(false));
    show.addEventListener("focus", () => light(true));
    show.addEventListener("blur", () => light(false));
    return view;
  }
}

const sourcesOf = (cells: readonly CellView[]): Source[] => cells.map(({ name, code }) => ({ name, code }));

const wordsOf = (error: unknown): string =>
  error instanceof Stopped
    ? "Stopped."
    : `It cannot run: ${error instanceof Error ? error.message : String(error)}`;
