/** A dot of a colour, for legends. */
import { element } from "./dom.ts";

/** @param name of a colour of the style sheet, such as "--forward" */
export function swatch(name: string): HTMLElement {
  const dot = element("span", { class: "dot", "aria-hidden": "true" });
  dot.style.background = `var(${name})`;
  return dot;
}
