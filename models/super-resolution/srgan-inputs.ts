/** What a run of SRGAN begins with: a generator, features, perhaps another run's discriminator. */
import { InputError } from "../../engine/errors.ts";
import { decodeCheckpoint, type JsonValue } from "../../engine/io/index.ts";
import { parseVgg19 } from "../features/vgg19-files.ts";
import type { VGG19 } from "../features/vgg19.ts";
import type { Request } from "../system.ts";
import { sha256 } from "../training/hash.ts";
import type { StartingWeights } from "../training/recipe.ts";
import { loadGenerator } from "./generator-training.ts";
import { OF_DISCRIMINATOR, type SRGAN_OPTIONS } from "./srgan-options.ts";
import {
  featuresFor,
  SRGAN_PRESETS,
  type SRGANPreset,
  type SRGANPresetName,
  type SRGANRecipe,
} from "./srgan-recipe.ts";
import type { SRResNet } from "./srresnet.ts";

export type SRGANRequest = Request<typeof SRGAN_OPTIONS, SRGANRecipe>;

/** Where the features come from: stored with the run, so that it can go on without being told again. */
export interface Features {
  readonly net: VGG19;
  readonly file: string;
  readonly sha256: string;
}

export const presetOf = ({ preset }: SRGANRequest): SRGANPreset => SRGAN_PRESETS[preset as SRGANPresetName];

/** @throws InputError for an option that would have no effect */
export function refuseUseless({ chosen, options }: SRGANRequest, preset: SRGANPreset): void {
  const { title, content, adversarialWeight, network } = preset;
  const idle = OF_DISCRIMINATOR.find((option) => chosen.has(option));
  if (idle !== undefined && adversarialWeight === 0)
    throw new InputError(`--${idle} is about the discriminator, and ${title} has none`);
  if (chosen.has("pixel-weight") && content === "mse")
    throw new InputError(`--pixel-weight adds pixels to features, and ${title} compares pixels already`);
  if (chosen.has("texture-weight") && (content === "mse" || adversarialWeight === 0))
    throw new InputError(
      `--texture-weight is for features and a discriminator together, and ${title} has not both`,
    );
  if (options["frozen-statistics"] === true && !chosen.has("from"))
    throw new InputError("--frozen-statistics keeps those of a trained generator: name one by --from");
  if (!chosen.has("icnr")) return;
  if (chosen.has("from"))
    throw new InputError("--icnr is about a generator's first weights, and --from gives it others");
  if (network.upsample !== "subpixel")
    throw new InputError(`--icnr is about sub-pixel convolutions, and ${title} has none`);
}

/** The generator to begin with. @throws InputError where a preset needs one, or has another form */
export async function generatorOf(request: SRGANRequest, preset: SRGANPreset): Promise<SRResNet | undefined> {
  const name = request.options.from;
  if (name === undefined) {
    if (preset.adversarialWeight === 0 || preset.network.upsample === "deconv") return undefined;
    throw new InputError(
      `${preset.title} begins with a trained SRResNet: name its file by --from (train srresnet makes one, and srresnet is the one that comes with the project)`,
    );
  }
  const net = await loadGenerator(request.host, name);
  const { output, upsample } = net.config;
  if (output !== "linear")
    throw new InputError(
      `${name} ends with tanh and makes values from 0 to 1; generators are trained here without, from -1 to 1`,
    );
  if (upsample !== preset.network.upsample)
    throw new InputError(
      `${name} enlarges by ${upsample === "deconv" ? "transposed convolutions" : "sub-pixel convolutions"}, ` +
        `${preset.title} by ${upsample === "deconv" ? "sub-pixel" : "transposed"} ones: it is of another preset`,
    );
  return net;
}

/** The networks of the run whose discriminator goes on here. */
export async function judgeOf({ host, options }: SRGANRequest): Promise<StartingWeights | undefined> {
  const file = options.discriminator;
  return file === undefined
    ? undefined
    : { weights: decodeCheckpoint(await host.read(file), file).model, file };
}

/** @throws InputError where the recipe compares features and no file of them is named */
export async function featuresOf(
  { host, options }: SRGANRequest,
  recipe: SRGANRecipe,
): Promise<Features | undefined> {
  const wanted = featuresFor(recipe);
  if (!wanted) return undefined;
  const file = options.vgg;
  if (file === undefined)
    throw new InputError(
      "this preset compares features of VGG19: name a file of its weights by --vgg (torchvision's vgg19, .pth or .safetensors)",
    );
  const bytes = await host.read(file);
  return { net: parseVgg19(bytes, file, wanted), file, sha256: await sha256(bytes) };
}

/** The features that a run began with, from where they lay then or where --vgg says. @throws InputError for others */
export async function featuresAgain(
  { host, options, store }: SRGANRequest,
  recipe: SRGANRecipe,
  stored: JsonValue | undefined,
): Promise<Features | undefined> {
  const wanted = featuresFor(recipe);
  if (!wanted) return undefined;
  const before = (stored ?? {}) as { file?: string; sha256?: string };
  const { file: first = "", sha256: known = "" } = before;
  const file = options.vgg ?? first;
  const bytes = await host.read(file);
  if ((await sha256(bytes)) !== known)
    throw new InputError(
      `${file} is not the file of features that the run in ${store.path()} began with (${first})`,
    );
  return { net: parseVgg19(bytes, file, wanted), file: first, sha256: known };
}
