/** LAPGAN: pictures from coarse to fine. Its levels are stages: each learns from real pictures by itself, in any order. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { DRAWN_DIGITS } from "../datasets/built-in.ts";
import { fillUniform } from "../../engine/random.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { type Data, type Request, type Training, system } from "../system.ts";
import { choice, flag, number, type Options, RUN_OPTIONS, text, whole } from "../training/options.ts";
import type { RunStore } from "../training/host.ts";
import { approximateParzen, levelSheet, type Validation } from "./assessment.ts";
import { divided } from "./data.ts";
import { parseLapgan, type TrainedLevel } from "./files.ts";
import { LapganSampler } from "./lapgan-sampler.ts";
import { measureNormalisation, Normalisation } from "./normalisation.ts";
import { PYRAMIDS } from "./pyramid.ts";
import {
  checkSizes,
  fullSize,
  LAPGAN_PRESETS,
  type LapganPreset,
  type LevelRecipe,
  levelRecipe,
  MOST_LEVELS,
  NETWORK_KINDS,
  sizeOfLevel,
  usualSizes,
} from "./recipe.ts";
import { LevelTraining, levelLoader, rehearsedLevel } from "./training.ts";

const OPTIONS = {
  sizes: text({
    help: "sides of the levels in pixels, coarse to fine: 8,16,32 (by default from about 8 on, doubled up to the pictures' own)",
    placeholder: "S,S,…",
    paper: "8,14,28",
  }),
  size: whole(8, {
    help: "width and height of the pictures in pixels before squares of the finest level are cut out of them at random (the set's own by default, 64 for folders of pictures)",
    again: true,
  }),
  unconditional: flag({ help: "the networks are not told the classes" }),
  pyramid: choice(PYRAMIDS, { help: "how pictures are reduced and enlarged", default: "torch" }),
  networks: choice(NETWORK_KINDS, {
    help: "the paper's networks, its code's large ones for LSUN, or ours (the preset's by default)",
  }),
  augment: flag({
    help: "pictures and what they are made of are changed together at random, real ones and samples alike: for long runs on few pictures",
  }),
  batch: whole(2, { help: "pictures in a batch (the preset's by default)", paper: 64 }),
  lr: number({ above: 0 }, { help: "learning rate of both networks (the preset's by default)", paper: 0.02 }),
  ...RUN_OPTIONS,
} as const satisfies Options;

interface LapganData extends Data {
  /** Trained on; the rest is what weights are chosen by. */
  readonly training: Dataset;
  readonly heldOut: Dataset;
  readonly sizes: readonly number[];
  readonly level: number;
}

type Asked = Request<typeof OPTIONS, LevelRecipe>;

/** Updates of a level where none are asked for. */
const STEPS = { paper: 50_000, modern: 1500 } as const;

const STAGES = Array.from({ length: MOST_LEVELS }, (_, k) => `level${k + 1}`);

function sizesOf(given: string): number[] {
  const sizes = given.split(",").map(Number);
  checkSizes(sizes);
  return sizes;
}

async function open(request: Asked): Promise<LapganData> {
  const { host, path, options, preset, stage, resumed, leaveOut } = request;
  const given = options.sizes === undefined ? resumed?.recipe.sizes : sizesOf(options.sizes);
  const { dataset, what, leftOut } = await host.openDataset(path, {
    channels: 3,
    ...(options.size !== undefined && { size: options.size }),
  });
  for (const file of leftOut) leaveOut(file);
  const [height, width] = dataset.shape;
  const sizes = given ?? usualSizes(Math.min(height, width), preset as LapganPreset);
  const full = sizes.at(-1) as number;
  if (full > Math.min(height, width))
    throw new InputError(
      `${path}: the pictures have ${width}×${height} pixels, too small for a level of ${full}; give --size ${full} or smaller --sizes`,
    );
  const level = STAGES.indexOf(stage ?? "");
  if (level >= sizes.length)
    throw new InputError(
      `--stage ${stage}: the levels ${sizes.join(", ")} are level1 to level${sizes.length}`,
    );
  return {
    ...divided(dataset),
    sizes,
    level,
    fingerprint: dataset.fingerprint,
    count: dataset.size,
    items: "pictures",
    summary: `${what}: ${dataset.size} pictures of ${width}×${height}${dataset.classes.length > 0 ? `, ${dataset.classes.length} classes` : ""}; level ${level + 1} of ${sizes.length} (${sizes[level]} pixels)`,
  };
}

/** What other stages of this run have made: their best weights, else their last. */
async function otherLevels(
  whole: RunStore,
  recipe: LevelRecipe,
  classes: readonly string[],
): Promise<TrainedLevel[]> {
  const found: TrainedLevel[] = [];
  for (const [level, stage] of STAGES.slice(0, recipe.sizes.length).entries()) {
    if (level === recipe.level) continue;
    const store = whole.within(stage);
    for (const name of ["best.safetensors", "model.safetensors"]) {
      const bytes = await store.read(name);
      if (!bytes) continue;
      const model = parseLapgan(bytes, store.path(name));
      if (model.sizes.join() !== recipe.sizes.join() || model.classes.join() !== classes.join())
        throw new InputError(
          `${store.path(name)} is of another pyramid (levels ${model.sizes.join(", ")}): choose another folder for these levels`,
        );
      const own = model.levels.find(({ form }) => form.level === level);
      if (own) found.push(own);
      break;
    }
  }
  return found;
}

