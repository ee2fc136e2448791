/** Visits of the pages that train and sample, on networks so small that each takes seconds. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ElementHandle, Page } from "puppeteer";
import sharp from "sharp";
import { decodeCheckpoint, encodeCheckpoint } from "../../engine/io/index.ts";
import { driverCandidates } from "../../examples/setup/drivers.mjs";
import { findSystem, systems } from "../../models/systems.ts";
import { ganvas } from "../cli/run-cli.ts";
import {
  BUSY,
  dropOnto,
  expectAccessible,
  longestScript,
  openTraining,
  savedFile,
  settled,
  stepIsAtLeast,
  stepOf,
  takeShots,
  updates,
} from "./lab-visitor.ts";
import { inTemporaryFolder, SLOW, SOON, textOf, watchErrors } from "./studio-visitor.ts";

interface Visit {
  readonly name: string;
  run(page: Page, url: string): Promise<void>;
}

export const labTests: readonly Visit[] = [
  { name: "trains, is taken apart, and goes on after a reload as if nothing had happened", run: trains },
  { name: "goes on in the terminal where the page stopped, and back, with the same bytes", run: handsOver },
  { name: "goes on by itself where its device is lost in the midst of an update", run: outlivesDevice },
  { name: "takes a folder that is dropped as data", run: dropsFolder },
  ...tried().map((system) => ({
    name: `${system}: 20 updates, a pause, a reload`,
    run: (page: Page, url: string) => trainsSystem(page, url, system),
  })),
  { name: "the page's thread is never busy for long while it trains", run: staysFree },
  { name: "says what is wrong with an option, and says plainly which weights do not ship", run: says },
];

const CHECKPOINT = "checkpoint.safetensors";
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
  await page.focus("[data-action=one]");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".inside .histogram", { timeout: SLOW });
  await settled(page);
  assert.equal(await answersAreMeasured(page), 2);
  const norms = await page.$$eval(".inside [data-layer^='discriminator.'] .bar-value", (values) =>
    values.map(({ textContent }) => Number(textContent)),
  );
  const whole = await page.$eval('[data-measure="discriminatorGradient"]', (value) =>
    Number(value.textContent),
  );
  assert.ok(Math.abs(Math.hypot(...norms) / whole - 1) < 0.01, `${norms} together are ${whole}`);

  await updates(page, "slow");
  assert.equal(await stepOf(page), 3);
  assert.equal((await page.$$(".sub-step-name")).length, 14);
  for (let k = 0; k < 3; k++) await page.click("[data-action=on]");
  assert.equal(await textOf(page, "[data-number=loss]"), await textOf(page, "[data-measure=discriminator]"));
  await expectAccessible(page);
  await page.focus(".curve-body");
  await page.keyboard.press("Home");
  await page.waitForFunction(
    () => /, update 1: /.test(document.querySelector(".curve-body")?.getAttribute("aria-label") ?? ""),
    { timeout: SOON },
  );
  const looked = await savedFile(page, CHECKPOINT);

  await page.reload();
  await page.waitForSelector("[data-action=resume]:not([hidden])", { timeout: SLOW });
  assert.equal(await textOf(page, "[data-action=resume]"), "Go on from update 3");
  await updates(page, "one");
  assert.equal(await stepOf(page), 4);
  const resumed = await savedFile(page, CHECKPOINT);

  // The same four updates at once, and nobody looks.
  await openTraining(page, `${url}?again`, { ...TOY, steps: "4" });
  await updates(page, "train");
  const unbroken = await savedFile(page, CHECKPOINT);
  assert.equal(decodeCheckpoint(looked, "checkpoint").step, 3);
  assert.ok(stateOf(resumed).equals(stateOf(unbroken)), "the same weights, byte for byte");

  // A second tab may not begin anew what is open here: nothing of it is lost.
  const second = await page.browserContext().newPage();
  await openTraining(second, url, { ...TOY, steps: "4" });
  await second.waitForSelector("[data-action=anew]:not([hidden])", { timeout: SOON });
  await second.click("[data-action=anew]");
  await second.waitForFunction(
    () =>
      /is open in another tab/.test(document.querySelector(".page-train [role=alert]")?.textContent ?? ""),
    { timeout: SOON },
  );
  assert.ok(stateOf(await savedFile(second, CHECKPOINT)).equals(stateOf(unbroken)), "it is still kept");
  assert.deepEqual(errors, []);
}

/** Compares the means that the histogram tells with what the update measured. @returns of how many kinds of samples */
async function answersAreMeasured(page: Page): Promise<number> {
  const words = await page.$eval(".histogram", (svg) => svg.getAttribute("aria-label") ?? "");
  const told = [...words.matchAll(/(D\(\w+\)) (\d\.\d\d)/g)].map(([, name, mean]) => [name, mean]);
  const measured = await page.$$eval('[data-measure^="D("]', (values) =>
    values.map((value) => [(value as HTMLElement).dataset.measure, Number(value.textContent).toFixed(2)]),
  );
  assert.deepEqual(told, measured);
  return told.length;
}

