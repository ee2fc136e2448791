/** How the upscale page is laid out. */
import { element, uniqueId } from "../../components/dom.ts";

export interface Workbench {
  readonly notice: HTMLElement;
  readonly stage: HTMLElement;
  /** What is done most, in sight under the picture. */
  readonly actions: readonly HTMLElement[];
  readonly batch: HTMLElement;
  readonly panel: readonly HTMLElement[];
}

/** Heading, stage with what is done to it, and a panel of choices beside it. */
export function workbench({ notice, stage, actions, batch, panel }: Workbench): readonly HTMLElement[] {
  const head = element(
    "header",
    { class: "page-head" },
    element("h1", { tabindex: -1 }, "Make a photo larger"),
    element(
      "p",
      {},
      "Choose photos",
      element("span", { class: "mouse-only" }, ", drop them anywhere on this page, or paste one"),
      ". They stay on this device.",
    ),
  );
  const explained = element(
    "p",
    { class: "fine mouse-only" },
    "Drag the line to compare. The wheel or a double click zooms, then the picture can be dragged.",
  );
  const main = element(
    "div",
    { class: "workbench-main" },
    notice,
    stage,
    element("div", { class: "panel-actions under-picture" }, ...actions, explained),
    batch,
  );
  const choices = element("aside", { class: "panel", "aria-label": "Photo and model" }, ...panel);
  return [head, element("div", { class: "workbench" }, main, choices)];
}

/** What few need, folded away. */
export const forDoubters = (checked: HTMLInputElement): HTMLElement =>
  element(
    "details",
    { class: "more" },
    element("summary", {}, "For those who suspect a fault"),
    checkSwitch(checked),
  );

/** A switch for those who suspect a network or a driver: the run then says where the first broken number came from. */
function checkSwitch(input: HTMLInputElement): HTMLElement {
  const description = uniqueId("check-description");
  input.setAttribute("aria-describedby", description);
  return element(
    "label",
    { class: "choice" },
    input,
    element(
      "span",
      { class: "choice-words" },
      element("span", { class: "choice-title" }, "Check every number"),
      element(
        "span",
        { class: "choice-description", id: description },
        "Slower. If a NaN or an infinite number appears, the run stops and names the layer it came from.",
      ),
    ),
  );
}
