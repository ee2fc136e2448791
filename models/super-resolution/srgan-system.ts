/** SRGAN and its relatives: a generator that is judged by features and by a second network. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { nameLayers } from "../../engine/index.ts";
import type { HostTensor } from "../../engine/io/index.ts";
import { VGG19 } from "../features/vgg19.ts";
import { type Preset, system } from "../system.ts";
import { calibrateOnBatches } from "./calibrate.ts";
import { openPhotos, PHOTOGRAPHS, patchesOf, type Photos, trainingOf } from "./generator-training.ts";
import { extended, recipeEntries } from "./recipe.ts";
import { rehearsePatches } from "./rehearsal.ts";
import { superResolvers } from "./shipped.ts";
import {
  type Features,
  featuresAgain,
  featuresOf,
  generatorOf,
  judgeOf,
  presetOf,
  refuseUseless,
  type SRGANRequest,
} from "./srgan-inputs.ts";
import { CAFFE_VGG_WEIGHT } from "./srgan-losses.ts";
import { gameOf, SRGAN_OPTIONS, settingsOf } from "./srgan-options.ts";
import {
  type ContentRecipe,
  featuresFor,
  SRGAN_PRESETS,
  SRGAN_SIZES,
  type SRGANPreset,
  type SRGANPresetName,
  type SRGANRecipe,
  type SRGANSizeName,
  srganRecipe,
  withSteps,
} from "./srgan-recipe.ts";
import { SRGANTraining } from "./srgan-training.ts";
import { srganConcerns } from "./srgan-watch.ts";
import type { SRResNet } from "./srresnet.ts";
import { SRRESNET_PRESETS } from "./srresnet-training.ts";
import type { StartingWeights } from "../training/recipe.ts";

/** Batches from which the weight of features is found. */
const CALIBRATION_BATCHES = 4;

interface SRGANData extends Photos {
  /** But for the weight of features, which may need the photographs. */
  readonly draft: SRGANRecipe;
  readonly features: Features | undefined;
  /** To begin with. */
  readonly generator: SRResNet | undefined;
  readonly weights: ReadonlyMap<string, HostTensor> | undefined;
  readonly judge: StartingWeights | undefined;
}

export const srgan = system<typeof SRGAN_OPTIONS, SRGANRecipe, SRGANData>({
  name: "srgan",
  title: "SRGAN",
  paper:
    "Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network, 2017",
  summary: "enlarges photographs by four, with texture that a second network takes for real",
  data: PHOTOGRAPHS,
  options: SRGAN_OPTIONS,
  presets: Object.fromEntries(
    Object.entries(SRGAN_PRESETS).map(([name, preset]) => [name, described(preset)]),
  ),
  usual: "srgan-vgg22",
  recipe: v.looseObject({
    ...recipeEntries,
    adversarialWeight: v.number(),
    content: v.looseObject({ kind: v.picklist(["mse", "vgg"]) }),
    game: v.looseObject({ loss: v.string() }),
  }),
  extras: ["vgg"],
  matches({ content, adversarialWeight, tvWeight }, name) {
    const preset: SRGANPreset = SRGAN_PRESETS[name as SRGANPresetName];
    const layer = content.kind === "mse" ? "mse" : content.layer;
    const judged = preset.adversarialWeight > 0 === adversarialWeight > 0;
    return preset.content === layer && judged && preset.tvWeight === tvWeight;
  },
  extend: (stored, steps) => ({ ...extended(stored, steps), recipe: withSteps(stored, steps) }),
  async open(request) {
    const { resumed } = request;
    const inputs = resumed
      ? {
          draft: resumed.recipe,
          features: await featuresAgain(request, resumed.stored, resumed.extras.vgg),
          generator: undefined,
          weights: undefined,
          judge: undefined,
        }
      : await inputsOf(request);
    const { features } = inputs;
    const extras = features ? { vgg: { file: features.file, sha256: features.sha256 } } : {};
    return {
      ...(await openPhotos("srgan", request, inputs.draft.patch, inputs.draft.degrade)),
      ...inputs,
      extras,
    };
  },
  async plan({ options }, { draft, features, generator, source }) {
    if (!features || draft.content.kind === "mse") return draft;
    const { net } = features;
    const { content } = draft;
    const weight = options["vgg-weight"];
    // The paper's weight belongs to the original weights of VGG; for all others one is found that makes the loss as large as
    // the mean squared error, which is what the paper's rescaling is for.
    const vgg: ContentRecipe =
      net.input === "caffe" && net.padding === "zeros"
        ? { ...content, reduction: "channel-sum", weight: weight ?? CAFFE_VGG_WEIGHT }
        : { ...content, reduction: "mean", weight: weight ?? (await calibrated()) };
    return { ...draft, content: vgg };

    async function calibrated(): Promise<number> {
      // One after the other: whoever asks for a batch lets the earlier ones go.
      const batches = [];
      for (let k = 0; k < CALIBRATION_BATCHES; k++) batches.push(await source(draft).batch(k));
      return calibrateOnBatches(generator ?? new SRGANTraining(draft, net).generator, net, batches, "mean");
    }
  },
  async start(recipe, data, request) {
    const { features, generator, weights, judge } = data;
    const from = weights && { weights, file: request.options.from ?? "" };
    const trainer = new SRGANTraining(recipe, features?.net, from, judge);
    return { ...trainingOf(trainer, data, request, generator !== undefined), watch: srganConcerns };
  },
  source: patchesOf,
  rehearsals: ["compact", "paper", "tiny"],
  rehearse,
  shipped: superResolvers.filter(({ name }) => name === "srgan"),
});

