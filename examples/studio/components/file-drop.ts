/** The three ways a file comes into the page: chosen, dropped anywhere, or pasted. */
import { button, element } from "./dom.ts";
import { icon } from "./icons.ts";

export interface FileDropOptions {
  /** What the file input offers, such as `image/*`. */
  readonly accept: string;
  /** The words on the button. */
  readonly label: string;
  /** Shown over the whole page while a file is held above it. */
  readonly dropLabel: string;
  /** Called with the files of a choice, drop or paste, one at least. */
  readonly onFiles: (files: readonly File[]) => void;
}

/**
 * Makes the "choose" button (returned, with its hidden input) and listens on the document for dropped and pasted files.
 * Text that is pasted or dragged is left alone.
 */
export function createFileDrop(options: FileDropOptions): HTMLElement {
  const input = element("input", {
    type: "file",
    accept: options.accept,
    multiple: true,
    class: "visually-hidden",
    tabindex: -1,
    "aria-hidden": "true",
  });
  const choose = button(
    { class: "button", "data-action": "choose" },
    () => input.click(),
    icon("image"),
    options.label,
  );
  const veil = element(
    "div",
    { class: "drop-veil", hidden: true },
    element("p", {}, icon("image"), options.dropLabel),
  );

  const take = (files: FileList | undefined | null): boolean => {
    if (!files || files.length === 0) return false;
    options.onFiles([...files]);
    return true;
  };
  // What another part of the page has taken is not for this one.
  const carriesFiles = (event: DragEvent) =>
    !event.defaultPrevented && (event.dataTransfer?.types.includes("Files") ?? false);

  input.addEventListener("change", () => {
    take(input.files);
    // Choosing the same file again must count as a change.
    input.value = "";
  });
  document.addEventListener("paste", (event) => {
    if (!event.defaultPrevented && take(event.clipboardData?.files)) event.preventDefault();
  });
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    // Without a related target the pointer has left the window, not merely crossed from one element to the next.
    if (event.relatedTarget === null) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files);
  });
  return element("div", { class: "file-drop" }, choose, input, veil);
}
