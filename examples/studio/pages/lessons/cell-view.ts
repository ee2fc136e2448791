/** A cell of a lesson: its code, what it does, and what it shows. */
import type { Output } from "../../../lessons/output.ts";
import type { Problem } from "../../../lessons/session.ts";
import { element } from "../../components/dom.ts";
import { CodeView } from "./code-view.ts";
import type { Bench } from "./lesson-view.ts";
import { outputView } from "./output-view.ts";
import { type RunBar, runBar } from "./run-bar.ts";

export class CellView {
  readonly element: HTMLElement;
  readonly name: string;
  readonly #code: CodeView;
  readonly #bar: RunBar;
  readonly #status = element("span", { class: "cell-status", role: "status" });
  readonly #problem = element("p", { class: "cell-problem", role: "alert" });
  readonly #outputs = element("div", { class: "outputs" });
  #started = 0;

  constructor(
    bench: Bench,
    { cell, code, number }: { readonly cell: string; readonly code: string; readonly number: number },
  ) {
    this.name = cell;
    const label = `Cell ${number}, TypeScript`;
    const onRun = () => void bench.run(this);
    this.#code = new CodeView({ ...bench.codeOptions, part: cell, label, code, onRun });
    this.#bar = runBar(bench, this.#code, {
      action: "run",
      icon: "play",
      words: "Run",
      label: `Run cell ${number}`,
      onRun,
    });
    this.#bar.element.append(this.#status);
    this.element = element(
      "section",
      { class: "cell", "aria-label": `Cell ${number}`, "data-cell": cell },
      this.#code.element,
      this.#bar.element,
      this.#problem,
      this.#outputs,
    );
  }

  get code(): string {
    return this.#code.code;
  }

  /** What it showed when the lesson was written. */
  showRecorded(outputs: readonly Output[]): void {
    if (this.#outputs.childElementCount > 0) return;
    this.#outputs.replaceChildren(...outputs.map(outputView));
    this.#outputs.dataset.recorded = "";
    this.#status.textContent = "Shown as recorded; not computed here yet.";
  }

  /** It will run when those above it have. */
  wait(): void {
    this.#status.textContent = "Waits for the cells above…";
    this.#busy(true);
  }

  get busy(): boolean {
    return this.element.dataset.running === "true";
  }

  start(): void {
    this.#started = performance.now();
    this.#outputs.replaceChildren();
    delete this.#outputs.dataset.recorded;
    this.#problem.textContent = "";
    this.#code.showProblem(undefined);
    this.#status.textContent = "Runs…";
    this.#busy(true);
  }

  add(output: Output): void {
    const view = outputView(output);
    const old = this.#outputs.querySelector(`[data-output="${CSS.escape(output.title)}"]`);
    if (old) old.replaceWith(view);
    else this.#outputs.append(view);
  }

  /** It has run, or was stopped. */
  end(words: string, problem?: Problem): void {
    this.#busy(false);
    const seconds = (performance.now() - this.#started) / 1000;
    const time =
      seconds < 0.0995 ? `${Math.max(Math.round(1000 * seconds), 1)} ms` : `${seconds.toFixed(1)} s`;
    this.#status.textContent = words === "" ? `Ran in ${time}.` : words;
    const where = problem?.line === undefined ? "" : `Line ${problem.line}: `;
    this.#problem.textContent = problem ? where + problem.message : "";
    this.#code.showProblem(problem);
  }

  /** Lights a piece of its code or one of its outputs; nothing: none. */
  light(place?: { readonly code?: string; readonly output?: string }): void {
    this.#code.light(place?.code);
    for (const view of this.#outputs.children)
      view.classList.toggle(
        "lit",
        place?.output !== undefined && (view as HTMLElement).dataset.output === place.output,
      );
  }

  #busy(is: boolean): void {
    this.#bar.busy(is);
    this.element.dataset.running = String(is);
  }
}
