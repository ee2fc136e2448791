/** The page for browsers without WebGPU, or without a GPU: what is wrong and what to do, the visitor's browser first. */
import { element } from "../../components/dom.ts";
import type { Page } from "../page.ts";
import { type BrowserAdvice, browserAdvice, browserFamily, type Obstacle, obstacles } from "./advice.ts";

/** The same advice for those who have WebGPU but only on the processor; reached by a link, not in the navigation. */
export const browserHelpPage: Page = {
  route: "browser-help",
  title: "Getting a GPU",
  mount(host) {
    const head = element(
      "header",
      { class: "page-head" },
      element("h1", { tabindex: -1 }, "Getting a real GPU"),
      element(
        "p",
        {},
        "WebGPU runs on the processor here, which is many times slower. If this computer has a graphics card, these steps usually bring it back.",
      ),
    );
    host.append(head, ...adviceCards(false));
  },
};

/** The home page of a studio that cannot run. */
export const obstaclePage = (obstacle: Obstacle, reason: string): Page<unknown> => ({
  route: "obstacle",
  title: "No WebGPU",
  mount: (host) => showObstacle(host, obstacle, reason),
});

/** Fills `host` with the reason why the studio cannot run; `reason` is the error's own sentence, if there was one. */
function showObstacle(host: HTMLElement, obstacle: Obstacle, reason: string): void {
  const { title, text } = obstacles[obstacle];
  const head = element(
    "header",
    { class: "page-head", role: "alert" },
    element("h1", { tabindex: -1 }, title),
    element("p", {}, text),
  );
  if (reason !== "") head.append(element("p", { class: "fine" }, `The browser says: ${reason}`));
  const retry = element(
    "p",
    {},
    element("a", { class: "button primary", href: "", "data-action": "retry" }, "Try again"),
  );
  const terminal = element(
    "section",
    { class: "card" },
    element("h2", {}, "Without a browser"),
    element("p", {}, "The same networks run in a terminal with Node 20 or newer:"),
    element("pre", {}, element("code", {}, "npm run -s ganvas -- upscale photo.jpg photo-x4.png")),
  );
  host.append(head, ...(obstacle === "insecure" ? [] : adviceCards(true)), terminal, retry);
}

function adviceCards(withVersions: boolean): HTMLElement[] {
  const own = browserFamily(navigator.userAgent);
  const first = [...browserAdvice].sort((a, b) => Number(b.id === own) - Number(a.id === own));
  return [
    element(
      "div",
      { class: "cards" },
      ...first.map((advice) => adviceCard(advice, advice.id === own, withVersions)),
    ),
  ];
}

function adviceCard(
  { title, since, steps }: BrowserAdvice,
  isOwn: boolean,
  withVersions: boolean,
): HTMLElement {
  const heading = element("h2", {}, title);
  if (isOwn) heading.append(element("span", { class: "chip" }, "your browser"));
  const card = element("section", { class: isOwn ? "card own" : "card" }, heading);
  if (withVersions) card.append(element("p", { class: "since" }, `WebGPU since ${since}`));
  card.append(element("ol", {}, ...steps.map((step) => element("li", {}, ...withCode(step)))));
  return card;
}

/** Text whose parts in backticks become code. */
function withCode(text: string): (Node | string)[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? element("code", {}, part) : part));
}
