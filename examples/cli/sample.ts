/** `ganvas sample`: pictures out of noise, by a network that comes with the project or that a run has made. */
import { dirname, extname, join } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { init } from "../../engine/index.ts";
import { readImage, writePng } from "../../engine/io/node.ts";
import type { SystemTable } from "../../models/systems.ts";
import { pictureSheet } from "../../models/training/picture-sheet.ts";
import { adapterName } from "./adapter.ts";
import { type Arguments, type Command, positionals, required, text, wholeNumber } from "./command.ts";
import { checkFolder, makeFolder } from "./files.ts";
import { openSampler } from "./systems-files.ts";
import { TUNED, useTuned } from "./tuned.ts";

const COUNT = 8;

export const sampleCommand = (table: SystemTable): Command => ({
  usage: "SYSTEM|FILE --out GRID.png",
  options: {
    out: { type: "string", value: "FILE.png", short: "o", help: "gets all pictures, a row a class or walk" },
    n: { type: "string", value: "N", help: `pictures in a row (${COUNT} by default)` },
    class: { type: "string", value: "C", help: "only this class, by its name or number (all by default)" },
    text: {
      type: "string",
      value: "SENTENCE",
      repeated: true,
      help: "what to draw, where the network reads sentences; given several times, a row each, or with --walk from one to the next",
    },
    style: {
      type: "string",
      value: "PICTURE",
      repeated: true,
      help: "draws in the style of this picture instead of random ones; given several times, a column each",
    },
    seed: { type: "string", value: "S", help: "of the noise (0 by default)" },
    walk: { type: "boolean", help: "rows go from one noise, class or sentence to another" },
    "steps-out": { type: "string", value: "DIR", help: "gets what was made on the way, a file a step" },
    ...TUNED,
  },
  run: (args) => run(args, table),
});

async function run(args: Arguments, table: SystemTable): Promise<unknown> {
  const [name = ""] = positionals(args, 1, "sample takes one SYSTEM or FILE of weights");
  const out = required(args, "out");
  if (extname(out).toLowerCase() !== ".png")
    throw new InputError(`the result is a PNG: ${out} does not end with .png`);
  checkFolder(dirname(out));
  const folder = text(args, "steps-out");
  if (folder !== undefined) checkFolder(folder);
  const { text: texts, style: styles = [] } = args.lists;
  const request = {
    count: wholeNumber(args, "n", 1) ?? COUNT,
    seed: wholeNumber(args, "seed") ?? 0,
    walk: args.values.walk === true,
    signal: args.signal,
    ...(text(args, "class") !== undefined && { class: text(args, "class") as string }),
    ...(texts && { texts }),
    ...(styles.length > 0 && { styles: await Promise.all(styles.map((path) => readImage(path))) }),
  };
  const { system, sampler, file } = await openSampler(name, table);
  for (const what of ["texts", "styles"] as const)
    if (request[what] && !system.told?.includes(what))
      throw new InputError(
        `${sampler.title} reads no ${what === "texts" ? "sentences" : "styles"}: leave --${what.slice(0, -1)} out`,
      );
  console.error(adapterName(await init()));
  await useTuned(args);
  const { rows, labels, steps, notes = [] } = await sampler.sample(request);
  for (const note of notes) console.error(note);
  await writePng(out, pictureSheet(rows));
  const files: string[] = [];
  if (folder !== undefined) {
    if (!steps || steps.size === 0)
      throw new InputError(`${sampler.title} makes its pictures in one step: leave --steps-out out`);
    makeFolder(folder);
    for (const [step, image] of steps) {
      files.push(join(folder, `${step}.png`));
      await writePng(files.at(-1) as string, image);
    }
  }
  if (!args.json)
    console.log(`${out}: ${sampler.title}, ${rows.length} rows${labels ? ` (${labels.join(", ")})` : ""}`);
  return {
    model: file,
    out,
    rows: rows.map((row) => row.length),
    labels,
    seed: request.seed,
    steps: files,
    notes,
  };
}
