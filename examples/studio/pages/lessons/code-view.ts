/** Code of a cell or an exercise: there at once as text, and in an editor as soon as that is loaded. */
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import type { Problem } from "../../../lessons/session.ts";
import type { Editor, EditorOptions } from "./editor.ts";
import { keepCode, keptCode } from "./kept.ts";

export interface CodeOptions {
  readonly lesson: string;
  readonly part: string;
  readonly label: string;
  /** The lesson's own. */
  readonly code: string;
  readonly runs: boolean;
  readonly names: EditorOptions["names"];
  readonly onRun: () => void;
}

export class CodeView {
  readonly element: HTMLElement;
  /** Brings the lesson's own code back. */
  readonly reset: HTMLButtonElement;
  readonly #options: CodeOptions;
  #code: string;
  #editor: Editor | undefined;
  #problem: Problem | undefined;

  constructor(options: CodeOptions) {
    const { lesson, part, label } = options;
    this.#options = options;
    this.#code = keptCode(lesson, part) ?? options.code;
    const still = element(
      "pre",
      { tabindex: 0, role: "group", "aria-label": label },
      element("code", {}, this.#code),
    );
    this.element = element("div", { class: "code" }, still);
    this.reset = button(
      { class: "button quiet", "data-action": "reset" },
      () => this.#setCode(this.#options.code),
      icon("cross"),
      "Reset",
    );
    this.#refresh();
    void this.#open();
  }

  get code(): string {
    return this.#code;
  }

  showProblem(problem: Problem | undefined): void {
    this.#problem = problem;
    const { line, message } = problem ?? {};
    this.#editor?.showProblem(line === undefined ? undefined : { line, message: message ?? "" });
  }

  light(piece: string | undefined): void {
    if (piece === undefined && this.#problem) this.showProblem(this.#problem);
    else this.#editor?.light(piece);
  }

  async #open(): Promise<void> {
    const { createEditor } = await import("./editor.ts");
    const { label, runs, names, onRun } = this.#options;
    this.#editor = createEditor({
      ...{ place: this.element, label, code: this.#code, readOnly: !runs, names, onRun },
      onChange: (code) => this.#changed(code),
    });
  }

  #setCode(code: string): void {
    this.#editor?.setCode(code);
    this.#changed(code);
  }

  #changed(code: string): void {
    this.#code = code;
    this.#problem = undefined;
    const { lesson, part, code: own } = this.#options;
    keepCode(lesson, part, code === own ? undefined : code);
    this.#refresh();
  }

  #refresh(): void {
    this.reset.hidden = this.#code === this.#options.code;
  }
}
