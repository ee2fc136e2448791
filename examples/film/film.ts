/** A film of a training: its samples, always from the same noise, beside the discriminator's answers so far. */
import type { Image } from "../../engine/io/image.ts";
import { loadSharp } from "../../engine/io/sharp-node.ts";
import type { Training } from "../../models/system.ts";
import { type Line, picture, SHEET } from "./picture.ts";

const SECONDS = 20;
const FRAMES = 100;
/** The end is looked at longer. */
const LAST_SECONDS = 3;
const QUALITY = 55;

/** Updates that are shown: the first is 0, before any, the last that of the end. */
export function shownSteps(updates: number, frames = FRAMES): number[] {
  const steps = Array.from({ length: frames }, (_, k) => Math.round((updates * k) / (frames - 1)));
  return [...new Set(steps)];
}

/** Milliseconds that each frame is shown for. */
export function delays(frames: number): number[] {
  const each = Math.round((1000 * (SECONDS - LAST_SECONDS)) / Math.max(frames - 1, 1));
  return Array.from({ length: frames }, (_, k) => (k === frames - 1 ? 1000 * LAST_SECONDS : each));
}

/**
 * Trains for so many updates.
 * @param training that draws a sheet
 * @param onStep told after each update
 * @returns an animated WebP
 */
export async function filmOf(
  { trainer, source, sheet }: Pick<Training, "trainer" | "source" | "sheet">,
  title: string,
  updates: number,
  onStep: (step: number) => void = () => {},
): Promise<Buffer> {
  const answers = trainer.measures.filter((name) => name.startsWith("D("));
  const lines = answers.map((name): Line => ({ name, values: [] }));
  const frames: Buffer[] = [];
  const steps = shownSteps(updates);
  for (const step of steps) {
    while (trainer.step < step) {
      const measured = await trainer.update(await source.batch(trainer.step)).data();
      for (const line of lines) line.values.push(measured[trainer.measures.indexOf(line.name)] as number);
      onStep(trainer.step);
    }
    frames.push(await frameOf(await sheet?.(), picture(title, step, updates, lines)));
  }
  const sharp = await loadSharp();
  return sharp(frames, { join: { animated: true } })
    .webp({ quality: QUALITY, effort: 4, loop: 0, delay: delays(frames.length) })
    .toBuffer();
}

/** The sheet in its place on the picture. */
async function frameOf(sheet: Image | undefined, svg: string): Promise<Buffer> {
  const sharp = await loadSharp();
  const under = sharp(Buffer.from(svg));
  if (!sheet) return under.png().toBuffer();
  const { width, height, channels, data } = sheet;
  const { left, top, side } = SHEET;
  const input = await sharp(data, { raw: { width, height, channels } })
    .resize(side, side, { fit: "inside" })
    .png()
    .toBuffer();
  return under.composite([{ input, left, top }]).png().toBuffer();
}
