/** The checks of one family of ops: a line that opens to a table. */
import { element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import type { CheckResult } from "../../engine-bridge.ts";
import { familySummary, formatShare } from "./report.ts";

const COLUMNS = ["Status", "Check", "Result", "Gradient", "Second order"];

export class Family {
  readonly element: HTMLDetailsElement;
  readonly #mark = element("span", { class: "family-mark" });
  readonly #words = element("span", { class: "family-words" });
  readonly #rows = element("tbody", {});
  readonly #results: CheckResult[] = [];

  constructor(name: string) {
    const headings = COLUMNS.map((text) => element("th", { scope: "col" }, text));
    const table = element(
      "table",
      { class: "checks" },
      element("caption", { class: "visually-hidden" }, `Checks of the family ${name}`),
      element("thead", {}, element("tr", {}, ...headings)),
      this.#rows,
    );
    this.element = element(
      "details",
      { class: "family" },
      element("summary", {}, this.#mark, element("span", { class: "family-name" }, name), this.#words),
      element("div", { class: "table-holder", tabindex: 0, role: "region", "aria-label": name }, table),
    );
  }

  /** Adds a row; failed checks stand at the top and open the family. */
  add(result: CheckResult): void {
    this.#results.push(result);
    const row = rowOf(result);
    if (result.status === "failed") {
      this.#rows.insertBefore(row, this.#rows.querySelector("tr:not([data-status=failed])"));
      this.element.open = true;
    } else {
      this.#rows.append(row);
    }
    const failed = this.#results.some(({ status }) => status === "failed");
    this.element.dataset.status = failed ? "failed" : "passed";
    this.#mark.replaceChildren(icon(failed ? "cross" : "check"));
    this.#words.textContent = familySummary(this.#results);
  }
}

function rowOf({ name, status, check, error }: CheckResult): HTMLTableRowElement {
  const words = element("th", { scope: "row" }, name);
  if (error !== undefined) words.append(element("span", { class: "reason" }, error));
  const share = (value: number | undefined) => element("td", { class: "number" }, formatShare(value));
  return element(
    "tr",
    { "data-status": status },
    element("td", { class: "status" }, status),
    words,
    share(check?.forward),
    share(check?.gradient),
    share(check?.second),
  );
}
