/** The conditional GAN: pictures of a class that is asked for. */
import { InputError } from "../../engine/errors.ts";
import { DRAWN_DIGITS } from "../datasets/built-in.ts";
import { fillUniform } from "../../engine/random.ts";
import { DIGITS } from "../datasets/idx.ts";
import { PictureLoader } from "../datasets/loader.ts";
import { pixelMeans } from "../datasets/pixel-means.ts";
import { classifierFor } from "../judging/evidence.ts";
import { lookAt } from "../judging/look.ts";
import { PARZEN_ON_MNIST } from "../judging/papers.ts";
import { type Request, type Training, system } from "../system.ts";
import { number, type Options, RUN_OPTIONS, whole } from "../training/options.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import { openPictures, type PictureData } from "../training/picture-training.ts";
import { cganFrom, parseCgan } from "./files.ts";
import { CGAN_PRESETS, CGAN_RECIPE, type CganPreset, type CganRecipe } from "./recipe.ts";
import { CganSampler, classRows, drawPlaces } from "./sampler.ts";
import { cganTraining } from "./training.ts";

const OPTIONS = {
  size: whole(4, {
    help: "width and height of the pictures in pixels, a multiple of 4 for modern (the set's own by default, 64 for folders of pictures)",
  }),
  batch: whole(2, { help: "pictures in a batch (the preset's by default)", paper: 100 }),
  lr: number(
    { above: 0 },
    { help: "learning rate of both networks at the start (the preset's by default)", paper: 0.1 },
  ),
  ...RUN_OPTIONS,
} as const satisfies Options;

type Asked = Request<typeof OPTIONS, CganRecipe>;

/** Pictures of each class on the sheet of a run, and looked at by the classifier. */
const SHOWN = 10;
const LOOKED_AT = 50;
const SHEET_SEED = 1;

async function open(asked: Asked): Promise<PictureData> {
  const { path, options, preset, resumed } = asked;
  const size = options.size ?? resumed?.recipe.width;
  const opened = await openPictures(asked, { channels: 1, ...(size !== undefined && { size }) });
  const [height, width] = opened.dataset.shape;
  const classes = opened.dataset.classes.length;
  if (classes < 2)
    throw new InputError(
      `${path}: a conditional GAN needs at least two classes (in folders of pictures, a folder a class), found ${classes}`,
    );
  if (preset === "modern" && (height % 4 !== 0 || width % 4 !== 0))
    throw new InputError(
      `${path}: the modern preset needs sides that are multiples of 4, the pictures have ${width}×${height}; give --size`,
    );
  return { ...opened, summary: `${opened.summary}, ${classes} classes` };
}

async function start(
  recipe: CganRecipe,
  { dataset }: PictureData,
  { host }: Asked,
): Promise<Training<CganRecipe>> {
  const { seed, batchSize, classes } = recipe;
  const trainer = cganTraining(recipe, recipe.preset === "paper" ? await pixelMeans(dataset) : undefined);
  const classifier = await classifierFor(dataset, host);
  const current = async () => cganFrom((await trainer.weights()).tensors, recipe, "the generator");
  return {
    trainer,
    source: new PictureLoader(dataset, { seed, batchSize, range: "unit" }),
    items: "pictures",
    merits: {
      agreement: { better: "higher", show: (value) => `${(100 * value).toFixed(1)} % named as asked` },
    },
    // Where a classifier knows the classes, the best weights are those whose samples it names as asked.
    async assess() {
      if (!classifier) return { scores: {}, note: "" };
      const rows = classRows(recipe, [...classes.keys()], { count: LOOKED_AT, seed: SHEET_SEED });
      const seen = await lookAt(classifier.net, await drawPlaces(await current(), rows.flat()));
      const right = seen.classes.filter((label, k) => label === Math.floor(k / LOOKED_AT)).length;
      const agreement = right / seen.classes.length;
      return {
        scores: { agreement },
        merit: "agreement",
        note: `${(100 * agreement).toFixed(1)} % as asked`,
      };
    },
    async sheet() {
      const sampler = new CganSampler(await current());
      return pictureSheet((await sampler.sample({ count: SHOWN, seed: SHEET_SEED, walk: false })).rows);
    },
  };
}

