/** Several files, one after the other: each has a row with what became of it. */
import { button, element } from "../../components/dom.ts";
import { icon } from "../../components/icons.ts";

/** A file to be saved. */
export interface Saved {
  readonly name: string;
  readonly file: Blob;
}

export class Batch {
  readonly element = element("section", { class: "batch", hidden: true, "aria-label": "Several photos" });
  readonly #rows = element("ol", { class: "batch-rows" });
  readonly #title = element("h2", {});
  readonly #all: HTMLButtonElement;
  #made: Saved[] = [];

  constructor() {
    this.#all = button(
      { class: "button", "data-action": "download-all", hidden: true },
      () => void this.#saveAll(),
      icon("download"),
      "Download all",
    );
    this.element.append(this.#title, this.#rows, this.#all);
  }

  /**
   * @param make what becomes of one; a failure is told in its row and does not end the others
   * @param isOver told before each whether the rest is not wanted any more
   */
  async run(
    files: readonly File[],
    make: (file: File) => Promise<Saved>,
    isOver: () => boolean,
  ): Promise<void> {
    this.#made = [];
    this.#all.hidden = true;
    this.element.hidden = false;
    const rows = files.map((file) => {
      const state = element("span", { class: "batch-state" }, "waiting");
      return { file, state, row: element("li", {}, element("span", {}, file.name), state) };
    });
    this.#rows.replaceChildren(...rows.map(({ row }) => row));
    for (const [k, { file, state }] of rows.entries()) {
      this.#title.textContent = `${k + 1} of ${rows.length} photos`;
      if (isOver()) {
        state.textContent = "not begun";
        continue;
      }
      state.textContent = "under way";
      try {
        const saved = await make(file);
        this.#made.push(saved);
        const save = button(
          { class: "button quiet", "data-action": "download-one" },
          () => download(saved),
          saved.name,
        );
        state.replaceChildren(save);
      } catch (error) {
        state.textContent = error instanceof Error ? error.message : String(error);
      }
    }
    this.#title.textContent = `${this.#made.length} of ${rows.length} photos made`;
    this.#all.hidden = this.#made.length === 0;
  }

  async #saveAll(): Promise<void> {
    for (const saved of this.#made) {
      download(saved);
      // Browsers drop downloads that are asked for in one breath.
      await new Promise((resume) => setTimeout(resume, 300));
    }
  }

  clear(): void {
    this.element.hidden = true;
    this.#made = [];
  }
}

/** Saves a file as a link with that name would. */
export function download({ name, file }: Saved): void {
  const link = element("a", { href: URL.createObjectURL(file), download: name });
  link.click();
  // The browser needs the address until it has begun to save.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
