/** Weights files of conditional GANs: the tensors of the generator, and in the metadata what they do not show of it. */
import * as v from "valibot";
import { FormatError, InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";
import { type PictureGenerator, pictureGenerator } from "./generator.ts";
import { type CganNetworks, networkEntries } from "./recipe.ts";

/** For the metadata of a weights file. */
export function cganMetadata(form: CganNetworks): Record<string, string> {
  const own = Object.fromEntries(
    Object.keys(networkEntries).map((name) => [name, form[name as keyof CganNetworks]]),
  );
  return { system: "cgan", form: JSON.stringify(own) };
}

const FORM = v.pipe(v.string(), v.parseJson(), v.object(networkEntries));

/** @throws InputError where they are of another system, FormatError where they are damaged */
function formOf({ system, form }: Readonly<Record<string, string>>, file: string): CganNetworks {
  if (system !== "cgan")
    throw new InputError(
      `${file} holds no conditional GAN${system === undefined ? " (its metadata name no system)" : `, but ${system}`}`,
    );
  const { success, output, issues } = v.safeParse(FORM, form);
  if (success) return output;
  const [{ path, message }] = issues;
  const where = path?.map(({ key }) => String(key)).join(".");
  throw new FormatError(
    `${file}: its metadata describe no conditional GAN (${where ? `${where}: ` : ""}${message})`,
  );
}

export interface CganFile extends PictureGenerator {
  readonly form: CganNetworks;
}

/**
 * A generator in evaluation mode.
 * @throws InputError naming what does not fit
 */
export function parseCgan(bytes: Uint8Array, file: string): CganFile {
  const { tensors, metadata } = openWeights(bytes, file);
  return cganFrom(tensors, formOf(metadata, file), file);
}

/** The same from tensors in memory. */
export function cganFrom(
  tensors: ReadonlyMap<string, HostTensor>,
  form: CganNetworks,
  file: string,
): CganFile {
  const { network, draw } = pictureGenerator(form);
  network.loadStateDict(tensors, file);
  network.eval();
  return { form, network, draw };
}
