/** What those without a GPU can do: the same work by a command, to copy. */
import { button, element } from "../../components/dom.ts";

/** The command that makes the same in a terminal. @param wishes its options, as `--scale`, `2` */
export const terminalCommand = (photo: string, result: string, wishes: readonly string[]): string =>
  ["npm run -s ganvas -- upscale", ...[...wishes, photo, result].map(quoted)].join(" ");

/** As a shell takes it for one word. A name that begins with a dash would be an option. */
function quoted(word: string, at: number, all: readonly string[]): string {
  const safe = at >= all.length - 2 && word.startsWith("-") ? `./${word}` : word;
  return /^[\w./:,=+@%-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

export class TerminalNote {
  readonly element: HTMLElement;
  readonly #code = element("code", {});
  readonly #copy: HTMLButtonElement;

  constructor() {
    this.#copy = button(
      { class: "button quiet", "data-action": "copy-command" },
      () => void this.#take(),
      COPY,
    );
    this.element = element(
      "div",
      { class: "note", "data-note": "software" },
      element("strong", {}, "No GPU was found. "),
      "The network runs on the processor: same result, many times slower. ",
      element("a", { href: "#/browser-help" }, "What you can do"),
      ". In a terminal it is faster: ",
      this.#code,
      this.#copy,
    );
  }

  show(command: string): void {
    if (command === this.#code.textContent) return;
    this.#code.textContent = command;
    this.#copy.textContent = COPY;
  }

  async #take(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#code.textContent ?? "");
      this.#copy.textContent = "Copied";
    } catch {
      // A browser that does not let the page copy lets the visitor.
      getSelection()?.selectAllChildren(this.#code);
    }
  }
}

const COPY = "Copy the command";