async function start(
  recipe: LevelRecipe,
  data: LapganData,
  { whole: store }: Asked,
): Promise<Training<LevelRecipe>> {
  const { training, heldOut } = data;
  const others = await otherLevels(store, recipe, recipe.classes > 0 ? training.classes : []);
  const normalisation = await measureNormalisation(training, fullSize(recipe));
  const trainer = await LevelTraining.start(recipe, training, normalisation, others);
  // The paper's code takes the nearest of 128 samples, which is more work than a short training.
  const draws = recipe.preset === "paper" ? 128 : 16;
  const validation: Validation = {
    pictures: heldOut,
    images: Math.min(heldOut.size, recipe.preset === "paper" ? 200 : 64),
    draws,
  };
  return {
    trainer,
    source: levelLoader(training, recipe),
    items: "pictures",
    merits: { parzen: { better: "lower", show: (value) => `distance ${value.toFixed(3)}` } },
    async assess() {
      const parzen = await approximateParzen(trainer.model(), trainer.trained(), validation);
      trainer.game.generator.train();
      return {
        scores: { parzen },
        merit: "parzen",
        note: `${parzen.toFixed(3)} to the nearest of ${draws} samples`,
      };
    },
    async sheet() {
      const sheet = await levelSheet(trainer.model(), trainer.trained(), heldOut);
      trainer.game.generator.train();
      return sheet;
    },
  };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const lapgan = system<typeof OPTIONS, LevelRecipe, LapganData>({
  name: "lapgan",
  title: "LAPGAN",
  paper:
    "Denton, Chintala, Szlam and Fergus, Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks, 2015",
  summary:
    "makes pictures coarse to fine, a pair of networks a level: of a class, from noise, or out of a thumbnail",
  builtIn: [DRAWN_DIGITS],
  data: "CIFAR-10, STL-10, or any folder of pictures, with a folder for each class or without classes",
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the paper",
      sentence: "Three convolutions a level; SGD at 0.02 with growing momentum.",
      options: {},
    },
    modern: {
      title: "for a few thousand pictures",
      sentence:
        "Networks on blocks of 2×2 pixels, gradient penalty, Adam, averaged weights; minutes instead of days.",
      options: {},
    },
  },
  usual: "modern",
  stages: STAGES,
  stageOf: ({ level }) => STAGES[level],
  recipe: v.looseObject({
    system: v.literal("lapgan"),
    preset: v.picklist(LAPGAN_PRESETS),
    sizes: v.pipe(v.array(count), v.minLength(1)),
    level: count,
    networks: v.picklist(NETWORK_KINDS),
    width: count,
    blocks: count,
    classes: count,
    pyramid: v.picklist(PYRAMIDS),
    batchSize: count,
    steps: count,
    seed: count,
  }),
  extend(stored, steps) {
    const plan = `${steps} updates instead of ${stored.steps}`;
    const jumps =
      stored.schedule === "cosine"
        ? ": the learning rate goes on along a cosine for them, so it jumps here"
        : "";
    return { recipe: { ...stored, steps }, notice: `${plan}${jumps}` };
  },
  open,
  async plan({ options, preset: name }, { training, sizes, level }) {
    const preset = name as LapganPreset;
    const { seed = 0, steps = STEPS[preset], batch, lr, networks, pyramid } = options;
    const classes = options.unconditional === true ? 0 : training.classes.length;
    const usual = levelRecipe(
      preset,
      { sizes, level, classes, pictures: training.size, steps, seed },
      networks,
    );
    const consistent = usual.consistent && pyramid === "torch";
    return {
      ...usual,
      pyramid,
      consistent,
      ...(options.augment === true && { augment: ["translation", "cutout", "colour"] as const }),
      ...(batch !== undefined && { batchSize: batch }),
      ...(lr !== undefined && { lr, discriminatorLr: lr }),
    };
  },
  start,
  rehearsals: [...LAPGAN_PRESETS],
  rehearse(name, side = 28) {
    if (!(LAPGAN_PRESETS as readonly string[]).includes(name))
      throw new InputError(`there is no preset "${name}"; there are ${LAPGAN_PRESETS.join(", ")}`);
    const preset = name as LapganPreset;
    const sizes = [side / 2, side];
    const recipe = levelRecipe(preset, {
      sizes,
      level: 1,
      classes: 10,
      pictures: 4000,
      steps: 1000,
      seed: 0,
    });
    const n = recipe.batchSize;
    return {
      title: `lapgan (${name}), a training step of the level of ${side}×${side} on ${n} pictures`,
      trainer: rehearsedLevel(recipe, new Normalisation(sizeOfLevel(recipe))),
      batch(index) {
        const picture = fillUniform(new Float32Array(n * side * side * 3), 1, index);
        const label = Float32Array.from({ length: n * 10 }, (_, k) =>
          k % 10 === Math.floor(k / 10) % 10 ? 1 : 0,
        );
        return {
          index,
          count: n,
          fields: {
            picture: { shape: [n, side, side, 3], data: picture as Float32Array<ArrayBuffer> },
            label: { shape: [n, 10], data: label },
          },
        };
      },
    };
  },
  shipped: [
    {
      name: "lapgan",
      title: "LAPGAN, flowers",
      description:
        "Five kinds of flowers at 64×64 pixels, in levels of 8, 16, 32 and 64: colours and outlines of each kind, without details.",
      file: "models/weights/lapgan.safetensors",
      card: "models/weights/lapgan.md",
    },
    {
      name: "lapgan-cifar10",
      title: "LAPGAN, CIFAR-10",
      description:
        "Ten kinds of things at 32×32 pixels, in levels of 8, 16 and 32: colours and scenes of each kind, speckled.",
      file: "models/weights/lapgan-cifar10.safetensors",
      card: "models/weights/lapgan-cifar10.md",
    },
  ],
  told: ["thumbnail"],
  load: async (bytes, file) => new LapganSampler(parseLapgan(bytes, file)),
  judge: async (sampler, request) =>
    (await import("./judging.ts")).judgeLapgan(sampler as LapganSampler, request),
});
