/** Spoken messages: one polite live region for news and one assertive region, visible as a notice, for errors. */
import { element } from "./dom.ts";

/** Says things to screen readers without moving the focus. */
export interface Announcer {
  /** To be put into the page once, before the first message. */
  readonly element: HTMLElement;
  say(message: string): void;
}

/** A visually hidden `aria-live="polite"` region. The same text said twice is spoken twice. */
export function createAnnouncer(): Announcer {
  const region = element("div", { class: "visually-hidden", "aria-live": "polite", "aria-atomic": "true" });
  return {
    element: region,
    say(message) {
      // A screen reader speaks a live region only when its text changes.
      region.textContent = region.textContent === message ? `${message}\u00a0` : message;
    },
  };
}

/** A visible notice that screen readers speak at once; empty, it takes no room. */
export class Notice {
  readonly element: HTMLElement = element("div", {
    class: "notice",
    role: "alert",
    "aria-live": "assertive",
  });

  /** Shows `title` and, below it, what the user can do. */
  show(title: string, advice = ""): void {
    this.element.replaceChildren(element("strong", {}, title));
    if (advice !== "") this.element.append(element("span", {}, advice));
  }

  clear(): void {
    this.element.replaceChildren();
  }
}
