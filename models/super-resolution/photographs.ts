/** Which photographs a training run learns from, and which it is measured on. */
import type { ImageFiles } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import type { Image } from "../../engine/io/image.ts";
import { sha256 } from "../training/hash.ts";
import type { Host } from "../training/host.ts";
import { isOriginal } from "./benchmark-files.ts";
import { validationImage } from "./validation.ts";

export interface Photographs {
  readonly training: ImageFiles;
  readonly validating: ImageFiles;
  /** Those to validate on, cut to size; without those that cannot be read. */
  readonly images: readonly Image[];
  /** Changes when a photograph is added, removed or renamed: a run can only go on exactly with the same ones. */
  readonly fingerprint: string;
  /** A sentence for each file of both folders that cannot be read, as far as is known before training. */
  readonly leftOut: readonly string[];
}

/**
 * Finds the photographs of a run; low-resolution partners beside them (`NAME_LRx4.png`) are passed over. Without a folder to
 * validate on, one of ten of the training folder is held out; where none of those can be read, others are.
 * @param patch side of a patch; smaller photographs are left out
 * @throws InputError when a folder holds nothing of use
 */
export async function findPhotographs(
  host: Pick<Host, "findImages" | "readImage">,
  data: string,
  val: string | undefined,
  patch: number,
): Promise<Photographs> {
  const wanted = { patch, accept: isOriginal };
  let all = await host.findImages(data, wanted);
  const given = val === undefined ? undefined : await host.findImages(val, wanted);
  const leftOut = [...all.damaged, ...(given?.damaged ?? [])].map(
    (path) => `${path}: not an image, or damaged`,
  );
  for (;;) {
    const split = given ? { training: all, validating: given } : holdOut(all);
    const { images, reasons } = await readValidation(host, split.validating.paths);
    leftOut.push(...reasons);
    if (images.length > 0)
      return { ...split, images, leftOut, fingerprint: await fingerprintOf(split, all.window) };
    if (given || split.training === split.validating)
      throw new InputError(`no photograph to validate on can be read; the first: ${reasons[0]}`);
    all = split.training;
  }
}

async function fingerprintOf(
  split: Pick<Photographs, "training" | "validating">,
  window: number,
): Promise<string> {
  const names = (files: ImageFiles) => files.paths.map(baseName);
  const list = JSON.stringify([names(split.training), names(split.validating), window]);
  return (await sha256(new TextEncoder().encode(list))).slice(0, 16);
}

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/** One of ten is held out, at least one; a single photograph serves both ends. */
function holdOut(all: ImageFiles): Pick<Photographs, "training" | "validating"> {
  if (all.paths.length < 2) return { training: all, validating: all };
  const held = all.paths.filter(
    (_, k) => k % 10 === 9 || (all.paths.length < 10 && k === all.paths.length - 1),
  );
  const rest = all.paths.filter((path) => !held.includes(path));
  return {
    training: { ...all, paths: rest, window: Math.min(all.window, rest.length) },
    validating: { ...all, paths: held, window: held.length },
  };
}

/** The photographs to validate on, cut to size, and what is wrong with those that cannot be read. */
async function readValidation(
  host: Pick<Host, "readImage">,
  paths: readonly string[],
): Promise<{ images: Image[]; reasons: string[] }> {
  const images: Image[] = [];
  const reasons: string[] = [];
  for (const path of paths)
    try {
      images.push(validationImage(await host.readImage(path)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reasons.push(error.message);
    }
  return { images, reasons };
}
