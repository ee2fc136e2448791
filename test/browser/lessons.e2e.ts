/** A visit of the lessons, as a reader makes it: by keyboard, with a mistake, and with an endless loop. */
import assert from "node:assert/strict";
import type { Page } from "puppeteer";
import { expectAccessible } from "./lab-visitor.ts";
import { SLOW, SOON, textOf, watchErrors } from "./studio-visitor.ts";

export const lessonTests = [
  { name: "a lesson is read, edited wrongly and rightly, and an exercise is solved", run: reads },
  { name: "a lesson shows the numbers and pixels that its tensors have", run: shows },
];

/** For a browser without a GPU. */
export const stillLessonTests = [{ name: "lessons can be read without a GPU", run: readsStill }];

const CELL = "[data-cell=slope]";
const EXERCISE = "[data-exercise=by-hand]";

/** Takes the place of what stands in an editor, by keyboard. */
async function write(page: Page, place: string, code: string): Promise<void> {
  await page.locator(`${place} >>> .cm-content`).click();
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.sendCharacter(code);
}

async function press(page: Page, key: "Enter"): Promise<void> {
  await page.keyboard.down("Control");
  await page.keyboard.press(key);
  await page.keyboard.up("Control");
}

async function ended(page: Page, place: string, words: RegExp): Promise<void> {
  await page.waitForFunction(
    (selector, pattern) => {
      const cell = document.querySelector<HTMLElement>(selector);
      return cell?.dataset.running === "false" && new RegExp(pattern).test(cell.textContent ?? "");
    },
    { timeout: SLOW },
    place,
    words.source,
  );
}

async function reads(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await page.goto(`${url}#/lessons?lesson=gradient`);
  await page.waitForSelector(`${CELL} .editor`, { timeout: SOON });
  assert.equal(await textOf(page, ".lesson h1"), "A tensor and its gradient");
  assert.match(await textOf(page, `${CELL} .outputs`), /loss 30/, "it stands as recorded before it runs");

  // A mistake: said beside its line, and the page lives on.
  await write(page, CELL, "const loss = x.mul(x).sum();\nconst [slope] = grad(loss, [x]).oops();");
  await press(page, "Enter");
  await ended(page, CELL, /Line 2: TypeError/);
  assert.match(await page.$eval(`${CELL} >>> .cm-problem`, (said) => said.textContent ?? ""), /TypeError/);
  await expectAccessible(page);

  // An endless loop is stopped, and the cells above run again by themselves.
  await write(page, CELL, "for (;;) {}");
  await press(page, "Enter");
  await page.waitForSelector(`${CELL} [data-action=stop]:not([hidden])`, { timeout: SOON });
  await page.waitForFunction(
    (selector) => document.querySelector(`${selector} .cell-status`)?.textContent === "Runs…",
    { timeout: SLOW },
    CELL,
  );
  await page.click(`${CELL} [data-action=stop]`);
  await ended(page, CELL, /Stopped\./);

  await write(page, CELL, 'const loss = x.mul(x).sum().mul(2);\nshow("twice", loss);');
  await press(page, "Enter");
  await ended(page, CELL, /twice 60/);

  // By keyboard alone: out of the editor, to Reset; what was written is kept until then.
  await page.reload();
  await page.waitForSelector(`${CELL} .editor`, { timeout: SOON });
  await page.focus(`${CELL} >>> .cm-content`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.action);
  assert.equal(await focused(), "reset");
  await page.keyboard.press("Enter");
  assert.ok(await page.$eval(`${CELL} [data-action=reset]`, (reset) => (reset as HTMLElement).hidden));

  await write(page, EXERCISE, "const answer = 8;");
  await press(page, "Enter");
  await ended(page, EXERCISE, /8 is the value of x³/);
  await write(page, EXERCISE, "const answer = 12;");
  await press(page, "Enter");
  await ended(page, EXERCISE, /Right\. The slope of x³/);
  assert.match(await textOf(page, ".lesson-links [aria-current]"), /1 of 3 exercises solved/);

  // Another lesson begins at its heading.
  if (!(await page.$(".lesson-menu[open]"))) await page.click(".lesson-menu summary");
  await page.click(".lesson-links li:nth-child(2) a");
  await page.waitForFunction(
    () => document.activeElement?.textContent === "Convolution and its two gradients",
    { timeout: SOON },
  );
  assert.deepEqual(errors, []);
}

async function shows(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/lessons?lesson=gradient`);
  await page.waitForSelector(`${CELL} .editor`, { timeout: SOON });
  const ramp =
    "tensor(Array.from({ length: 10 }, (_, y) => Array.from({ length: 10 }, (_, x) => 10 * y + x)))";
  await write(page, CELL, `show("few", tensor([[0.125, -2]]));\nshow("ramp", ${ramp});`);
  await press(page, "Enter");
  await ended(page, CELL, /Ran in [\d.]+ m?s/);
  const numbers = await page.$$eval(`${CELL} [data-output=few] td`, (cells) =>
    cells.map((cell) => cell.textContent),
  );
  assert.deepEqual(numbers, ["0.125", "-2"]);
  assert.equal(await textOf(page, `${CELL} [data-output=ramp] figcaption`), "ramp 0 … 99");
  const { label, grey } = await page.$eval(`${CELL} [data-output=ramp] canvas`, (canvas) => {
    const { width, height } = canvas;
    const { data = [] } = canvas.getContext("2d")?.getImageData(0, 0, width, height) ?? {};
    return { label: canvas.ariaLabel, grey: Array.from(data).filter((_, k) => k % 4 === 0) };
  });
  assert.equal(label, "ramp, 10 × 10: from 0 to 99");
  assert.deepEqual(
    grey,
    Array.from({ length: 100 }, (_, k) => Math.round((255 * k) / 99)),
  );
}

async function readsStill(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/lessons?lesson=convolution`);
  await page.waitForSelector(".cell .outputs .tensor", { timeout: SOON });
  assert.ok(
    await page.$eval("[data-cell=edges] [data-action=run]", (run) => (run as HTMLButtonElement).disabled),
  );
  assert.ok(await page.$("math mfrac"), "formulas are MathML");
  await expectAccessible(page);
}
