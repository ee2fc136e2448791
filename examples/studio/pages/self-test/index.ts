/** The page that checks every op on this adapter against the float64 reference. */
import { Notice } from "../../components/announcer.ts";
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { Progress } from "../../components/progress.ts";
import type { CheckResult } from "../../engine-bridge.ts";
import { type ChecksDone, isAbort } from "../../engine-calls.ts";
import type { Page, Studio } from "../page.ts";
import { Family } from "./family.ts";
import { reportText, summary } from "./report.ts";

export const selfTestPage: Page = {
  route: "self-test",
  title: "Self-test",
  mount: (host, studio) => void new SelfTestPage(host, studio),
};

class SelfTestPage {
  readonly #studio: Studio;
  readonly #notice = new Notice();
  readonly #progress: Progress;
  readonly #run: HTMLButtonElement;
  readonly #copy: HTMLButtonElement;
  readonly #copyLabel = element("span", {}, "Copy as text");
  readonly #verdict = element("p", { class: "verdict", hidden: true });
  readonly #list = element("div", { class: "families" });
  #families = new Map<string, Family>();
  #results: CheckResult[] = [];
  #work = new AbortController();

  constructor(host: HTMLElement, studio: Studio) {
    this.#studio = studio;
    this.#progress = new Progress("checks", studio.announcer, () => this.#work.abort());
    const run = { class: "button primary", "data-action": "self-test" };
    this.#run = button(run, () => void this.#start(), icon("play"), "Run the self-test");
    const copy = { class: "button", "data-action": "copy", hidden: true };
    this.#copy = button(copy, () => void this.#copyReport(), icon("copy"), this.#copyLabel);
    host.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", { tabindex: -1 }, "Does this GPU compute correctly?"),
        element(
          "p",
          {},
          "Every op of the engine, its gradient and its second-order gradient are computed here on small inputs and " +
            "compared with a reference in double precision. Errors are shares of what single precision may round away: " +
            "above 100 % a check fails. If one does, the copied text tells us what to look at.",
        ),
      ),
      element("div", { class: "actions" }, this.#run, this.#copy),
      this.#notice.element,
      this.#progress.element,
      this.#verdict,
      this.#list,
    );
  }

  async #start(): Promise<void> {
    const { engine, announcer } = this.#studio;
    this.#work = new AbortController();
    this.#clear();
    this.#notice.clear();
    this.#verdict.hidden = true;
    this.#copy.hidden = true;
    this.#run.disabled = true;
    this.#progress.start("Checking the ops");
    try {
      const onProgress = (progress: ChecksDone) => this.#add(progress);
      await engine.call("selfTest", [], { signal: this.#work.signal, onProgress });
      this.#showVerdict();
      announcer.say(summary(this.#results));
    } catch (error) {
      if (isAbort(error)) announcer.say("Cancelled.");
      else
        this.#notice.show(
          "The self-test could not be finished.",
          error instanceof Error ? error.message : String(error),
        );
    } finally {
      this.#progress.stop();
      this.#run.disabled = false;
      this.#copy.hidden = this.#results.length === 0;
    }
  }

  #clear(): void {
    this.#results = [];
    this.#families = new Map();
    this.#list.replaceChildren();
  }

  #add({ done, total, result }: ChecksDone): void {
    // An engine that was replaced on the way begins again.
    if (done === 1) this.#clear();
    this.#results.push(result);
    this.#progress.update(done, total);
    let family = this.#families.get(result.family);
    if (family === undefined) {
      family = new Family(result.family);
      this.#families.set(result.family, family);
      this.#list.append(family.element);
    }
    family.add(result);
  }

  #showVerdict(): void {
    const failed = this.#results.some(({ status }) => status === "failed");
    this.#verdict.dataset.status = failed ? "failed" : "passed";
    this.#verdict.replaceChildren(
      icon(failed ? "cross" : "check"),
      element("span", {}, summary(this.#results)),
    );
    this.#verdict.hidden = false;
  }

  async #copyReport(): Promise<void> {
    const text = reportText(this.#results, this.#studio.engine, navigator.userAgent);
    try {
      await navigator.clipboard.writeText(text);
      this.#copyLabel.textContent = "Copied";
      this.#studio.announcer.say("Copied.");
      setTimeout(() => {
        this.#copyLabel.textContent = "Copy as text";
      }, 2000);
    } catch {
      this.#notice.show(
        "The browser did not allow copying.",
        "Select the text of this page and copy it by hand.",
      );
    }
  }
}
