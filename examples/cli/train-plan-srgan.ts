/** What a run of `train srgan` is to do: a preset at a size, a generator to begin with, and the features to compare. */
import { createHash } from "node:crypto";
import type { Batch } from "../../engine/data/index.ts";
import { InputError } from "../../engine/errors.ts";
import { ganLoss, ganLossKinds } from "../../engine/index.ts";
import type { JsonValue } from "../../engine/io/index.ts";
import { readCheckpoint, readFileBytes } from "../../engine/io/node.ts";
import type { SRResNet } from "../../models/super-resolution/srresnet.ts";
import { calibrateOnBatches } from "../../models/super-resolution/calibrate.ts";
import type { Recipe, StartingWeights } from "../../models/training/recipe.ts";
import { SRGANTraining } from "../../models/super-resolution/srgan-training.ts";
import {
  type ContentRecipe,
  featuresFor,
  SRGAN_PRESETS,
  SRGAN_SIZES,
  type SRGANPreset,
  type SRGANPresetName,
  type SRGANRecipe,
  type SRGANSize,
  type SRGANSizeName,
  srganRecipe,
  withSteps,
} from "../../models/super-resolution/srgan-recipe.ts";
import { type Game, PAPER_GAME } from "../../models/super-resolution/srgan-step.ts";
import { CAFFE_VGG_WEIGHT } from "../../models/super-resolution/srgan-losses.ts";
import type { VGG19 } from "../../models/features/vgg19.ts";
import { parseVgg19 } from "../../models/features/vgg19-files.ts";
import { type Arguments, decimal, oneOf, text } from "./command.ts";
import { loadGenerator } from "./files.ts";
import { DISCRIMINATOR_SETTINGS, SETTING_NAMES, settingsOf } from "./train-settings-srgan.ts";
import { readRun, refuseSettled, type TrainPlan, wishesOf } from "./train-plan.ts";

/** Batches from which the weight of features is found. */
const CALIBRATION_BATCHES = 4;

/** Options for runs with a discriminator. */
const OF_DISCRIMINATOR = ["discriminator", "gan", "label-smoothing", "r1", ...DISCRIMINATOR_SETTINGS];

/** Where the features come from: stored with the run, so that it can go on without being told again. */
interface Features {
  readonly net: VGG19;
  readonly file: string;
  readonly sha256: string;
}

/** @throws InputError where the options contradict each other or the run that is there */
export async function planSRGAN(args: Arguments, out: string): Promise<TrainPlan> {
  const wishes = wishesOf(args, out);
  return args.values.resume === true ? resumed(args, out, wishes) : begun(args, wishes);
}

async function begun(args: Arguments, wishes: ReturnType<typeof wishesOf>): Promise<TrainPlan> {
  const name = presetOf(args) ?? "srgan-vgg22";
  const preset: SRGANPreset = SRGAN_PRESETS[name];
  refuseUseless(args, preset);
  const size = oneOf(args, "size", Object.keys(SRGAN_SIZES) as SRGANSizeName[], "compact");
  const generator = await generatorOf(args, preset);
  const { steps, seed } = wishes;
  const recipe = srganRecipe({
    preset: name,
    size,
    ...(generator && { network: generator.config }),
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seed }),
    ...settingsOf(args),
    game: gameOf(args, size),
    icnr: args.values.icnr === true,
  });
  const features = await featuresOf(args, recipe);
  if (args.values.jitter === "on" && !recipe.jitter)
    throw new InputError(
      "--jitter shows less of a patch than the dense head takes: choose --head patch or gap",
    );
  const from = await generator?.stateDict();
  const judge = await judgeOf(args);
  const weight = decimal(args, "vgg-weight", { above: 0 });
  return {
    recipe,
    minutes: wishes.minutes,
    from: undefined,
    measureFirst: generator !== undefined,
    extras: features ? { vgg: { file: features.file, sha256: features.sha256 } } : {},
    async settle(batch) {
      if (!features) return recipe;
      const content = await contentOf(recipe, features.net, weight, async () => {
        // One after the other: whoever asks for a batch lets the earlier ones go.
        const batches: Batch[] = [];
        for (let k = 0; k < CALIBRATION_BATCHES; k++) batches.push(await batch(k));
        const net = generator ?? new SRGANTraining(recipe, features.net).generator;
        return calibrateOnBatches(net, features.net, batches, "mean");
      });
      return { ...recipe, content } as SRGANRecipe;
    },
    trainer: (settled) =>
      new SRGANTraining(
        settled as SRGANRecipe,
        features?.net,
        from && { weights: from, file: text(args, "from") ?? "" },
        judge,
      ),
  };
}

async function resumed(
  args: Arguments,
  out: string,
  wishes: ReturnType<typeof wishesOf>,
): Promise<TrainPlan> {
  const isSRGAN = (options: Readonly<Record<string, unknown>>) => "adversarialWeight" in options;
  const run = await readRun<SRGANRecipe>(out, wishes, "SRGAN", isSRGAN, ["vgg"]);
  refuseSettled(args, ["from", "size", "vgg-weight", "icnr", ...OF_DISCRIMINATOR, ...SETTING_NAMES]);
  const { content, adversarialWeight, tvWeight } = run.stored;
  const name = presetOf(args);
  if (name !== undefined) {
    const preset: SRGANPreset = SRGAN_PRESETS[name];
    const layer = content.kind === "mse" ? "mse" : content.layer;
    const differs =
      preset.content !== layer ||
      preset.adversarialWeight > 0 !== adversarialWeight > 0 ||
      preset.tvWeight !== tvWeight;
    if (differs) throw new InputError(`the run in ${out} has another recipe than --preset ${name}`);
  }
  const vgg = await featuresAgain(args, out, run.stored, run.extras.vgg);
  const recipe = withSteps(run.stored, run.recipe.steps);
  return {
    recipe,
    minutes: undefined,
    from: run,
    measureFirst: false,
    extras: run.extras,
    settle: async () => recipe,
    trainer: (settled: Recipe) => new SRGANTraining(settled as SRGANRecipe, vgg),
  };
}

