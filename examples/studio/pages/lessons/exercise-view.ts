/** An exercise: what is asked, the reader's code, and what the check says of it. */
import type { Exercise } from "../../../lessons/lesson.ts";
import type { Output } from "../../../lessons/output.ts";
import type { Problem } from "../../../lessons/session.ts";
import { element } from "../../components/dom.ts";
import { CodeView } from "./code-view.ts";
import { isSolved, keepSolved } from "./kept.ts";
import type { Bench } from "./lesson-view.ts";
import { outputView } from "./output-view.ts";
import { type RunBar, runBar } from "./run-bar.ts";
import { rich } from "./words-view.ts";

export class ExerciseView {
  readonly element: HTMLElement;
  readonly exercise: Exercise;
  readonly #lesson: string;
  readonly #code: CodeView;
  readonly #bar: RunBar;
  readonly #verdict = element("p", { class: "exercise-verdict", role: "status" });
  readonly #outputs = element("div", { class: "outputs" });

  constructor(bench: Bench, exercise: Exercise, number: number) {
    this.exercise = exercise;
    this.#lesson = bench.codeOptions.lesson;
    const onRun = () => void bench.check(this);
    const label = `Your answer to exercise ${number}, TypeScript`;
    this.#code = new CodeView({
      ...bench.codeOptions,
      part: exercise.exercise,
      label,
      code: exercise.start,
      onRun,
    });
    this.#bar = runBar(bench, this.#code, {
      action: "check",
      icon: "check",
      words: "Check",
      label: `Check exercise ${number}`,
      onRun,
    });
    this.element = element(
      "section",
      { class: "exercise", "aria-label": `Exercise ${number}`, "data-exercise": exercise.exercise },
      element("h2", {}, `Exercise ${number}`),
      element("p", {}, ...rich(exercise.ask)),
      this.#code.element,
      this.#bar.element,
      this.#verdict,
      this.#outputs,
      element(
        "details",
        { class: "solution" },
        element("summary", {}, "A solution"),
        element(
          "pre",
          { tabindex: 0, role: "group", "aria-label": `A solution of exercise ${number}` },
          element("code", {}, exercise.right),
        ),
        element("p", {}, ...rich(exercise.because)),
      ),
    );
    if (isSolved(this.#lesson, exercise.exercise)) this.element.dataset.solved = "";
  }

  get code(): string {
    return this.#code.code;
  }

  start(): void {
    this.#outputs.replaceChildren();
    this.#code.showProblem(undefined);
    this.#say("Checking…");
    this.#busy(true);
  }

  add(output: Output): void {
    this.#outputs.append(outputView(output));
  }

  /** @param problem what is not right yet; undefined where all is */
  end(problem: Problem | undefined): void {
    this.#busy(false);
    if (problem) {
      const own = problem.cell === this.exercise.exercise;
      const where = problem.line === undefined ? "" : `Line ${problem.line}: `;
      this.#code.showProblem(own ? problem : undefined);
      this.#say(own ? where + problem.message : `A cell above does not run: ${problem.message}`, "wrong");
      return;
    }
    keepSolved(this.#lesson, this.exercise.exercise);
    this.element.dataset.solved = "";
    this.#say(`Right. ${this.exercise.because}`, "right");
  }

  /** Stopped, or the worker has failed. */
  fail(words: string): void {
    this.#busy(false);
    this.#say(words, "wrong");
  }

  #say(words: string, verdict = ""): void {
    this.#verdict.replaceChildren(...rich(words));
    this.#verdict.dataset.verdict = verdict;
  }

  #busy(is: boolean): void {
    this.#bar.busy(is);
    this.element.dataset.running = String(is);
  }
}
