/** The lessons: a list of them, and the one that the address names. */
import { lessons } from "../../../lessons/index.ts";
import { exercisesOf, type Lesson } from "../../../lessons/lesson.ts";
import { opened, type Recording } from "../../../lessons/recording-form.ts";
import type { Announcer } from "../../components/announcer.ts";
import { element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { currentRoute, routeState } from "../../router.ts";
import { isSolved } from "./kept.ts";
import { LessonView } from "./lesson-view.ts";
import { Runner } from "./runner.ts";
import { rich } from "./words-view.ts";

const linkTo = ({ name }: Lesson): string => `#/lessons?lesson=${name}`;

export class LessonsPage {
  readonly #announcer: Announcer;
  readonly #runs: boolean;
  readonly #runner = new Runner();
  readonly #list = element("ol", { class: "lesson-links" });
  readonly #menu: HTMLDetailsElement;
  readonly #article = element("article", { class: "lesson" });
  #shown: Lesson | undefined;

  /** @param runs false: cells are shown with what they gave elsewhere */
  constructor(host: HTMLElement, announcer: Announcer, runs: boolean) {
    this.#announcer = announcer;
    this.#runs = runs;
    this.#menu = element(
      "details",
      { class: "lesson-menu", open: matchMedia("(min-width: 901px)").matches },
      element("summary", {}, "All lessons"),
      element("nav", { "aria-label": "Lessons" }, this.#list),
    );
    host.append(element("div", { class: "lesson-bench" }, this.#menu, this.#article));
    addEventListener("hashchange", () => {
      if (currentRoute() === "lessons") this.#follow();
    });
    this.#follow();
  }

  /** Shows the lesson of the address, the first where it names none. */
  #follow(): void {
    const wanted = routeState().get("lesson");
    const lesson = lessons.find(({ name }) => name === wanted) ?? (lessons[0] as Lesson);
    if (lesson === this.#shown) return;
    const isFirst = this.#shown === undefined;
    this.#shown = lesson;
    // What ran of the last lesson is of no use any more.
    this.#runner.stop();
    const view = new LessonView(lesson, {
      runner: this.#runner,
      runs: this.#runs,
      onSolved: () => this.#solved(lesson),
    });
    const heading = element("h1", { tabindex: -1 }, lesson.title);
    this.#article.replaceChildren(
      element(
        "header",
        { class: "page-head" },
        element(
          "p",
          { class: "lesson-number" },
          `Lesson ${lessons.indexOf(lesson) + 1} of ${lessons.length}`,
        ),
        heading,
        element("p", {}, ...rich(lesson.lead)),
        ...(this.#runs
          ? []
          : [
              element(
                "p",
                { class: "note" },
                "Cells cannot be run here, since this browser offers no WebGPU to workers. What they show was computed when the lesson was written.",
              ),
            ]),
      ),
      view.element,
      this.#onwards(lesson),
    );
    this.#writeList();
    void showRecorded(lesson, view);
    if (isFirst) return;
    if (!matchMedia("(min-width: 901px)").matches) this.#menu.open = false;
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  #solved(lesson: Lesson): void {
    this.#writeList();
    const left = exercisesOf(lesson).filter(({ exercise }) => !isSolved(lesson.name, exercise)).length;
    this.#announcer.say(
      left === 0 ? "All exercises of this lesson are solved." : `${left} left in this lesson.`,
    );
  }

  #writeList(): void {
    const rows = lessons.map((lesson) => {
      const exercises = exercisesOf(lesson);
      const solved = exercises.filter(({ exercise }) => isSolved(lesson.name, exercise)).length;
      const all = solved === exercises.length;
      const link = element(
        "a",
        { href: linkTo(lesson), ...(lesson === this.#shown && { "aria-current": "page" }) },
        element("span", {}, lesson.title),
        element(
          "span",
          { class: "lesson-solved", "data-all": all },
          ...(all ? [icon("check")] : []),
          element("span", { "aria-hidden": "true" }, `${solved}/${exercises.length}`),
          element(
            "span",
            { class: "visually-hidden" },
            `, ${solved} of ${exercises.length} exercises solved`,
          ),
        ),
      );
      return element("li", {}, link);
    });
    this.#list.replaceChildren(...rows);
  }

  #onwards(lesson: Lesson): HTMLElement {
    const at = lessons.indexOf(lesson);
    const link = (to: Lesson | undefined, words: string) =>
      to ? [element("a", { class: "button", href: linkTo(to) }, `${words}: ${to.title}`)] : [];
    return element(
      "nav",
      { class: "lesson-onwards", "aria-label": "Next and previous lesson" },
      ...link(lessons[at + 1], "Next"),
      ...link(lessons[at - 1], "Back"),
    );
  }
}

/** A recording that cannot be loaded is no reason to show no lesson. */
async function showRecorded({ name }: Lesson, view: LessonView): Promise<void> {
  const found = await import(`../../../lessons/recorded/${name}.json`).catch(() => undefined);
  const recording = (found?.default ?? {}) as Recording;
  view.showRecorded(new Map(Object.entries(recording).map(([cell, outputs]) => [cell, outputs.map(opened)])));
}
