/** A progress bar with what is done, the time left, and a button to cancel. */
import type { Announcer } from "./announcer.ts";
import { button, element, uniqueId } from "./dom.ts";
import { icon } from "./icons.ts";
import { formatDuration, formatTimeLeft, TimeLeft } from "./time-left.ts";

/** How often the words are written anew, in milliseconds; the bar itself moves with every piece. */
const REFRESH = 500;

export class Progress {
  readonly element: HTMLElement;
  readonly #announcer: Announcer;
  readonly #noun: string;
  readonly #bar: HTMLElement;
  readonly #fill = element("div", { class: "progress-fill" });
  readonly #stage: HTMLElement;
  readonly #detail = element("span", { class: "progress-detail" });
  readonly #cancel: HTMLButtonElement;
  #timer: ReturnType<typeof setInterval> | undefined;
  #started = 0;
  #quartersSaid = 0;
  #done = 0;
  #total = 0;
  #timeLeft = new TimeLeft();

  /** `noun` is the plural name of the pieces ("tiles", "checks"); `onCancel` is called when the user wants to stop. */
  constructor(noun: string, announcer: Announcer, onCancel: () => void) {
    this.#noun = noun;
    this.#announcer = announcer;
    const label = uniqueId("progress");
    this.#stage = element("span", { class: "progress-stage", id: label });
    this.#bar = element(
      "div",
      {
        class: "progress-bar",
        role: "progressbar",
        "aria-labelledby": label,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
      this.#fill,
    );
    this.#cancel = button(
      { class: "button quiet", "data-action": "cancel" },
      onCancel,
      icon("stop"),
      "Cancel",
    );
    this.element = element(
      "div",
      { class: "progress", hidden: true },
      element("div", { class: "progress-words" }, this.#stage, this.#detail),
      this.#cancel,
      this.#bar,
    );
  }

  /** Shows the bar, without an end yet, and starts the clock. */
  start(stage: string): void {
    this.#started = performance.now();
    this.#quartersSaid = 0;
    this.#done = 0;
    this.#total = 0;
    this.#timeLeft = new TimeLeft();
    this.element.hidden = false;
    this.stage(stage);
    this.#announcer.say(stage);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#write(), REFRESH);
    this.#write();
  }

  /** Names what is being done now. */
  stage(stage: string): void {
    this.#stage.textContent = stage;
  }

  /** `done` of `total` pieces are finished; speaks at each quarter. */
  update(done: number, total: number): void {
    this.#done = done;
    this.#total = total;
    this.#timeLeft.update(done, total, performance.now());
    const quarters = Math.floor((4 * done) / total);
    if (quarters > this.#quartersSaid && quarters < 4) {
      this.#quartersSaid = quarters;
      this.#announcer.say(`${25 * quarters} percent done`);
    }
    this.#write();
  }

  /** Milliseconds since `start`. */
  get elapsed(): number {
    return performance.now() - this.#started;
  }

  /** Gives the keyboard to its button. */
  focus(): void {
    this.#cancel.focus();
  }

  /** Hides the bar. */
  stop(): void {
    clearInterval(this.#timer);
    this.element.hidden = true;
  }

  #write(): void {
    const now = performance.now();
    const known = this.#done > 0 && this.#total > 0;
    this.#bar.classList.toggle("indeterminate", !known);
    if (known) {
      const percent = Math.round((100 * this.#done) / this.#total);
      this.#bar.setAttribute("aria-valuenow", String(percent));
      this.#fill.style.transform = `scaleX(${this.#done / this.#total})`;
    } else {
      this.#bar.removeAttribute("aria-valuenow");
      this.#fill.style.removeProperty("transform");
    }
    const left = this.#timeLeft.at(now);
    const words = [
      this.#total > 0 ? `${this.#done} of ${this.#total} ${this.#noun}` : "",
      left === undefined ? formatDuration(now - this.#started) : formatTimeLeft(left),
    ].filter((part) => part !== "");
    this.#detail.textContent = words.join(" · ");
    this.#bar.setAttribute("aria-valuetext", words.join(", "));
  }
}
