/** What the pages that draw from weights have in common. */
import { button, element, uniqueId } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";
import { saveFile } from "../../components/save-file.ts";
import { formatDuration } from "../../components/time-left.ts";
import type { LabClient } from "../../lab/client.ts";
import type { ModelEntry, Sampled, SystemEntry } from "../../lab/types.ts";
import { linkTo } from "../../router.ts";
import type { SamplesPage } from "./index.ts";

export { fileButton } from "../../components/file-button.ts";

/** Weights that can be drawn with. */
export interface Choice {
  readonly system: SystemEntry;
  readonly model: ModelEntry;
}

/** A heading over the page; its lead can be changed. */
export function pageHead({ heading, lead }: SamplesPage): HTMLElement {
  return element(
    "header",
    { class: "page-head" },
    element("h1", { tabindex: -1 }, heading),
    element("p", {}, lead),
  );
}

/** Says plainly what is missing, and what can be done instead. */
export function nothing({ missing }: SamplesPage, system: SystemEntry | undefined, ...rest: HTMLElement[]) {
  const train =
    system &&
    element("a", { href: `${linkTo("train")}?system=${system.name}` }, `Train ${system.title} here`);
  return element(
    "div",
    { class: "profile-empty", "data-note": "no-weights" },
    element("p", {}, missing),
    ...(train ? [element("p", {}, train)] : []),
    ...rest,
  );
}

/** A control with its name above. */
export function field(title: string, control: HTMLElement, ...rest: HTMLElement[]): HTMLElement {
  control.id = uniqueId("field");
  return element("div", { class: "field" }, element("label", { for: control.id }, title), control, ...rest);
}

/** A field for a whole number; what is no number counts as `usual`, and what lies outside as the nearest end. */
export class WholeField {
  readonly input: HTMLInputElement;
  readonly #usual: number;
  readonly #least: number;
  readonly #most: number;

  constructor(control: string, given: string | null, usual: number, least: number, most: number) {
    [this.#usual, this.#least, this.#most] = [usual, least, most];
    this.input = element("input", {
      ...{ type: "number", class: "text-field", "data-control": control, inputmode: "numeric" },
      ...{ min: least, max: most, value: this.#within(given ?? "") },
    });
  }

  get value(): number {
    return this.#within(this.input.value);
  }

  set value(value: number) {
    this.input.value = String(this.#within(String(value)));
  }

  #within(written: string): number {
    const number = written.trim() === "" ? Number.NaN : Math.round(Number(written));
    return Number.isFinite(number) ? Math.min(Math.max(number, this.#least), this.#most) : this.#usual;
  }
}

/** Takes a file that is dropped onto a page while it is on screen. */
export function acceptDrop(host: HTMLElement, take: (file: File) => void): void {
  document.addEventListener("dragover", (event) => {
    if (!host.hidden && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    if (host.hidden || !file) return;
    event.preventDefault();
    take(file);
  });
}

/** Weights that the visitor has, from the Train page or a terminal. */
export async function takeWeights(
  client: LabClient,
  file: File,
  wanted: readonly SystemEntry[],
): Promise<Choice> {
  const { system, model } = await client.lab.take(
    file,
    wanted.map(({ name }) => name),
  );
  return { system: wanted.find(({ name }) => name === system) as SystemEntry, model };
}

/** In words: how many pictures were made, and how fast. */
export function drawnWords({ rows, milliseconds, compiled }: Sampled): string {
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const first =
    compiled > 0 ? ` with ${compiled} kernels compiled for it, which the next need not wait for` : "";
  return `${count === 1 ? "One picture" : `${count} pictures`} in ${formatDuration(milliseconds)}${first}.`;
}

/** In words: what takes so long the first time. */
export const compilingWords = (compiled: number, asked: number): string =>
  `Compiling kernels for this GPU, ${compiled} of ${asked}; only the first picture waits for it.`;

/** Saves rows of pictures as one PNG, as the terminal's `sample` lays them out. */
export async function saveSheet(client: LabClient, name: string, rows: Sampled["rows"]): Promise<void> {
  saveFile(`${name}.png`, await client.lab.sheet(rows), "image/png");
}

/** Words as a part of a file's name. */
export const fileName = (words: string): string =>
  words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60) || "picture";

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A picture that was chosen, small, with its name and a button that takes it away again. */
export function chosenPicture(file: File, words: string, remove: () => void): HTMLElement {
  const image = element("img", { src: URL.createObjectURL(file), alt: "", class: "chosen-picture" });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  return element(
    "div",
    { class: "chosen" },
    image,
    element("span", {}, file.name),
    button(
      { class: "button quiet", "data-action": "remove-picture", "aria-label": words },
      remove,
      icon("cross"),
    ),
  );
}
