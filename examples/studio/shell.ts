/** The frame around the pages: name, navigation, adapter, and the place where a page is shown. */
import { element } from "./components/dom.ts";
import type { Page, Studio } from "./pages/page.ts";
import { followRoutes, linkTo } from "./router.ts";

/** The studio's name with its mark: coarse pixels that become fine. */
function wordmark(): HTMLElement {
  const mark = element("span", { class: "mark", "aria-hidden": "true" });
  return element("a", { class: "wordmark", href: "#/", "aria-label": "ganvas studio, home" }, mark, "ganvas");
}

/** What the navigation needs to know of a page. */
type PageLink = Pick<Page, "route" | "title">;

/** Builds the frame into `app`. Returns the place for content; `extras` stand at the end of the top bar. */
export function buildFrame(
  app: HTMLElement,
  links: readonly PageLink[],
  ...extras: HTMLElement[]
): HTMLElement {
  const main = element("main", { id: "content" });
  const skip = element("a", { class: "skip-link", href: "#content" }, "Skip to content");
  skip.addEventListener("click", (event) => {
    // The hash is the route, so the jump is made by hand.
    event.preventDefault();
    main.querySelector<HTMLElement>("section:not([hidden]) h1, h1")?.focus();
  });
  const bar = element("header", { class: "top-bar" }, wordmark());
  if (links.length > 0) bar.append(navigation(links));
  bar.append(...extras);
  const footer = element(
    "footer",
    { class: "footer" },
    "Everything is computed on this device. Pictures are not sent anywhere.",
    ...reference(),
  );
  app.replaceChildren(skip, bar, main, footer);
  return main;
}

/** A link to the API reference, where the site has one. */
function reference(): (string | HTMLElement)[] {
  const href = document.querySelector<HTMLLinkElement>("link[rel=help]")?.href;
  return href === undefined ? [] : [" ", element("a", { href }, "API reference")];
}

function navigation(pages: readonly PageLink[]): HTMLElement {
  const items = pages.map((page) =>
    element("li", {}, element("a", { href: linkTo(page.route), "data-route": page.route }, page.title)),
  );
  return element("nav", { class: "tabs", "aria-label": "Pages" }, element("ul", {}, ...items));
}

/** Shows the page that the address names, the first one where it names none, and follows the address from then on. */
export function showPages<Needs = Studio>(
  main: HTMLElement,
  pages: readonly Page<Needs>[],
  studio: Needs,
  first: string | undefined,
): void {
  const mounted = new Map<Page<Needs>, HTMLElement>();
  const [home] = pages;
  if (home === undefined) throw new RangeError("showPages: expected at least one page, got none");

  const show = (route: string | undefined) => {
    const page = pages.find((candidate) => candidate.route === route) ?? home;
    let section = mounted.get(page);
    const isNew = section === undefined;
    if (section === undefined) {
      section = element("section", { class: `page page-${page.route}` });
      mounted.set(page, section);
      main.append(section);
    }
    for (const other of mounted.values()) other.hidden = other !== section;
    if (isNew) page.mount(section, studio);
    document.title = `${page.title} · ganvas studio`;
    for (const link of document.querySelectorAll<HTMLElement>("[data-route]")) {
      if (link.dataset.route === page.route) {
        link.setAttribute("aria-current", "page");
        // On a phone the tabs are wider than the screen.
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else link.removeAttribute("aria-current");
    }
    return section;
  };

  show(first);
  followRoutes((route) => {
    // A new page begins at its heading, for keyboards and screen readers as for eyes.
    show(route).querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
}
