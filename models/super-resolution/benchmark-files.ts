/** Which files of a folder belong together as original (HR) and low resolution (LR), by their names alone. */
import { imageStem, isImageName } from "../../engine/data/image-names.ts";
import { InputError } from "../../engine/errors.ts";

/** Files of one benchmark image. Without `lr` the low resolution is to be made from `hr`. */
export interface BenchmarkFiles {
  readonly name: string;
  readonly hr: string;
  readonly lr?: string;
}

/** NAME_LRx4.png: beside NAME.png (or another image type). */
const LR_SUFFIX = /_LRx(\d+)$/i;
/** NAME_SRF_4_HR.png and NAME_SRF_4_LR.png, with results of other methods (NAME_SRF_4_SRCNN.png) among them. */
const SRF = /^(?<name>.*)_SRF_(?<factor>\d+)_(?<kind>[^_]+)$/i;

/**
 * Sorts the files of a folder into pairs, in order of their names.
 *
 * Three forms may lie beside each other: `NAME.png` alone, `NAME.png` with `NAME_LRx4.png`, and
 * `NAME_SRF_4_HR.png` with `NAME_SRF_4_LR.png`. Files for other factors, results of other methods in the `_SRF_` form,
 * hidden files and files that are no images are passed over.
 *
 * @param files names without folders
 * @throws InputError if an LR file has no original, or two originals share a name
 */
export function pairFiles(files: readonly string[]): BenchmarkFiles[] {
  const originals = new Map<string, string>();
  const reduced = new Map<string, string>();
  for (const file of [...files].sort()) {
    if (!isImageName(file)) continue;
    const base = imageStem(file);
    const srf = SRF.exec(base);
    const suffix = LR_SUFFIX.exec(base);
    if (srf) {
      const { name = "", factor, kind = "" } = srf.groups ?? {};
      if (factor !== "4") continue;
      if (kind.toUpperCase() === "HR") add(originals, name, file);
      else if (kind.toUpperCase() === "LR") add(reduced, name, file);
    } else if (suffix) {
      if (suffix[1] === "4") add(reduced, base.slice(0, suffix.index), file);
    } else {
      add(originals, base, file);
    }
  }
  for (const [name, lr] of reduced) {
    if (!originals.has(name)) throw new InputError(`${lr} is a low-resolution image without its original`);
  }
  return [...originals].map(([name, hr]) => {
    const lr = reduced.get(name);
    return lr === undefined ? { name, hr } : { name, hr, lr };
  });
}

/** Whether an image is no low-resolution partner of another one, nor another method's result for it. */
export function isOriginal(file: string): boolean {
  const base = imageStem(file);
  const kind = SRF.exec(base)?.groups?.kind;
  return kind === undefined ? !LR_SUFFIX.test(base) : kind.toUpperCase() === "HR";
}

function add(group: Map<string, string>, name: string, file: string): void {
  const other = group.get(name);
  if (other !== undefined)
    throw new InputError(`${other} and ${file} are two images of the same name "${name}"`);
  group.set(name, file);
}