function described({ title, content, adversarialWeight }: SRGANPreset): Preset {
  const against = content === "mse" ? "pixels" : `VGG19's ${content}`;
  return {
    title,
    sentence: `Compares ${against}${adversarialWeight > 0 ? ", against a discriminator" : ""}.`,
    options: {},
  };
}

/** What a new run is made of. @throws InputError where options contradict each other or the files that they name */
async function inputsOf(
  request: SRGANRequest,
): Promise<Pick<SRGANData, "draft" | "features" | "generator" | "weights" | "judge">> {
  const { options, preset } = request;
  refuseUseless(request, presetOf(request));
  const { size = "compact" } = options;
  const generator = await generatorOf(request, presetOf(request));
  const draft = srganRecipe({
    preset: preset as SRGANPresetName,
    size,
    ...(generator && { network: generator.config }),
    ...settingsOf(options),
    game: gameOf(options, size),
    icnr: options.icnr === true,
  });
  const features = await featuresOf(request, draft);
  if (options.jitter === true && !draft.jitter)
    throw new InputError(
      "--jitter shows less of a patch than the dense head takes: choose --head patch or gap",
    );
  return { draft, features, generator, weights: await generator?.stateDict(), judge: await judgeOf(request) };
}

/** The generator that a size of SRGAN goes with. */
const GENERATORS = { paper: "paper", compact: "medium", tiny: "tiny" } as const;

/** SRGAN-VGG22, both networks' updates. All weights are random, VGG19's too. */
function rehearse(size: string, side?: number) {
  if (!Object.hasOwn(SRGAN_SIZES, size))
    throw new InputError(`there is no size "${size}"; there are ${Object.keys(SRGAN_SIZES).join(", ")}`);
  const name = size as SRGANSizeName;
  const { network } = SRRESNET_PRESETS[GENERATORS[name]] as { network: SRResNet["config"] };
  const recipe = srganRecipe({ preset: "srgan-vgg22", size: name, network });
  const low = side ?? recipe.patch / 4;
  if (low % 4 !== 0) throw new InputError(`patches of SRGAN have sides of 4, 8, 12, … pixels, got ${low}`);
  const discriminator = recipe.discriminator && { ...recipe.discriminator, inputSize: 4 * low };
  const vgg = nameLayers(new VGG19(featuresFor(recipe)), "vgg");
  const training = new SRGANTraining({ ...recipe, discriminator }, vgg);
  return rehearsePatches(`srgan (${size})`, training, low);
}
