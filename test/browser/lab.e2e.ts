/** Visits of the pages that train and sample, on networks so small that each takes seconds. */
import assert from "node:assert/strict";
import type { Page } from "puppeteer";
import { decodeCheckpoint, encodeCheckpoint } from "../../engine/io/index.ts";
import { findSystem } from "../../models/systems.ts";
import { expectAccessible, openTraining, savedFile, settled, stepOf, updates } from "./lab-visitor.ts";
import { SLOW, SOON, textOf, watchErrors } from "./studio-visitor.ts";

interface Visit {
  readonly name: string;
  run(page: Page, url: string): Promise<void>;
}

export const labTests: readonly Visit[] = [
  { name: "trains, is taken apart, and goes on after a reload as if nothing had happened", run: trains },
  { name: "systems of three kinds make three updates on random numbers", run: trainsSystems },
  { name: "says what is wrong with an option, and says plainly which weights do not ship", run: says },
];

const TOY = { system: "toy", preset: "failing", data: "circle", units: "4", batch: "8", seed: "3" };

async function trains(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await openTraining(page, url, TOY);
  await updates(page, "one");
  assert.equal(await stepOf(page), 1);
  assert.match(await textOf(page, "[data-fact=js]"), /^0\.\d{3} nats$/);
  // By keyboard, and while somebody looks inside.
  await page.focus(".inside summary");
  await page.keyboard.press("Enter");
  await page.select("[data-control=layer]", "discriminator.hidden.1");
  await page.focus("[data-action=one]");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".layer-values .tensor", { timeout: SLOW });
  await settled(page);
  const averages = async () => {
    const words = await page.$eval(".histogram", (svg) => svg.getAttribute("aria-label") ?? "");
    return [...words.matchAll(/\d\.\d\d/g)].map(([number]) => number);
  };
  const measured = (name: string) =>
    page.$eval(`[data-measure="${name}"]`, (value) => Number(value.textContent).toFixed(2));
  assert.deepEqual(await averages(), [await measured("D(real)"), await measured("D(fake)")]);

  await updates(page, "slow");
  assert.equal(await stepOf(page), 3);
  assert.equal((await page.$$(".sub-step-name")).length, 14);
  for (let k = 0; k < 3; k++) await page.click("[data-action=on]");
  assert.equal(await textOf(page, "[data-number=loss]"), await textOf(page, "[data-measure=discriminator]"));
  await expectAccessible(page);
  const looked = await savedFile(page, "checkpoint.safetensors");

  await page.reload();
  await page.waitForSelector("[data-action=resume]:not([hidden])", { timeout: SLOW });
  assert.equal(await textOf(page, "[data-action=resume]"), "Go on from update 3");
  await updates(page, "one");
  assert.equal(await stepOf(page), 4);
  const resumed = await savedFile(page, "checkpoint.safetensors");

  // The same four updates at once, and nobody looks.
  await openTraining(page, `${url}?again`, { ...TOY, steps: "4" });
  await updates(page, "train");
  const unbroken = await savedFile(page, "checkpoint.safetensors");
  const state = (bytes: Uint8Array) => {
    const { step, model, optimizer } = decodeCheckpoint(bytes, "checkpoint");
    return encodeCheckpoint({ step, seed: 0, rng: {}, options: {}, model, optimizer });
  };
  assert.equal(decodeCheckpoint(looked, "checkpoint").step, 3);
  assert.ok(Buffer.from(state(resumed)).equals(state(unbroken)), "the same weights, byte for byte");
  assert.deepEqual(errors, []);
}

/** All of the table take minutes of compiling on a software adapter: a regression, a game of points and one of pictures stand for them. */
const TRIED = ["srresnet", "toy", "gan"];

async function trainsSystems(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await openTraining(page, url, { system: "toy", data: "random numbers" });
  for (const { name, presets, rehearsals } of await Promise.all(TRIED.map((name) => findSystem(name)))) {
    await page.select("[data-control=system]", name);
    await page.select("[data-control=data]", "random numbers");
    // The last rehearsal is the smallest.
    const preset = rehearsals.findLast((rehearsal) => Object.hasOwn(presets, rehearsal));
    if (preset !== undefined) await page.select("[data-control=preset]", preset);
    for (let k = 0; k < 3; k++) await updates(page, "one");
    assert.equal(await stepOf(page), 3, name);
    const curves = await page.$$eval("[data-measure]", (values) =>
      values.map(({ textContent }) => textContent),
    );
    assert.ok(curves.length > 0 && !curves.includes("–"), `${name} measures ${curves.join(" ")}`);
  }
  assert.deepEqual(errors, []);
}

async function says(page: Page, url: string): Promise<void> {
  await openTraining(page, url, { system: "dcgan" });
  await page.click(".options summary");
  await page.type("[data-option=size]", "12");
  await page.keyboard.press("Tab");
  await page.waitForFunction(
    () => document.querySelector("[data-option=size]")?.getAttribute("aria-invalid") === "true",
    { timeout: SOON },
  );
  assert.match(await textOf(page, ".field-problem:not(:empty)"), /at least 28/);
  assert.match(await page.evaluate(() => location.hash), /size=12/, "the state stands in the address");
  await page.goto(`${url}#/pyramid`);
  const shown = await page.waitForSelector(".page-pyramid [data-note=no-weights], .page-pyramid .sampling", {
    timeout: SLOW,
  });
  assert.ok(shown);
  await expectAccessible(page);
}
