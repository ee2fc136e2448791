/**
 * `npm run film`: trains the conditional GAN on digits that a program draws, and writes what one sees of it as an animated WebP.
 * Needs no files; three minutes on two CPU cores.
 */
import { fileURLToPath } from "node:url";
import { close, init } from "../../engine/index.ts";
import { writeFileAtomic } from "../../engine/io/node.ts";
import { DRAWN_DIGITS } from "../../models/datasets/built-in.ts";
import { findSystem } from "../../models/systems.ts";
import { nodeHost } from "../../models/training/host-node.ts";
import { planRun } from "../../models/training/run-plan.ts";
import { memoryStore } from "../../models/training/store-memory.ts";
import { filmOf } from "./film.ts";

/** For so many the learning rate is planned: it is small at their end, where little would be seen to change. */
const PLANNED = 480;
const FILMED = 300;

const root = fileURLToPath(new URL("../../", import.meta.url));
const file = process.argv[2] ?? `${root}examples/film/cgan.webp`;
const { system, request, data } = await planRun({
  system: await findSystem("cgan"),
  given: { steps: PLANNED },
  path: DRAWN_DIGITS,
  host: nodeHost(root),
  store: memoryStore(),
  resume: false,
});
await init();
const training = await system.start(await system.plan(request, data), data, request);
const title = `A conditional GAN learns the digits from ${data.count} drawings`;
const webp = await filmOf(training, title, FILMED, (step) =>
  process.stderr.write(`\r${step}/${FILMED} updates`),
);
await writeFileAtomic(file, webp);
console.log(`\n${file}: ${Math.round(webp.length / 1024)} KiB`);
await training.source.close();
await close();
