/** Photographs of many sizes, one after the other in one process: nothing is compiled for the next, and memory stays as it is. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { close, init, stats } from "../../../engine/index.ts";
import { makeImage } from "../../../engine/io/image.ts";
import { integer, randomBits } from "../../../engine/random.ts";
import { upscaleImage } from "../../../models/super-resolution/enlarge.ts";
import { SRResNet } from "../../../models/super-resolution/srresnet.ts";
import { asSuperResolver } from "../../../models/super-resolution/upscale.ts";
import { type Amount, type Row, Tally } from "../row.ts";

/** Photographs after which nothing may be compiled or grow any more: by then each kind of window has been seen. */
const SETTLED = { short: 2, long: 20 };

/** Share by which the process may grow then. A few photographs say nothing of it. */
const GROWTH = { short: Number.POSITIVE_INFINITY, long: 0.05 };

/** @param most pixels of a side */
function photograph(k: number, most: number) {
  const side = (place: number) => 3 + integer(randomBits(k, place)[0], most - 3);
  const [width, height] = [side(1), side(2)];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => integer(randomBits(7, i)[0], 256));
  return makeImage(data, width, height, 3);
}

/** What the process holds when what nobody needs is gone: garbage that waits to be collected says nothing. */
function resident(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().rss;
}

export async function photographs({ short, progress }: Amount): Promise<Row> {
  const tally = new Tally();
  await close();
  await init();
  const model = asSuperResolver(new SRResNet({ numBlocks: 1, width: 8, seed: 3 }), "small");
  const form = short ? "short" : "long";
  // Short ones lie in the smallest window.
  const [sizes, side] = short ? [8, 48] : [200, 150];
  let [settled, most, pipelines, programs] = [0, 0, 0, 0];
  for (let k = 0; k < sizes; k++) {
    const before = await stats();
    const image = photograph(k, side);
    await upscaleImage(image, model);
    const now = await stats();
    const compiled = now.pipelines - before.pipelines;
    [pipelines, programs] = [now.pipelines, Math.max(programs, now.programs)];
    const fault = k >= SETTLED[form] && compiled > 0 ? `${compiled} pipelines were compiled` : undefined;
    tally.add(`photograph ${k}, ${image.width}x${image.height}`, fault, undefined);
    if (k < SETTLED[form]) settled = Math.max(settled, resident());
    else most = Math.max(most, resident());
    if (k % 20 === 19)
      progress(`${k + 1} photographs, ${Math.round(resident() / 1e6)} MB, ${pipelines} pipelines`);
  }
  const grown = most / settled - 1;
  const limit = short ? GROWTH.short : GROWTH.long;
  tally.add(
    "memory",
    grown > limit ? `the process grew by ${(100 * grown).toFixed(1)} %` : undefined,
    undefined,
  );
  return tally.row(
    "photographs",
    `${sizes} sizes of a photograph`,
    `${(100 * grown).toFixed(1)} % more memory after the first ${SETTLED[form]}; ${pipelines} pipelines, ${programs} programs`,
  );
}
