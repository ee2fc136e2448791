/** A visit of the page that looks at layers, on a network so small that it takes seconds. */
import assert from "node:assert/strict";
import type { Page } from "puppeteer";
import { decodeCheckpoint } from "../../engine/io/index.ts";
import { statisticsOf } from "../../examples/studio/lab/inspector.ts";
import { short } from "../../examples/studio/components/tensor-view.ts";
import {
  BUSY,
  expectAccessible,
  longestScript,
  openTraining,
  savedFile,
  takeShots,
  updates,
} from "./lab-visitor.ts";
import { SLOW, textOf, watchErrors } from "./studio-visitor.ts";

export const inspectTests = [
  { name: "layers are looked at while they learn: by hand, by keyboard, by selector", run: inspects },
];

const RUN = { system: "toy", preset: "failing", data: "circle", units: "4", batch: "8", seed: "3" };

/** Waits until nothing runs. */
const settled = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () => document.querySelector<HTMLElement>("[data-status=inspect]")?.dataset.running === "false",
    { timeout: SLOW },
  );

/** Waits until just these values are shown. */
const shows = (page: Page, ...wanted: readonly string[]): Promise<unknown> =>
  page.waitForFunction(
    (all) =>
      [...document.querySelectorAll<HTMLElement>("[data-look]")].map(({ dataset }) => dataset.look).join() ===
      all,
    { timeout: SLOW },
    wanted.join(),
  );

const numbersIn = (page: Page, look: string): Promise<Record<string, string>> =>
  page.$$eval(`[data-look="${look}"] [data-number]`, (all) =>
    Object.fromEntries(all.map((each) => [(each as HTMLElement).dataset.number, each.textContent])),
  );

async function inspects(page: Page, url: string): Promise<void> {
  const errors = watchErrors(page);
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(`${url}#/inspect?${new URLSearchParams(RUN)}`);
  await page.waitForSelector(".network-box", { timeout: SLOW });
  await settled(page);
  const boxes = await page.$$eval(".network-box", (all) => all.map((box) => (box as HTMLElement).title));
  assert.equal(boxes.length, 10);
  assert.equal(
    boxes[6],
    "discriminator.hidden.1, linear, puts out 8 × 4, 20 parameters, reads discriminator.hidden.0, by way of leaky ReLU",
  );

  // What the generator makes, and all that it is told: the gradient there.
  await page.click("[data-action=one]");
  await shows(page, "generator:out", "generator:grad");
  await settled(page);
  assert.equal((await numbersIn(page, "generator:grad")).numbers, "16");

  // By keyboard: a layer, then its weight.
  await page.focus("[data-network=discriminator]");
  await page.keyboard.press("ArrowDown");
  await shows(page, "discriminator.hidden.1:out");
  await page.focus(".closely .segments input:checked");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await shows(page, "discriminator.hidden.1:weight");
  const ofWeight = await numbersIn(page, "discriminator.hidden.1:weight");

  // By selector, several at a time and a part of each; what is wrong with it is said.
  const write = async (selector: string) => {
    await page.click("[data-control=selector]", { count: 3 });
    await page.keyboard.type(selector);
    await page.keyboard.press("Enter");
  };
  await write("discriminator.hidden.*:grad[0]");
  await shows(page, ...[0, 1, 2].map((k) => `discriminator.hidden.${k}:grad`));
  assert.equal((await numbersIn(page, "discriminator.hidden.2:grad")).numbers, "4");
  await write("discriminator.hidden.9");
  assert.equal(await textOf(page, ".closely [role=alert]"), 'no layer is called "discriminator.hidden.9"');

  // By hand, while it trains.
  await page.click('[data-layer="generator.hidden.0"]');
  await shows(page, "generator.hidden.0:grad");
  const seen = () => page.$eval(".looks", (looks) => Number((looks as HTMLElement).dataset.step));
  const before = await seen();
  const longest = await longestScript(page, async () => {
    await page.click("[data-action=train]");
    await page.waitForFunction(
      (step) => Number(document.querySelector<HTMLElement>(".looks")?.dataset.step) > step + 1,
      { timeout: SLOW },
      before,
    );
    await page.click("[data-action=train]");
    await settled(page);
  });
  assert.ok(longest < BUSY, `a script was busy for ${longest} ms`);

  // From the layer to its kernels, and to what the driver gets of one.
  await page.click("[data-action=kernels]");
  await page.waitForSelector(".kernel-result tbody tr", { timeout: SLOW });
  await settled(page);
  const facts = await textOf(page, "[data-fact=kernels]");
  const [own = 0, all = 0] = [...facts.matchAll(/\d+/g)].map(Number);
  assert.equal((await page.$$(".kernel-result tbody tr")).length, own);
  assert.ok(own > 1 && own < all / 2, facts);
  await page.focus(".kernel-name");
  await page.keyboard.press("Enter");
  assert.match(await textOf(page, "dialog.shader pre"), /@compute @workgroup_size\(/);
  await page.keyboard.press("Escape");
  await expectAccessible(page);
  await takeShots(page, "inspect-trained");
  assert.match(await page.evaluate(() => location.hash), /look=generator\.hidden\.0%3Agrad/);

  // The same update where nobody looks leaves the same weight, whose numbers were shown.
  await openTraining(page, `${url}?again`, { ...RUN, steps: "1" });
  await updates(page, "train");
  const { model } = decodeCheckpoint(await savedFile(page, "checkpoint.safetensors"), "checkpoint");
  const weight = model.get("discriminator.hidden.1.weight");
  const { count, min, max, mean, norm } = statisticsOf(weight?.data as Float32Array);
  assert.deepEqual(ofWeight, {
    ...{ min: short(min), max: short(max), mean: short(mean), norm: short(norm) },
    numbers: String(count),
  });
  assert.deepEqual(errors, []);
}
