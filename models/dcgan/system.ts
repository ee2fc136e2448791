/** DCGAN: pictures of any set, from noise. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { DRAWN_DIGITS } from "../datasets/built-in.ts";
import type { Module } from "../../engine/index.ts";
import { fillUniform } from "../../engine/random.ts";
import { stackedMnist } from "../datasets/stacked-mnist.ts";
import type { NoiseForm } from "../sampling/noise.ts";
import { NoiseSampler } from "../sampling/unconditional.ts";
import { type Request, system } from "../system.ts";
import { flag, number, onOff, type Options, RUN_OPTIONS, whole } from "../training/options.ts";
import {
  openPictures,
  type PictureData,
  pictureData,
  pictureTraining,
} from "../training/picture-training.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import { type DcganGenerator, DISCRIMINATOR_NORMS, stagesOf } from "./networks.ts";
import { DCGAN_PRESETS, type DcganPreset, type DcganRecipe } from "./recipe.ts";
import { dcganGenerator, dcganTraining } from "./training.ts";

const OPTIONS = {
  size: whole(28, {
    help: "width and height of the pictures in pixels: 28, 32, 64, 128, … (the set's own by default, 64 for folders of pictures)",
  }),
  batch: whole(2, { help: "pictures in a batch (the preset's by default)", paper: 128 }),
  lr: number({ above: 0 }, { help: "learning rate of both networks (the preset's by default)", paper: 2e-4 }),
  width: whole(1, {
    help: "channels of both networks at half the size (the preset's by default)",
    paper: 64,
  }),
  mirror: onOff({
    help: "mirrors half of the pictures left to right (on by default for pictures in colour)",
  }),
  augment: onOff({
    help:
      "moves, covers and tints whatever the discriminator sees, real or not, so that a small set is not learnt by heart " +
      "(on by default below 10 000 pictures)",
    paper: false,
  }),
  stacked: flag({ help: "learns three of the set's digits at once, as red, green and blue (Stacked MNIST)" }),
  ...RUN_OPTIONS,
} as const satisfies Options;

type Asked = Request<typeof OPTIONS, DcganRecipe>;

/** Below so many pictures a discriminator soon knows each of them. */
const FEW = 10_000;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const SCHEMA = v.looseObject({
  system: v.literal("dcgan"),
  preset: v.picklist(Object.keys(DCGAN_PRESETS) as DcganPreset[]),
  norm: v.picklist(DISCRIMINATOR_NORMS),
  noise: v.picklist(["uniform", "normal"]),
  side: count,
  channels: count,
  latentDim: count,
  width: count,
  discriminatorWidth: count,
  mirror: v.boolean(),
  stacked: v.boolean(),
  batchSize: count,
  steps: count,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

async function open(asked: Asked): Promise<PictureData> {
  const { options, resumed, path } = asked;
  const stacked = options.stacked ?? resumed?.recipe.stacked ?? false;
  const size = options.size ?? resumed?.recipe.side;
  // Said before any file is read, where it can be.
  if (size !== undefined) stagesOf(size);
  const opened = await openPictures(asked, {
    ...(size !== undefined && { size }),
    ...(stacked && { channels: 1 }),
  });
  const { dataset } = opened;
  const [height, width] = dataset.shape;
  if (height !== width)
    throw new InputError(`${path}: the pictures are ${width}×${height}; give --size 32 or 64`);
  stagesOf(height);
  if (!stacked) return opened;
  if (dataset.classes.length !== 10)
    throw new InputError(`${path}: --stacked needs digits in ten classes, found ${dataset.classes.length}`);
  return pictureData(stackedMnist(dataset), "three digits at once");
}

/** Its pictures are three digits each. */
class StackSampler extends NoiseSampler {}

const sampler = (recipe: DcganRecipe, generator: Module): NoiseSampler => {
  const { side, channels, latentDim } = recipe;
  const form: NoiseForm = { latentDim, noise: recipe.noise === "normal" ? "normal" : [-1, 1] };
  return new (recipe.stacked ? StackSampler : NoiseSampler)("DCGAN", form, {
    generate: (z) => (generator as DcganGenerator).forward(z),
    shape: [side, side, channels],
    range: [-1, 1],
  });
};

export const dcgan = system<typeof OPTIONS, DcganRecipe, PictureData>({
  name: "dcgan",
  title: "DCGAN",
  paper:
    "Radford, Metz and Chintala, Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks, 2016",
  summary: "makes pictures like those of any folder, from noise alone",
  data: "a folder of pictures, or the files of MNIST, CIFAR or STL-10",
  builtIn: [DRAWN_DIGITS],
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the paper",
      sentence: "Batch norm in both networks, 25 000 updates of 128 pictures at 2e-4.",
      options: {},
    },
    modern: {
      title: "works best today",
      sentence: "Hinge loss, spectral norm, two learning rates, averaged weights.",
      options: {},
    },
    modes: {
      title: "misses nothing",
      sentence: "Relativistic loss with penalties at real and generated pictures (R3GAN), a small network.",
      options: {},
    },
  },
  usual: "modern",
  recipe: SCHEMA,
  open,
  async plan({ options, preset: name }, { dataset }) {
    const preset = name as DcganPreset;
    const usual = DCGAN_PRESETS[preset];
    const [side, , channels] = dataset.shape;
    const { stacked = false, lr, width } = options;
    const mirror = options.mirror ?? (channels === 3 && !stacked);
    const augment = options.augment ?? (preset !== "paper" && dataset.size < FEW);
    return {
      ...usual,
      system: "dcgan",
      preset,
      side,
      channels,
      mirror,
      stacked,
      steps: options.steps ?? usual.steps,
      seed: options.seed ?? 0,
      batchSize: options.batch ?? usual.batchSize,
      augment: augment ? ["translation", "cutout", "colour"] : [],
      ...(width !== undefined && { width, discriminatorWidth: width }),
      ...(lr !== undefined && { lr, discriminatorLr: lr }),
    };
  },
  start: async (recipe, { dataset }) =>
    pictureTraining(dcganTraining(recipe), dataset, { range: "signed", mirror: recipe.mirror }, (generator) =>
      sampler(recipe, generator),
    ),
  rehearsals: [...Object.keys(DCGAN_PRESETS), "tiny"],
  rehearse(name, side = name === "tiny" ? 32 : 64) {
    const preset = name === "tiny" ? "modes" : (name as DcganPreset);
    if (!Object.hasOwn(DCGAN_PRESETS, preset))
      throw new InputError(
        `there is no preset "${name}"; there are ${Object.keys(DCGAN_PRESETS).join(", ")} and tiny`,
      );
    const tiny = name === "tiny" && { batchSize: 8 };
    const size = { side, channels: 3, seed: 0, mirror: false, stacked: false, ...tiny };
    const recipe: DcganRecipe = { ...DCGAN_PRESETS[preset], ...size, system: "dcgan", preset };
    const shape = [recipe.batchSize, side, side, 3];
    return {
      title: `dcgan (${name}), a training step on ${recipe.batchSize} pictures of ${side}×${side}`,
      trainer: dcganTraining(recipe),
      batch(index) {
        const data = fillUniform(new Float32Array(recipe.batchSize * side * side * 3), 1, index, -1);
        return {
          index,
          count: recipe.batchSize,
          fields: { picture: { shape, data: data as Float32Array<ArrayBuffer> } },
        };
      },
    };
  },
  shipped: [
    {
      name: "dcgan",
      title: "DCGAN, digits",
      description:
        "Trained on MNIST in half an hour on a shared processor: most samples are digits, some only look like writing.",
      file: "models/weights/dcgan.safetensors",
      card: "models/weights/dcgan.md",
    },
  ],
  async load(bytes, file) {
    const { recipe, tensors } = recipeOf<DcganRecipe>(bytes, file, SCHEMA, "DCGAN");
    const generator = dcganGenerator(recipe);
    generator.loadStateDict(tensors, file);
    return sampler(recipe, generator.eval());
  },
  judge: async (made, request) =>
    made instanceof StackSampler
      ? (await import("../judging/stacked.ts")).judgeStackSampler(made, request)
      : (await import("../judging/judgement.ts")).judgeSampler(made, request, []),
});
