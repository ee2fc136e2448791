/** The first GAN: fully connected networks, pictures from noise. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { DRAWN_DIGITS } from "../datasets/built-in.ts";
import { type Module, reshape } from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { pixelMeans } from "../datasets/pixel-means.ts";
import { PARZEN_ON_MNIST } from "../judging/papers.ts";
import { NoiseSampler } from "../sampling/unconditional.ts";
import { system } from "../system.ts";
import { number, type Options, RUN_OPTIONS, whole } from "../training/options.ts";
import { openPictures, type PictureData, pictureTraining } from "../training/picture-training.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import type { GanGenerator } from "./networks.ts";
import { GAN_PRESETS, type GanPreset, type GanRecipe } from "./recipe.ts";
import { GAN_NOISE, ganGenerator, ganTraining } from "./training.ts";

const OPTIONS = {
  size: whole(4, {
    help: "width and height of the pictures in pixels (the set's own by default, 64 for folders)",
  }),
  batch: whole(2, { help: "pictures in a batch (the preset's by default)", paper: 100 }),
  lr: number({ above: 0 }, { help: "learning rate of both networks (the preset's by default)", paper: 0.1 }),
  ...RUN_OPTIONS,
} as const satisfies Options;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const SCHEMA = v.looseObject({
  system: v.literal("gan"),
  preset: v.picklist(Object.keys(GAN_PRESETS) as GanPreset[]),
  height: count,
  width: count,
  channels: count,
  latentDim: count,
  hidden: count,
  discriminatorHidden: count,
  batchSize: count,
  steps: count,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

const sampler = (recipe: GanRecipe, generator: Module): NoiseSampler => {
  const { height, width, channels, latentDim } = recipe;
  return new NoiseSampler(
    "GAN",
    { latentDim, noise: GAN_NOISE },
    {
      generate: (z) => reshape((generator as GanGenerator).forward(z), [-1, height, width, channels]),
      shape: [height, width, channels],
      range: [0, 1],
    },
  );
};

export const gan = system<typeof OPTIONS, GanRecipe, PictureData>({
  name: "gan",
  title: "the first GAN",
  paper: "Goodfellow et al., Generative Adversarial Nets, 2014",
  summary: "makes digits or other small pictures from noise, with fully connected networks",
  data: "the files of MNIST, CIFAR or STL-10, or a folder of pictures",
  builtIn: [DRAWN_DIGITS],
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the authors' code",
      sentence: "Maxout and dropout in the discriminator; SGD at 0.1 with growing momentum.",
      options: {},
    },
    modern: {
      title: "works best today",
      sentence: "Adam, a penalty on the discriminator's gradient instead of dropout, averaged weights.",
      options: {},
    },
  },
  usual: "modern",
  recipe: SCHEMA,
  open(request) {
    const size = request.options.size ?? request.resumed?.recipe.width;
    return openPictures(request, size === undefined ? {} : { size });
  },
  async plan({ options, preset: name }, { dataset }) {
    const preset = name as GanPreset;
    const usual = GAN_PRESETS[preset];
    const [height, width, channels] = dataset.shape;
    const { lr } = options;
    return {
      ...usual,
      system: "gan",
      preset,
      height,
      width,
      channels,
      steps: options.steps ?? usual.steps,
      seed: options.seed ?? 0,
      batchSize: options.batch ?? usual.batchSize,
      ...(lr !== undefined && { lr, discriminatorLr: lr }),
    };
  },
  start: async (recipe, { dataset }) =>
    pictureTraining(ganTraining(recipe, await pixelMeans(dataset)), dataset, { range: "unit" }, (generator) =>
      sampler(recipe, generator),
    ),
  rehearsals: [...Object.keys(GAN_PRESETS), "tiny"],
  rehearse(name, side = 28) {
    const preset = name === "tiny" ? "modern" : (name as GanPreset);
    if (!Object.hasOwn(GAN_PRESETS, preset))
      throw new InputError(
        `there is no preset "${name}"; there are ${Object.keys(GAN_PRESETS).join(", ")} and tiny`,
      );
    const tiny = name === "tiny" && { hidden: 32, discriminatorHidden: 16, latentDim: 8, batchSize: 8 };
    const size = { height: side, width: side, channels: 1, seed: 0 };
    const recipe: GanRecipe = { ...GAN_PRESETS[preset], ...size, ...tiny, system: "gan", preset };
    const shape = [recipe.batchSize, side, side, 1];
    return {
      title: `gan (${name}), a training step on ${recipe.batchSize} pictures of ${side}×${side}`,
      trainer: ganTraining(recipe),
      batch(index) {
        const data = fillUniform(new Float32Array(recipe.batchSize * side * side), 1, index);
        return {
          index,
          count: recipe.batchSize,
          fields: { picture: { shape, data: data as Float32Array<ArrayBuffer> } },
        };
      },
    };
  },
  shipped: [],
  async load(bytes, file) {
    const { recipe, tensors } = recipeOf<GanRecipe>(bytes, file, SCHEMA, "the first GAN");
    const generator = ganGenerator(recipe);
    generator.loadStateDict(tensors, file);
    return sampler(recipe, generator.eval());
  },
  judge: async (made, request) =>
    (await import("../judging/judgement.ts")).judgeSampler(made, request, PARZEN_ON_MNIST.slice(1, 2)),
});
