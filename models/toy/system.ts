/** The toy GAN: points in the plane, of a distribution that is known exactly. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import { type Data, system } from "../system.ts";
import { number, type Options, RUN_OPTIONS, whole } from "../training/options.ts";
import { recipeOf } from "../training/stored-recipe.ts";
import { type Distribution, DISTRIBUTIONS } from "./distributions.ts";
import { discriminatorField } from "./fields.ts";
import type { PointDiscriminator, PointGenerator } from "./networks.ts";
import { openDistribution } from "./open.ts";
import { plotPoints } from "./plot.ts";
import { drawPoints, PointSource } from "./points.ts";
import { TOY_PRESETS, type ToyPreset, type ToyRecipe } from "./recipe.ts";
import { ToySampler } from "./sampler.ts";
import { SCENE_POINTS, sceneOf } from "./scene.ts";
import { toyGenerator, toyTraining } from "./training.ts";

const OPTIONS = {
  batch: whole(2, { help: "points in a batch", default: 256 }),
  units: whole(1, { help: "units in each hidden layer of both networks", default: 128 }),
  lr: number({ above: 0 }, { help: "learning rate of both networks (the preset's by default)" }),
  ...RUN_OPTIONS,
} as const satisfies Options;

interface ToyData extends Data {
  readonly distribution: Distribution;
}

/** Points on the sheet of a run and of its scores. */
const SHOWN = 2500;
const SEED = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const SCHEMA = v.looseObject({
  system: v.literal("toy"),
  preset: v.picklist(Object.keys(TOY_PRESETS) as ToyPreset[]),
  latentDim: count,
  layers: count,
  units: count,
  reach: v.pipe(v.number(), v.minValue(1e-6)),
  batchSize: count,
  steps: count,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

const named = (preset: string): ToyPreset => {
  if (!Object.hasOwn(TOY_PRESETS, preset))
    throw new InputError(`there is no preset "${preset}"; there are ${Object.keys(TOY_PRESETS).join(", ")}`);
  return preset as ToyPreset;
};

export const toy = system<typeof OPTIONS, ToyRecipe, ToyData>({
  name: "toy",
  title: "toy GAN",
  paper:
    "Goodfellow et al., Generative Adversarial Nets, 2014; Huang et al., The GAN is dead; long live the GAN!, 2024",
  summary: "learns points in the plane, where all that happens can be seen and measured exactly",
  data: `${Object.keys(DISTRIBUTIONS).join(", ")}, or a text file with a point (x, y) a line`,
  builtIn: Object.keys(DISTRIBUTIONS),
  options: OPTIONS,
  presets: {
    robust: {
      title: "finds every mode",
      sentence: "Relativistic loss with penalties at real and generated points (R3GAN).",
      options: {},
    },
    failing: {
      title: "shows how GANs fail",
      sentence: "The minimax game of 2014 itself: modes are dropped, gradients vanish.",
      options: {},
    },
  },
  usual: "robust",
  recipe: SCHEMA,
  async open({ host, path }) {
    const distribution = await openDistribution(path, host);
    const { name, modes, deviation, reach } = distribution;
    return {
      distribution,
      fingerprint: `${name}/${JSON.stringify(modes)}/${deviation}/${reach}`,
      count: modes.length,
      items: "modes",
      summary: `${name}, points within ±${reach.toFixed(2)}`,
    };
  },
  async plan({ options: { batch, units, lr, steps, seed }, preset }, { distribution }) {
    const usual = TOY_PRESETS[named(preset)];
    return {
      ...usual,
      system: "toy",
      preset: named(preset),
      reach: distribution.reach,
      units,
      batchSize: batch,
      steps: steps ?? usual.steps,
      seed: seed ?? 0,
      ...(lr !== undefined && { lr, discriminatorLr: lr }),
    };
  },
  async start(recipe, { distribution }) {
    const trainer = toyTraining(recipe);
    const { reach, seed, batchSize } = recipe;
    const points = () => new ToySampler(trainer.current() as PointGenerator, reach);
    return {
      trainer,
      source: new PointSource(distribution, { seed, batchSize }),
      items: "points",
      merits: { js: { better: "lower", show: (value) => `Jensen-Shannon divergence ${value.toFixed(3)}` } },
      async assess() {
        const { scores } = await points().judge(distribution, SHOWN, SEED);
        const value = (name: string) => scores.find((score) => score.name.startsWith(name))?.value;
        const [js = Number.NaN, modes, nearby] = [value("Jensen"), value("modes"), value("share")];
        return {
          scores: { js, ...(modes !== undefined && { modes }), ...(nearby !== undefined && { nearby }) },
          merit: "js",
          note: `JS ${js.toFixed(3)}${modes === undefined ? "" : `, ${modes} of ${distribution.modes.length} modes`}`,
        };
      },
      async sheet() {
        const judge = trainer.game.discriminator as PointDiscriminator;
        const field = await discriminatorField((at) => judge.forward(at), { reach, cells: 64 });
        const real = drawPoints(distribution, SEED, SHOWN);
        return plotPoints({ reach, real, made: await points().points(SHOWN, SEED), field });
      },
      async scene() {
        const judge = trainer.game.discriminator as PointDiscriminator;
        const grid = { reach, cells: 40 };
        const [field, made] = await Promise.all([
          discriminatorField((at) => judge.forward(at), grid),
          points().points(SCENE_POINTS, SEED),
        ]);
        return sceneOf(distribution, { grid, field, made, seed: SEED });
      },
    };
  },
  rehearsals: Object.keys(TOY_PRESETS),
  rehearse(preset) {
    const distribution = DISTRIBUTIONS.grid;
    const { reach } = distribution;
    const recipe: ToyRecipe = {
      ...TOY_PRESETS[named(preset)],
      system: "toy",
      preset: named(preset),
      reach,
      seed: 0,
    };
    const { batchSize } = recipe;
    return {
      title: `toy (${preset}), a training step on ${batchSize} points`,
      trainer: toyTraining(recipe),
      batch: (index) => ({
        index,
        count: batchSize,
        fields: { point: { shape: [batchSize, 2], data: drawPoints(distribution, 0, batchSize, 0, index) } },
      }),
    };
  },
  shipped: [],
  async load(bytes, file) {
    const { recipe, tensors } = recipeOf<ToyRecipe>(bytes, file, SCHEMA, "points");
    const generator = toyGenerator(recipe);
    generator.loadStateDict(tensors, file);
    return new ToySampler(generator.eval(), recipe.reach);
  },
  judge: async (sampler, { path, host, count: points, seed }) =>
    (sampler as ToySampler).judge(await openDistribution(path, host), points, seed),
});
