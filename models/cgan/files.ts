/** Weights files of conditional GANs: the tensors of the generator, and in the metadata what they do not show of it. */
import { FormatError, InputError } from "../../engine/errors.ts";
import { type HostTensor, openWeights } from "../../engine/io/index.ts";
import { type PictureGenerator, pictureGenerator } from "./generator.ts";
import { CGAN_NETWORKS, CGAN_NOISES, type CganNetworks } from "./recipe.ts";

const WHOLE = ["latentDim", "generatorWidth", "discriminatorWidth", "classes", "height", "width"] as const;

/** For the metadata of a weights file. */
export function cganMetadata(form: CganNetworks): Record<string, string> {
  const fields = ["networks", "noise", ...WHOLE] as const;
  return { system: "cgan", ...Object.fromEntries(fields.map((field) => [field, String(form[field])])) };
}

/** @throws InputError where they are of another system, FormatError where they are damaged */
function formOf(metadata: Readonly<Record<string, string>>, file: string): CganNetworks {
  const { system, networks, noise } = metadata;
  if (system !== "cgan")
    throw new InputError(
      `${file} holds no conditional GAN${system === undefined ? " (its metadata name no system)" : `, but ${system}`}`,
    );
  const one = <T extends string>(words: readonly T[], name: string, given = ""): T => {
    if (!words.includes(given as T))
      throw new FormatError(
        `${file}: its metadata should say ${name} = ${words.join(" or ")}, got "${given}"`,
      );
    return given as T;
  };
  const whole = (name: (typeof WHOLE)[number]): number => {
    const value = Number(metadata[name]);
    if (!(Number.isSafeInteger(value) && value > 0 && value <= 1e5))
      throw new FormatError(
        `${file}: its metadata should say ${name} = a whole number, got "${metadata[name]}"`,
      );
    return value;
  };
  return {
    networks: one(CGAN_NETWORKS, "networks", networks),
    noise: one(CGAN_NOISES, "noise", noise),
    latentDim: whole("latentDim"),
    generatorWidth: whole("generatorWidth"),
    discriminatorWidth: whole("discriminatorWidth"),
    classes: whole("classes"),
    height: whole("height"),
    width: whole("width"),
  };
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
