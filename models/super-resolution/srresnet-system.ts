/** SRResNet: a generator trained to be as close to the original as possible, pixel by pixel. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { type Data, system } from "../system.ts";
import { choice, type Options } from "../training/options.ts";
import type { StartingWeights } from "../training/recipe.ts";
import {
  GENERATOR_OPTIONS,
  loadGenerator,
  openPhotos,
  PHOTOGRAPHS,
  patchesOf,
  type Photos,
  trainingOf,
} from "./generator-training.ts";
import { extended, recipeEntries } from "./recipe.ts";
import { rehearsePatches } from "./rehearsal.ts";
import { superResolvers } from "./shipped.ts";
import { deepened } from "./srresnet-init.ts";
import { SRRESNET_PRESETS, type SRResNetRecipe, SRResNetTraining } from "./srresnet-training.ts";

const OPTIONS = {
  ...GENERATOR_OPTIONS,
  precision: choice(["f32", "mixed"], {
    help: "mixed computes products in half precision, with loss scaling; weights stay f32 (f32 by default)",
    placeholder: "f32|mixed",
    again: true,
  }),
} as const satisfies Options;

interface SRResNetData extends Data, Photos {
  /** Weights to begin with. */
  readonly begins: StartingWeights | undefined;
}

const presetOf = (name: string) => SRRESNET_PRESETS[name] as Omit<SRResNetRecipe, "seed">;

export const srresnet = system<typeof OPTIONS, SRResNetRecipe, SRResNetData>({
  name: "srresnet",
  title: "SRResNet",
  paper:
    "Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network, 2017",
  summary: "enlarges photographs by four, as close to the original as it can, pixel by pixel",
  data: PHOTOGRAPHS,
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the paper",
      sentence: "16 blocks of 64 channels, 10⁶ updates at 1e-4.",
      options: {},
    },
    gpu: { title: "for a GPU", sentence: "The paper's network in 20 000 updates.", options: {} },
    compact: { title: "for a processor", sentence: "4 blocks of 32 channels.", options: {} },
    medium: { title: "for a patient processor", sentence: "8 blocks of 32 channels.", options: {} },
    tiny: { title: "to try things out", sentence: "1 block of 8 channels, in seconds.", options: {} },
  },
  usual: "compact",
  recipe: v.looseObject({ ...recipeEntries, start: v.picklist(["random", "interpolation", "trained"]) }),
  // What options cannot change.
  matches: (recipe, name) =>
    (["network", "patch", "schedule", "allSymmetries"] as const).every(
      (field) => JSON.stringify(presetOf(name)[field]) === JSON.stringify(recipe[field]),
    ),
  extend: extended,
  async open(request) {
    const { options, preset, host, resumed, store } = request;
    const made = resumed && (resumed.stored.precision ?? "f32");
    if (made && options.precision !== undefined && options.precision !== made)
      throw new InputError(
        `--precision ${options.precision} contradicts the run in ${store.path()}, which has ${made}`,
      );
    const { network, patch } = presetOf(preset);
    const { from: file, seed = 0 } = options;
    const begins =
      file === undefined
        ? undefined
        : { weights: await deepened(await loadGenerator(host, file), network, seed, file), file };
    const degradation = resumed ? resumed.recipe.degrade : options.degrade;
    return {
      ...(await openPhotos("srresnet", request, resumed?.recipe.patch ?? patch, degradation)),
      begins,
    };
  },
  async plan({ options, preset }, { begins }) {
    const usual = presetOf(preset);
    const {
      steps = usual.steps,
      seed = 0,
      lr = usual.lr,
      batch = usual.batchSize,
      candidates,
      degrade,
      precision,
    } = options;
    return {
      ...usual,
      steps,
      seed,
      lr,
      batchSize: batch,
      ...(candidates !== undefined && { candidates }),
      ...(degrade !== undefined && { degrade }),
      ...(precision === "mixed" && { precision }),
      ...(begins && { start: "trained" as const }),
    };
  },
  start: async (recipe, data, request) =>
    trainingOf(new SRResNetTraining(recipe, data.begins), data, request, data.begins !== undefined),
  source: patchesOf,
  rehearsals: ["compact", "paper", "gpu", "medium", "tiny"],
  rehearse(name, side) {
    if (!Object.hasOwn(SRRESNET_PRESETS, name))
      throw new InputError(
        `there is no preset "${name}"; there are ${Object.keys(SRRESNET_PRESETS).join(", ")}`,
      );
    const trainer = new SRResNetTraining({ ...presetOf(name), seed: 0 });
    return rehearsePatches(`srresnet (${name})`, trainer, side);
  },
  shipped: superResolvers.filter(({ name }) => name.startsWith("srresnet")),
});
