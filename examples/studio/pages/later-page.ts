/** Pages whose scripts are loaded when they are first visited. */
import { element } from "../components/dom.ts";
import type { Page, Studio } from "./page.ts";

export function laterPage<Needs = Studio>(
  route: string,
  title: string,
  fill: (host: HTMLElement, studio: Needs) => Promise<void>,
): Page<Needs> {
  return {
    route,
    title,
    mount(host, studio) {
      const waiting = element("p", { class: "starting-note", role: "status" }, "Loading…");
      host.append(waiting);
      fill(host, studio).then(
        () => waiting.remove(),
        (error: unknown) => {
          waiting.remove();
          const said = error instanceof Error ? error.message : String(error);
          // The scripts of an earlier build are gone once the site has been replaced.
          const words = /import|module/i.test(said) ? `${said}. Load the studio again.` : said;
          host.append(
            element("h1", { tabindex: -1 }, title),
            element("p", { class: "notice", role: "alert" }, `This page could not be opened: ${words}`),
          );
        },
      );
    },
  };
}