/** @throws InputError for an option that would have no effect */
function refuseUseless(args: Arguments, { title, content, adversarialWeight, network }: SRGANPreset): void {
  const idle = OF_DISCRIMINATOR.find((option) => args.values[option] !== undefined);
  if (idle !== undefined && adversarialWeight === 0)
    throw new InputError(`--${idle} is about the discriminator, and ${title} has none`);
  if (args.values["pixel-weight"] !== undefined && content === "mse")
    throw new InputError(`--pixel-weight adds pixels to features, and ${title} compares pixels already`);
  const textured = content !== "mse" && adversarialWeight > 0;
  if (args.values["texture-weight"] !== undefined && !textured)
    throw new InputError(
      `--texture-weight is for features and a discriminator together, and ${title} has not both`,
    );
  if (args.values["frozen-statistics"] === "on" && text(args, "from") === undefined)
    throw new InputError("--frozen-statistics keeps those of a trained generator: name one by --from");
  if (args.values.icnr !== true) return;
  if (text(args, "from") !== undefined)
    throw new InputError("--icnr is about a generator's first weights, and --from gives it others");
  if (network.upsample !== "subpixel")
    throw new InputError(`--icnr is about sub-pixel convolutions, and ${title} has none`);
}

/** The rules of the game, where options change them. @throws InputError for one that has no label to smooth */
function gameOf(args: Arguments, size: SRGANSizeName): Partial<Game> {
  const usual: Game = { ...PAPER_GAME, ...(SRGAN_SIZES[size] as SRGANSize).game };
  const loss = oneOf(args, "gan", ganLossKinds, usual.loss);
  const smoothing = decimal(args, "label-smoothing", { least: 0, below: 1 }) ?? 0;
  const r1 = decimal(args, "r1", { least: 0 }) ?? usual.r1;
  try {
    ganLoss(loss, { realTarget: 1 - smoothing });
  } catch (error) {
    throw new InputError((error as Error).message.replace("ganLoss: ", "--label-smoothing: "));
  }
  return { loss, realTarget: 1 - smoothing, r1 };
}

function presetOf(args: Arguments): SRGANPresetName | undefined {
  const names = Object.keys(SRGAN_PRESETS) as SRGANPresetName[];
  return text(args, "preset") === undefined ? undefined : oneOf(args, "preset", names, "srgan-vgg22");
}

/** The generator to begin with. @throws InputError where a preset needs one, or has another form */
async function generatorOf(args: Arguments, preset: SRGANPreset): Promise<SRResNet | undefined> {
  const name = text(args, "from");
  if (name === undefined) {
    const begins = preset.adversarialWeight === 0 || preset.network.upsample === "deconv";
    if (begins) return undefined;
    throw new InputError(
      `${preset.title} begins with a trained SRResNet: name its file by --from (train srresnet makes one, and srresnet is the one that comes with the project)`,
    );
  }
  const net = await loadGenerator(name);
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
async function judgeOf(args: Arguments): Promise<StartingWeights | undefined> {
  const file = text(args, "discriminator");
  return file === undefined ? undefined : { weights: (await readCheckpoint(file)).model, file };
}

async function featuresOf(args: Arguments, recipe: SRGANRecipe): Promise<Features | undefined> {
  const wanted = featuresFor(recipe);
  if (!wanted) return undefined;
  const file = text(args, "vgg");
  if (file === undefined)
    throw new InputError(
      "this preset compares features of VGG19: name a file of its weights by --vgg (torchvision's vgg19, .pth or .safetensors)",
    );
  const bytes = await readFileBytes(file);
  return { net: parseVgg19(bytes, file, wanted), file, sha256: hash(bytes) };
}

/** The features that a run began with, from where they lay then or where --vgg says. */
async function featuresAgain(
  args: Arguments,
  out: string,
  recipe: SRGANRecipe,
  stored: JsonValue | undefined,
): Promise<VGG19 | undefined> {
  const wanted = featuresFor(recipe);
  if (!wanted) return undefined;
  const { file: before = "", sha256 = "" } = (stored ?? {}) as { file?: string; sha256?: string };
  const file = text(args, "vgg") ?? before;
  const bytes = await readFileBytes(file);
  if (hash(bytes) !== sha256)
    throw new InputError(`${file} is not the file of features that the run in ${out} began with (${before})`);
  return parseVgg19(bytes, file, wanted);
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * How features are compared. The paper's weight belongs to the original weights of VGG; for all others one is found that
 * makes the loss as large as the mean squared error, which is what the paper's rescaling is for.
 */
async function contentOf(
  { content }: SRGANRecipe,
  vgg: VGG19,
  weight: number | undefined,
  calibrate: () => Promise<number>,
): Promise<ContentRecipe> {
  if (content.kind === "mse") return content;
  if (vgg.input === "caffe" && vgg.padding === "zeros")
    return { ...content, reduction: "channel-sum", weight: weight ?? CAFFE_VGG_WEIGHT };
  return { ...content, reduction: "mean", weight: weight ?? (await calibrate()) };
}
