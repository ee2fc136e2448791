/** The bar under code: a button that runs it, in whose place there is one that stops it, and one that brings the lesson's code back. */
import { button, element } from "../../components/dom.ts";
import { type IconName, icon } from "../../components/icons.ts";
import type { CodeView } from "./code-view.ts";
import type { Bench } from "./lesson-view.ts";

export interface RunBar {
  readonly element: HTMLElement;
  /** Whether it runs: then it can be stopped. */
  busy(is: boolean): void;
}

export interface RunBarOptions {
  readonly action: "run" | "check";
  readonly icon: IconName;
  /** On the button, and what it is called where there are many. */
  readonly words: string;
  readonly label: string;
  readonly onRun: () => void;
}

export function runBar(bench: Bench, code: CodeView, options: RunBarOptions): RunBar {
  const { action, words, label, onRun } = options;
  const run = button(
    {
      class: "button quiet cell-run",
      "data-action": action,
      "aria-label": label,
      disabled: !bench.codeOptions.runs,
    },
    onRun,
    icon(options.icon),
    words,
  );
  const stop = button(
    { class: "button quiet", "data-action": "stop", hidden: true },
    () => bench.stop(),
    icon("stop"),
    "Stop",
  );
  return {
    element: element("div", { class: "cell-bar" }, run, stop, code.reset),
    busy(is) {
      run.hidden = is;
      stop.hidden = !is;
    },
  };
}
