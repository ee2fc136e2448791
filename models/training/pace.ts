/** How fast a training goes, so that its length can be planned. */
import type { Training } from "../system.ts";

const WARM = 3;
const TIMED = 10;

/** Seconds of one update, once everything is compiled. @throws the signal's reason */
export async function pace({ trainer, source }: Training, signal: AbortSignal): Promise<number> {
  let start = 0;
  for (let k = 0; k < WARM + TIMED; k++) {
    signal.throwIfAborted();
    await trainer.update(await source.batch(k)).data();
    if (k === WARM - 1) start = Date.now();
  }
  return (Date.now() - start) / 1000 / TIMED;
}
