/** Choosing a file of a kind that pages do not take by themselves. */
import { button, element } from "./dom.ts";
import { icon } from "./icons.ts";

/** A button that chooses a file. @returns the button and its input, which is to stand beside it in the page */
export function fileButton(
  { action, accept, words }: { readonly action: string; readonly accept: string; readonly words: string },
  take: (file: File) => void,
): readonly [button: HTMLButtonElement, input: HTMLInputElement] {
  const input = element("input", {
    ...{ type: "file", accept, class: "visually-hidden", tabindex: -1, "aria-hidden": "true" },
    "data-input": action,
  });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    // Choosing the same file again must count as a change.
    input.value = "";
    if (file) take(file);
  });
  return [
    button({ class: "button quiet", "data-action": action }, () => input.click(), icon("image"), words),
    input,
  ];
}
