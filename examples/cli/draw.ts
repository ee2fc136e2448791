/** `ganvas draw`: pictures of letters, shapes and lines to train on. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../engine/io/node.ts";
import { loadSharp } from "../../engine/io/sharp-node.ts";
import { DRAWING_SIZE, drawing } from "../../models/datasets/drawings.ts";
import { type Arguments, type Command, positionals, wholeNumber } from "./command.ts";
import { Progress } from "./progress.ts";

const COUNT = 12;

export const drawCommand: Command = {
  usage: "DIR",
  description: `Writes PNG pictures of ${DRAWING_SIZE}×${DRAWING_SIZE} into DIR, made up by a program and free to use: put them beside photographs
that super-resolution is trained on, so that it learns letters and the edges of plain areas too. Fonts are those of the machine.`,
  options: {
    count: { type: "string", value: "N", help: `how many (${COUNT} by default)` },
    seed: { type: "string", value: "N", help: "other pictures for another number (0 by default)" },
  },
  run,
};

async function run(args: Arguments): Promise<unknown> {
  const [folder = ""] = positionals(args, 1, "draw takes a folder to write into: DIR");
  const count = wholeNumber(args, "count", 1) ?? COUNT;
  const seed = wholeNumber(args, "seed", 0) ?? 0;
  const sharp = await loadSharp();
  await mkdir(folder, { recursive: true });
  const progress = new Progress("draw");
  const files: string[] = [];
  for (let k = 0; k < count; k++) {
    args.signal.throwIfAborted();
    progress.update(k, count);
    const file = join(folder, `drawing-${seed}-${k + 1}.png`);
    const pixels = sharp(Buffer.from(drawing(seed, k))).removeAlpha();
    await writeFileAtomic(file, await pixels.png().toBuffer());
    files.push(file);
  }
  progress.update(count, count);
  if (!args.json) console.log(`${count} pictures in ${folder}`);
  return { folder, seed, files };
}