/** Weights and optimiser's state of a checkpoint, and how many updates it has. */
function stateOf(bytes: Uint8Array): Buffer {
  const { step, model, optimizer } = decodeCheckpoint(bytes, "checkpoint");
  return Buffer.from(encodeCheckpoint({ step, seed: 0, rng: {}, options: {}, model, optimizer }));
}

async function outlivesDevice(page: Page, url: string): Promise<void> {
  // On the page's thread, where the test can lose a device while it works.
  await page.evaluateOnNewDocument(() => {
    Reflect.deleteProperty(globalThis, "Worker");
    let [count, due] = [0, false];
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await request.apply(this, args);
      count++;
      const submit = GPUQueue.prototype.submit;
      device.queue.submit = function (...buffers) {
        submit.apply(this, buffers);
        if (due) device.destroy();
        due = false;
      };
      return device;
    };
    const lose = () => {
      due = true;
    };
    Object.assign(globalThis, { lose, devices: () => count });
  });
  type Losing = typeof globalThis & { lose(): void; devices(): number };
  await openTraining(page, url, TOY);
  await updates(page, "one");
  const before = await page.evaluate(() => (globalThis as Losing).devices());
  await page.evaluate(() => (globalThis as Losing).lose());
  for (let k = 1; k < 4; k++) await updates(page, "one");
  assert.equal(await stepOf(page), 4);
  assert.equal(await page.evaluate(() => (globalThis as Losing).devices()), before + 1);
  const lost = await savedFile(page, CHECKPOINT);

  await openTraining(page, `${url}?again`, { ...TOY, steps: "4" });
  await updates(page, "train");
  assert.ok(
    stateOf(lost).equals(stateOf(await savedFile(page, CHECKPOINT))),
    "the same weights, byte for byte",
  );
}

