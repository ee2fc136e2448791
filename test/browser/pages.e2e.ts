/** Every page and every lesson as somebody meets it who has no mouse, or no eyes for it. */
import assert from "node:assert/strict";
import type { CDPSession, Page } from "puppeteer";
import { lessons } from "../../examples/lessons/index.ts";
import { expectAccessible, takeShots } from "./lab-visitor.ts";
import { SLOW, watchErrors } from "./studio-visitor.ts";

export const pageTests = [
  { name: "all pages: nothing that axe finds, in light and in dark, and no need of a mouse", run: pagesAre },
  { name: "all lessons: nothing that axe finds, and no need of a mouse", run: lessonsAre },
];

/** The address of a page, and what is there when it is whole. */
const PAGES = [
  ["upscale", "[data-fact=photo]"],
  ["pyramid", ".page-pyramid [data-action=own-weights]"],
  ["digits", ".page-digits [data-action=own-weights]"],
  ["text", ".page-text [data-action=own-weights]"],
  ["train", "[data-action=one]:not([disabled])"],
  ["inspect?system=toy&preset=failing&data=circle&units=4&batch=8", ".network-box"],
  ["lessons", ".lesson h1"],
  ["profile", "[data-action=profile]"],
  ["self-test", "[data-action=self-test]"],
  ["browser-help", ".page-browser-help h1"],
] as const;

async function open(page: Page, url: string, address: string, whole: string): Promise<void> {
  await page.goto(`${url}#/${address}`);
  await page.waitForSelector(whole, { timeout: SLOW });
  // What is folded away can be unfolded, and has to be as good.
  await page.$$eval("main details", (all) => {
    for (const details of all) details.open = true;
  });
}

/** Turns the page light or dark, and waits until it is. */
async function scheme(page: Page, value: "light" | "dark"): Promise<void> {
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const fades = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fades.map(({ finished }) => finished));
  });
}

async function pagesAre(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  for (const [address, whole] of PAGES) {
    await scheme(page, "light");
    await open(page, url, address, whole);
    await expectAccessible(page);
    assert.deepEqual(await onlyByMouse(page), [], address);
    assert.deepEqual(await unreached(page), [], address);
    await scheme(page, "dark");
    await expectAccessible(page, ["color-contrast"]);
    await takeShots(page, address.replace(/\?.*/, ""));
  }
  assert.deepEqual(errors, []);
}

async function lessonsAre(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  for (const { name, title } of lessons) {
    await open(page, url, `lessons?lesson=${name}`, ".cell .editor");
    await page.waitForFunction(
      (wanted) => document.querySelector(".lesson h1")?.textContent === wanted,
      { timeout: SLOW },
      title,
    );
    await expectAccessible(page);
    assert.deepEqual(await onlyByMouse(page), [], name);
  }
  assert.deepEqual(errors, []);
}

/** Elements that hear a pointer and that no keyboard reaches. */
async function onlyByMouse(page: Page): Promise<string[]> {
  const session = await page.createCDPSession();
  try {
    const { result } = await session.send("Runtime.evaluate", { expression: "document.body" });
    const { listeners } = await session.send("DOMDebugger.getEventListeners", {
      objectId: result.objectId as string,
      depth: -1,
      pierce: true,
    });
    const nodes = new Set(
      listeners
        .filter(({ type }) => /^(click|dblclick|mousedown|pointerdown)$/.test(type))
        .map((each) => each.backendNodeId),
    );
    const found: string[] = [];
    for (const node of nodes) if (node !== undefined) found.push(await complaintOn(session, node));
    return found.filter((words) => words !== "");
  } finally {
    await session.detach();
  }
}

async function complaintOn(session: CDPSession, backendNodeId: number): Promise<string> {
  const { object } = await session.send("DOM.resolveNode", { backendNodeId });
  const { result } = await session.send("Runtime.callFunctionOn", {
    objectId: object.objectId as string,
    functionDeclaration: `function () {
      const reached = this.tabIndex >= 0 || this.matches("label, [aria-hidden=true], [contenteditable]");
      // A part of a widget that has keys of its own, or the ground on which that lies.
      const within = this.closest("[tabindex='0']") !== null || this.querySelector("[tabindex='0']") !== null;
      return reached || within ? "" : this.outerHTML.slice(0, 120);
    }`,
    returnByValue: true,
  });
  return String(result.value);
}

/** Presses of Tab before it is asked what is left. */
const AT_ONCE = 10;

/** Controls on screen at which Tab does not stop, going through the whole page. */
async function unreached(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    const shown = (element: HTMLElement) => element.checkVisibility({ visibilityProperty: true });
    const controls = [
      ...document.querySelectorAll<HTMLElement>(
        "a[href], button, input, select, textarea, summary, [tabindex='0']",
      ),
    ].filter(
      (element) =>
        shown(element) &&
        element.tabIndex >= 0 &&
        !element.matches(":disabled") &&
        !element.closest("[inert]"),
    );
    // Of radio buttons the group is one stop; arrows go on from there.
    const groups = new Set<string>();
    const stops = controls.filter((element) => {
      if (!(element instanceof HTMLInputElement) || element.type !== "radio") return true;
      const is = element.checked || !document.querySelector(`input[name="${element.name}"]:checked`);
      return is && !groups.has(element.name) && groups.add(element.name) !== undefined;
    });
    Object.assign(globalThis, { stops: new Set(stops), stopped: 0 });
    document.addEventListener("focusin", ({ target }) => {
      (globalThis as unknown as { stops: Set<unknown> }).stops.delete(target);
    });
  });
  const left = () => page.evaluate(() => (globalThis as unknown as { stops: Set<HTMLElement> }).stops.size);
  const most = 2 * (await left()) + 20;
  // Asking after each would take longer than the keys themselves.
  for (let k = 0; k < most && (await left()) > 0; k += AT_ONCE)
    for (let press = 0; press < AT_ONCE; press++) await page.keyboard.press("Tab");
  return page.evaluate(() =>
    [...(globalThis as unknown as { stops: Set<HTMLElement> }).stops].map((each) =>
      each.outerHTML.slice(0, 120),
    ),
  );
}
