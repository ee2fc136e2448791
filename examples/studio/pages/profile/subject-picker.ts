/** The choice of what is profiled, and of the size of its input. */
import { element, uniqueId } from "../../components/dom.ts";
import type { Connection } from "../../engine-bridge.ts";

type Subjects = Connection["subjects"];

export class SubjectPicker {
  readonly element: HTMLElement;
  readonly #side = element("select", { class: "select", "data-control": "side" });
  #chosen: Subjects[number];

  /** @throws RangeError if there is nothing to profile */
  constructor(subjects: Subjects) {
    const [first] = subjects;
    if (first === undefined) throw new RangeError("SubjectPicker: expected at least one subject, got none");
    this.#chosen = first;
    const group = uniqueId("subject");
    const rows = subjects.map((subject) => {
      const id = uniqueId("subject-description");
      const input = element("input", {
        type: "radio",
        name: group,
        value: subject.id,
        checked: subject === first,
        "aria-describedby": id,
      });
      input.addEventListener("change", () => this.#choose(subject));
      const words = element(
        "span",
        { class: "choice-words" },
        element("span", { class: "choice-title" }, subject.title),
        element("span", { class: "choice-description", id }, subject.description),
      );
      return element("label", { class: "choice" }, input, words);
    });
    this.element = element(
      "div",
      { class: "subject" },
      element("fieldset", { class: "choices" }, element("legend", {}, "What runs"), ...rows),
      element("label", { class: "field" }, element("span", {}, "Input"), this.#side),
    );
    this.#choose(first);
  }

  get chosen(): { readonly id: string; readonly side: number } {
    return { id: this.#chosen.id, side: Number(this.#side.value) };
  }

  #choose(subject: Subjects[number]): void {
    this.#chosen = subject;
    const options = subject.sides.map((side) =>
      element("option", { value: side }, `${side} × ${side} pixels`),
    );
    this.#side.replaceChildren(...options);
  }
}
