/** Which file `ganvas upscale` makes of which. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { listImages } from "../../engine/data/image-folder-node.ts";
import { imageStem } from "../../engine/data/image-names.ts";
import { InputError } from "../../engine/errors.ts";
import {
  type Format,
  FORMATS,
  formatOf,
  type ResultSize,
  resultName,
  stemOfOriginal,
} from "../../models/super-resolution/result-name.ts";
import { checkFolder, isFolder } from "./files.ts";

export interface Job {
  readonly from: string;
  readonly to: string;
  readonly format: Format;
}

export interface Plan {
  readonly jobs: readonly Job[];
  /** Images in folders that are passed over, since they are results of earlier runs. */
  readonly earlier: readonly string[];
}

/**
 * @param out a file for one image, whose ending tells the format, else a folder, in which `photo.jpg` becomes `photo_x4.png`
 * @param format that was asked for
 * @throws InputError where that cannot be, or would replace one of the images to enlarge
 */
export async function planUpscale(
  inputs: readonly string[],
  out: string,
  size: ResultSize,
  format?: Format,
): Promise<Plan> {
  const files: string[] = [];
  const earlier: string[] = [];
  for (const input of inputs) {
    if (!isFolder(input)) files.push(input);
    else
      for (const [name, isResult] of sortOut(await listImages(input)))
        (isResult ? earlier : files).push(join(input, name));
  }
  const single = files.length === 1 && inputs[0] === files[0];
  const named = formatOf(out);
  if (!isFolder(out) && (named !== undefined || (single && extname(out) !== ""))) {
    if (!single) throw new InputError(`several images cannot go into the one file ${out}; name a folder`);
    if (named === undefined || (format ?? named) !== named)
      throw new InputError(
        `the result is a ${(format ?? "PNG").toUpperCase()}: ${out} should end in .${format ?? `${FORMATS.slice(0, -1).join(", .")} or .${FORMATS.at(-1)}`}`,
      );
    const folder = dirname(out);
    if (!isFolder(folder)) throw new InputError(`cannot write ${out}: there is no folder ${folder}`);
    checkFolder(folder);
    return { jobs: keepOriginals([{ from: files[0] as string, to: out, format: named }]), earlier };
  }
  checkFolder(out);
  const made = format ?? "png";
  const job = (from: string): Job => ({
    from,
    to: join(out, resultName(basename(from), size, made)),
    format: made,
  });
  return { jobs: keepOriginals(oneEach(files.map(job))), earlier };
}

/** Each name, and whether it is the result of enlarging another: `a_x4.png` beside `a.jpg`. */
function sortOut(names: readonly string[]): readonly (readonly [string, boolean])[] {
  const stems = new Set(names.map(imageStem));
  const original = (name: string): string | undefined => {
    const stem = stemOfOriginal(name);
    return stem !== undefined && stems.has(stem) ? stem : undefined;
  };
  return names.map((name) => [name, original(name) !== undefined]);
}

/** The same image given twice is enlarged once. @throws InputError where two would become one */
function oneEach(jobs: readonly Job[]): Job[] {
  const taken = new Map<string, string>();
  for (const { from, to } of jobs) {
    const other = taken.get(to);
    if (other !== undefined && resolve(other) !== resolve(from))
      throw new InputError(`${other} and ${from} would both become ${to}; enlarge them into two folders`);
    taken.set(to, from);
  }
  return jobs.filter(({ from, to }) => taken.get(to) === from);
}

/** @throws InputError where a result would take the place of an image that is read, by whatever path or link */
function keepOriginals(jobs: readonly Job[]): readonly Job[] {
  const place = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));
  const originals = new Map(jobs.map(({ from }) => [place(from), from]));
  for (const { from, to } of jobs) {
    const replaced = originals.get(place(to));
    if (replaced !== undefined)
      throw new InputError(
        `${from} would become ${to}, which would replace the original ${replaced}; name another file or folder`,
      );
  }
  return jobs;
}
