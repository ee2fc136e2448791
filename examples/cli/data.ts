/** `ganvas data`: published sets of pictures brought here, and any folder of pictures looked through. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../engine/errors.ts";
import { difference } from "../../models/datasets/download-node.ts";
import type { Dataset } from "../../models/datasets/dataset.ts";
import { defaultFolder, fetchSet, totalBytes } from "../../models/datasets/fetch-node.ts";
import { openDataset } from "../../models/datasets/open-node.ts";
import { SPLITS } from "../../models/datasets/options.ts";
import { inWords, PUBLISHED_SETS, type PublishedSet } from "../../models/datasets/published.ts";
import { type Arguments, type Command, oneOf, text, wholeNumber } from "./command.ts";
import { Progress } from "./progress.ts";

/** Sentences about left-out files that are shown; `--json` gives all. */
const SHOWN = 5;

export const dataCommand: Command = {
  usage: "list | fetch NAME [--to DIR] [--from FILE|DIR] | check DIR",
  description: `list    the published sets that are known: size, licence, address
fetch   downloads one, goes on where a download broke off, and checks its hash; nothing half is left behind
check   says what a folder, or a .zip or .tar.gz of one, is taken for, what is in it, and what is left out

A folder of your own needs no form: a subfolder for each class, or none; captions in NAME.txt beside NAME.png, or in one
table (JSON, JSON lines, CSV) with a column for the picture and one for its captions.`,
  options: {
    to: { type: "string", value: "DIR", help: "where fetch puts the set (data/NAME by default)" },
    from: {
      type: "string",
      value: "FILE|DIR",
      help: "takes the files that you have downloaded by hand instead of the network",
    },
    size: { type: "string", value: "N", help: "width and height that check opens pictures in" },
    split: {
      type: "string",
      value: SPLITS.join("|"),
      help: "part of the set that check opens (train by default)",
    },
  },
  async run(args) {
    const [what, name, ...more] = args.positionals;
    if (what === "list" && name === undefined) return list(args);
    if (what === "fetch" && name !== undefined && more.length === 0) return fetchCommand(args, name);
    if (what === "check" && name !== undefined && more.length === 0) return check(args, name);
    const came = args.positionals.length === 0 ? "nothing" : `"${args.positionals.join(" ")}"`;
    throw new InputError(`data takes list, fetch NAME or check DIR, got ${came}`);
  },
};

function list(args: Arguments): unknown {
  const sets = PUBLISHED_SETS.map((set) => ({ ...set, bytes: totalBytes(set) }));
  if (!args.json)
    for (const { name, bytes, holds, licence, page, files } of sets) {
      const [{ hash } = { hash: undefined }, ...others] = files;
      const sum =
        others.length === 0 && hash ? `${hash.kind} ${hash.hex}` : `${hash?.kind} of each file known`;
      console.log(`${name.padEnd(14)} ${inWords(bytes).padStart(6)}  ${holds}; ${licence}; ${page}; ${sum}`);
    }
  return sets;
}

async function fetchCommand(args: Arguments, name: string): Promise<unknown> {
  const set = PUBLISHED_SETS.find((known) => known.name === name);
  if (!set)
    throw new InputError(
      `there is no set "${name}"; known are ${PUBLISHED_SETS.map((known) => known.name).join(", ")}`,
    );
  const folder = text(args, "to") ?? defaultFolder(set);
  const from = text(args, "from");
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number, doing: string) => {
    progress ??= new Progress(`${set.name}, MB`, megabytes(done));
    progress.update(megabytes(done), megabytes(total), doing);
  };
  try {
    const isNew = await fetchSet(set, folder, {
      ...(from !== undefined && { from }),
      signal: args.signal,
      onProgress,
    });
    if (!args.json)
      console.log(
        `${set.title} ${isNew ? "is in" : "was there already:"} ${folder} (licence: ${set.licence})`,
      );
    return { name: set.name, folder, fetched: isNew, licence: set.licence };
  } catch (error) {
    if (!args.signal.aborted) throw error;
    throw new InputError("interrupted; the same command goes on from here");
  }
}

async function check(args: Arguments, path: string): Promise<unknown> {
  const size = wholeNumber(args, "size", 1);
  const split = text(args, "split") === undefined ? undefined : oneOf(args, "split", SPLITS, "train");
  const progress = new Progress("check");
  const { dataset, what, leftOut } = await openDataset(path, {
    ...(size !== undefined && { size }),
    ...(split !== undefined && { split }),
    signal: args.signal,
    onProgress: (done, total) => progress.update(done, total),
  });
  const classes = await countClasses(dataset);
  const { captions } = await dataset.item(0);
  const published = await comparedWithPublished(path);
  const [height, width, channels] = dataset.shape;
  if (!args.json) {
    console.log(`${dataset.name}: ${what}`);
    console.log(`${dataset.size} pictures, ${width}×${height} ${channels === 1 ? "grey" : "RGB"}`);
    if (classes.length > 0) console.log(classes.map(({ name, count }) => `${name} ${count}`).join(", "));
    if (captions) console.log(`captions, the first: "${captions[0]}"`);
    for (const line of published) console.log(line);
    if (leftOut.length > 0) console.log(`left out: ${leftOut.length}`);
    for (const said of leftOut.slice(0, SHOWN)) console.log(`  ${said}`);
    if (leftOut.length > SHOWN) console.log(`  and ${leftOut.length - SHOWN} more, which --json names`);
  }
  const { name, shape, fingerprint } = dataset;
  return {
    name,
    what,
    size: dataset.size,
    shape,
    classes,
    captions: captions !== undefined,
    fingerprint,
    leftOut,
    published,
  };
}

async function countClasses(dataset: Dataset): Promise<{ name: string; count: number }[]> {
  const classes = dataset.classes.map((name) => ({ name, count: 0 }));
  for (let k = 0; k < dataset.size && classes.length > 0; k++) {
    const counted = classes[(await dataset.item(k)).label];
    if (counted) counted.count++;
  }
  return classes;
}

/** A line for each file of a set that is published as single files: whether it is the published one. */
async function comparedWithPublished(folder: string): Promise<string[]> {
  const lines = await Promise.all(
    PUBLISHED_SETS.filter((set) => !set.archive).map((set) => differences(set, folder)),
  );
  // MNIST's files and Fashion-MNIST's have the same names: the folder is compared with the one it is nearest to.
  const wrong = (of: readonly string[]) => of.filter((line) => !line.endsWith("as published")).length;
  return lines.reduce(
    (best, of) => (of.length > 0 && (best.length === 0 || wrong(of) < wrong(best)) ? of : best),
    [],
  );
}

async function differences(set: PublishedSet, folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const file of set.files) {
    const path = join(folder, file.name);
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue;
    const wrong = await difference(file, path);
    lines.push(
      `${file.name}: ${wrong === undefined ? `${set.title}'s, as published` : `not ${set.title}'s: ${wrong}`}`,
    );
  }
  return lines;
}
