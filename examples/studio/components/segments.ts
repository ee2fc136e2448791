/** One of several, as radio buttons side by side. */
import { element, uniqueId } from "./dom.ts";

export interface Segments<V extends string> {
  readonly element: HTMLElement;
  /** Chooses without telling. */
  choose(value: V): void;
}

/** @param offered the first is chosen at first */
export function segments<V extends string>(
  label: string,
  offered: readonly { readonly value: V; readonly title: string }[],
  onChoose: (value: V) => void,
): Segments<V> {
  const name = uniqueId("segments");
  const inputs = offered.map(({ value }, k) => {
    const input = element("input", {
      type: "radio",
      name,
      value,
      checked: k === 0,
      class: "visually-hidden",
    });
    input.addEventListener("change", () => onChoose(value));
    return input;
  });
  const items = inputs.map((input, k) =>
    element("label", { class: "segment" }, input, offered[k]?.title ?? ""),
  );
  return {
    element: element("div", { class: "segments", role: "radiogroup", "aria-label": label }, ...items),
    choose: (value) => {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