async function handsOver(page: Page, url: string): Promise<void> {
  const { system, data, ...options } = { ...TOY, steps: "4" };
  await openTraining(page, url, { ...TOY, steps: "4" });
  for (let k = 0; k < 2; k++) await updates(page, "one");
  const halfway = await savedFile(page, CHECKPOINT);
  await updates(page, "train");
  const whole = await savedFile(page, CHECKPOINT);

  await inTemporaryFolder(async (folder) => {
    const file = (name: string) => join(folder, name, CHECKPOINT);
    const env = await sameDriver(page);
    let sent = false;
    const train = (out: string, ...more: string[]) =>
      ganvas(["train", system, "--data", data, "--out", out, ...more], {
        cwd: folder,
        env: env ?? {},
        // Ends a run that would be long after its first update.
        onErr: (err, child) => {
          if (!sent && /^train [█░]+ \d+\/1000000/m.test(err)) sent = child.kill("SIGINT");
        },
      });
    await mkdir(join(folder, "from-page"));
    await writeFile(file("from-page"), halfway);
    const resumed = await train("from-page", "--resume");
    assert.equal(resumed.code, 0, resumed.err);
    const inTerminal = await readFile(file("from-page"));
    assert.equal(decodeCheckpoint(inTerminal, "checkpoint").step, 4);
    // Another implementation of WebGPU has other last bits.
    if (env) assert.ok(stateOf(inTerminal).equals(stateOf(whole)), "the same weights, byte for byte");

    const given = Object.entries({ ...options, steps: "1000000" }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    const stopped = await train("from-terminal", ...given);
    assert.equal(stopped.code, 130, stopped.err);
    const { step } = decodeCheckpoint(await readFile(file("from-terminal")), "checkpoint");
    // Opened while the form asks for something else: the checkpoint says what it is of.
    await openTraining(page, `${url}?other`, { system: "gan" });
    const input = await page.$("[data-input=checkpoint]");
    await (input as ElementHandle<HTMLInputElement>).uploadFile(file("from-terminal"));
    await page.waitForFunction(
      (words) => document.querySelector("[data-action=resume]:not([hidden])")?.textContent === words,
      { timeout: SLOW },
      `Go on from update ${step}`,
    );
    assert.match(await page.evaluate(() => location.hash), /system=toy&preset=failing&data=circle/);
    await updates(page, "one");
    assert.equal(await stepOf(page), step + 1);
  });
}

/** Variables by which the terminal computes on the page's driver; undefined where that is none that both can use. */
async function sameDriver(page: Page): Promise<Record<string, string> | undefined> {
  const architecture = await page.evaluate(async () => {
    const adapter = await navigator.gpu.requestAdapter();
    return adapter?.info.architecture ?? "";
  });
  if (architecture !== "swiftshader") return undefined;
  const executable = page.browser().process()?.spawnfile;
  return driverCandidates().find(({ name }) => name === `SwiftShader of ${executable}`)?.env;
}

async function dropsFolder(page: Page, url: string): Promise<void> {
  const state = { system: "gan", steps: "9" };
  await inTemporaryFolder(async (folder) => {
    for (const [name, colour] of [
      ["suns/a.png", "gold"],
      ["suns/b.png", "orange"],
      ["seas/c.png", "navy"],
    ] as const) {
      await mkdir(dirname(join(folder, "mine", name)), { recursive: true });
      const picture = { create: { width: 12, height: 12, channels: 3, background: colour } } as const;
      await writeFile(join(folder, "mine", name), await sharp(picture).png().toBuffer());
    }
    await openTraining(page, url, { ...state, size: "8" });
    await dropOnto(page, join(folder, "mine"));
    await page.waitForFunction(
      () => document.querySelector<HTMLSelectElement>("[data-control=data]")?.value === "mine",
      { timeout: SOON },
    );
    // What is read of the folder is said before anything is compiled, which takes long on a software adapter.
    await page.click("[data-action=one]");
    await page.waitForSelector(".run-log li", { timeout: SLOW });
    assert.match(await textOf(page, ".run-log"), /3 pictures/);
    assert.equal(await textOf(page, ".page-train [role=alert]"), "");
  });
}

/**
 * All of the table take minutes of compiling on a software adapter: a regression, a game of points and one of pictures stand for
 * them, unless all are asked for.
 */
function tried(): readonly string[] {
  return process.env.GANVAS_EVERY_SYSTEM ? Object.keys(systems) : ["srresnet", "toy", "gan"];
}
const UPDATES = 20;

async function trainsSystem(page: Page, url: string, name: string): Promise<void> {
  const errors = watchErrors(page);
  const { rehearsals } = await findSystem(name);
  // The last rehearsal is the smallest.
  const preset = rehearsals.at(-1) as string;
  await openTraining(page, url, { system: name, data: "random numbers", preset });
  await updates(page, "one");
  // Of systems that show their discriminator wrong pairs, its answers to those too.
  if (await page.$('[data-measure="D(wrong)"]')) {
    await page.click(".inside summary");
    await updates(page, "one");
    await page.waitForSelector(".inside .histogram", { timeout: SLOW });
    assert.equal(await answersAreMeasured(page), 3);
    await takeShots(page, `train-${name}`);
    await page.click(".inside summary");
  }
  await page.click("[data-action=train]");
  await stepIsAtLeast(page, 4);
  await updates(page, "train");
  const paused = await stepOf(page);
  assert.equal(decodeCheckpoint(await savedFile(page, CHECKPOINT), name).step, paused);

  await page.reload({ timeout: SLOW });
  await page.waitForSelector("[data-action=resume]:not([hidden])", { timeout: SLOW });
  assert.equal(await textOf(page, "[data-action=resume]"), `Go on from update ${paused}`);
  await page.click("[data-action=resume]");
  await stepIsAtLeast(page, Math.max(UPDATES, paused + 1));
  await updates(page, "train");
  const curves = await page.$$eval("[data-measure]", (values) =>
    values.map(({ textContent }) => textContent),
  );
  assert.ok(curves.length > 0 && !curves.includes("–"), `${name} measures ${curves.join(" ")}`);
  assert.ok((await savedFile(page, "log.jsonl")).length > 0);
  assert.deepEqual(errors, []);
}

async function staysFree(page: Page, url: string): Promise<void> {
  await openTraining(page, url, { ...TOY, steps: "400" });
  await updates(page, "one");
  await page.click(".inside summary");
  const longest = await longestScript(page, async () => {
    await page.click("[data-action=train]");
    await stepIsAtLeast(page, 20);
    await page.waitForSelector(".inside .histogram", { timeout: SLOW });
    await updates(page, "train");
  });
  assert.ok(longest < BUSY, `a script was busy for ${longest} ms`);
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
  for (const route of ["pyramid", "text"]) {
    await page.goto(`${url}#/${route}`);
    const either = `.page-${route} [data-note=no-weights], .page-${route} .sampling`;
    assert.ok(await page.waitForSelector(either, { timeout: SLOW }));
    await expectAccessible(page);
  }
}
