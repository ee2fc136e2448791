/** Which file `ganvas upscale` makes of which. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { listImages } from "../../engine/data/image-folder-node.ts";
import { imageStem } from "../../engine/data/image-names.ts";
import { InputError } from "../../engine/errors.ts";
import { checkFolder, isFolder } from "./files.ts";

export interface Job {
  readonly from: string;
  readonly to: string;
}

export interface Plan {
  readonly jobs: readonly Job[];
  /** Images in folders that are passed over, since they are results of earlier runs. */
  readonly earlier: readonly string[];
}

/**
 * @param out a PNG file for one image, else a folder, in which `photo.jpg` becomes `photo_x4.png`
 * @throws InputError where that cannot be, or would replace one of the images to enlarge
 */
export async function planUpscale(inputs: readonly string[], out: string, scale: number): Promise<Plan> {
  const files: string[] = [];
  const earlier: string[] = [];
  for (const input of inputs) {
    if (!isFolder(input)) files.push(input);
    else
      for (const [name, isResult] of sortOut(await listImages(input)))
        (isResult ? earlier : files).push(join(input, name));
  }
  const single = files.length === 1 && inputs[0] === files[0];
  const png = extname(out).toLowerCase() === ".png";
  if (!isFolder(out) && (png || (single && extname(out) !== ""))) {
    if (!single) throw new InputError(`several images cannot go into the one file ${out}; name a folder`);
    if (!png) throw new InputError(`the result is a PNG: ${out} should end in .png`);
    const folder = dirname(out);
    if (!isFolder(folder)) throw new InputError(`cannot write ${out}: there is no folder ${folder}`);
    checkFolder(folder);
    return { jobs: keepOriginals([{ from: files[0] as string, to: out }]), earlier };
  }
  checkFolder(out);
  const result = (from: string) => join(out, `${basename(from, extname(from))}_x${scale}.png`);
  return { jobs: keepOriginals(oneEach(files.map((from) => ({ from, to: result(from) })))), earlier };
}

/** Each name, and whether it is the result of enlarging another: `a_x4.png` beside `a.jpg`. */
function sortOut(names: readonly string[]): readonly (readonly [string, boolean])[] {
  const stems = new Set(names.map(imageStem));
  const original = (name: string): string | undefined => {
    const stem = /^(.+)_x\d+\.png$/.exec(name)?.[1];
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