export const cgan = system<typeof OPTIONS, CganRecipe, PictureData>({
  name: "cgan",
  title: "conditional GAN",
  paper: "Mirza and Osindero, Conditional Generative Adversarial Nets, 2014",
  summary: "makes pictures of a class that is asked for: digits, or folders of your own pictures, in grey",
  data: "MNIST's files, or any set of pictures with classes: a folder with a folder for each class",
  builtIn: [DRAWN_DIGITS],
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the paper",
      sentence:
        "Fully connected layers, maxout and dropout; SGD at 0.1 with growing momentum. Noise of variance 1 and wider initial weights are ours.",
      options: {},
    },
    modern: {
      title: "convolutions",
      sentence: "Hinge loss, spectral norm, projection of the class, averaged weights.",
      options: {},
    },
  },
  usual: "modern",
  recipe: CGAN_RECIPE,
  extend(stored, steps) {
    const plan = `${steps} updates instead of ${stored.steps}`;
    const notice =
      stored.schedule === "cosine"
        ? `${plan}: the learning rate goes on along a cosine for ${steps}, so it jumps here`
        : plan;
    return { recipe: { ...stored, steps }, notice };
  },
  open,
  async plan({ options, preset: name }, { dataset }) {
    const preset = name as CganPreset;
    const usual = CGAN_PRESETS[preset];
    const [height, width] = dataset.shape;
    const { steps = usual.steps, seed = 0, batch = usual.batchSize, lr } = options;
    return {
      ...usual,
      system: "cgan",
      preset,
      classes: dataset.classes,
      height,
      width,
      steps,
      seed,
      batchSize: batch,
      ...(lr !== undefined && { lr, discriminatorLr: lr }),
    };
  },
  start,
  rehearsals: Object.keys(CGAN_PRESETS),
  rehearse(name, side = 28) {
    if (!Object.hasOwn(CGAN_PRESETS, name))
      throw new InputError(`there is no preset "${name}"; there are ${Object.keys(CGAN_PRESETS).join(", ")}`);
    const preset = name as CganPreset;
    const size = { classes: DIGITS, height: side, width: side };
    const recipe: CganRecipe = { ...CGAN_PRESETS[preset], ...size, system: "cgan", preset, seed: 0 };
    const n = recipe.batchSize;
    return {
      title: `cgan (${name}), a training step on ${n} pictures of ${side}×${side}`,
      trainer: cganTraining(recipe),
      batch(index) {
        const picture = fillUniform(new Float32Array(n * side * side), 1, index);
        const label = Float32Array.from({ length: n * 10 }, (_, k) =>
          k % 10 === Math.floor(k / 10) % 10 ? 1 : 0,
        );
        return {
          index,
          count: n,
          fields: {
            picture: { shape: [n, side, side, 1], data: picture as Float32Array<ArrayBuffer> },
            label: { shape: [n, 10], data: label },
          },
        };
      },
    };
  },
  shipped: [
    {
      name: "cgan",
      title: "conditional GAN of digits",
      description:
        "Trained on MNIST with the modern preset: 28×28 digits of the class that is asked for, 99 of 100 named as asked.",
      file: "models/weights/cgan.safetensors",
      card: "models/weights/cgan.md",
    },
    {
      name: "cgan-paper",
      title: "conditional GAN of digits, the paper's",
      description:
        "Fully connected as in 2014, trained on MNIST for 7,000 updates: 98 of 100 named as asked, digits of a class much alike.",
      file: "models/weights/cgan-paper.safetensors",
      card: "models/weights/cgan-paper.md",
    },
  ],
  load: async (bytes, file) => new CganSampler(parseCgan(bytes, file)),
  judge: async (sampler, request) =>
    (await import("../judging/judgement.ts")).judgeSampler(sampler, request, PARZEN_ON_MNIST.slice(0, 2)),
});
