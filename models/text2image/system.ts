/** Text to image: pictures of what a sentence says. */
import { InputError } from "../../engine/errors.ts";
import { fillUniform } from "../../engine/random.ts";
import { type CaptionedSet, captionedSet, splitClasses } from "../datasets/captioned.ts";
import { parseTextEncoder } from "../text-encoder/files.ts";
import { type Data, type Request, type Training, system } from "../system.ts";
import { number, onOff, type Options, RUN_OPTIONS, text, whole } from "../training/options.ts";
import { pictureSheet } from "../training/picture-sheet.ts";
import { assessed, MERIT } from "./assessment.ts";
import { soleHues } from "../datasets/recolour.ts";
import { allCaptions, namesToShow } from "./data.ts";
import { parseText2image } from "./files.ts";
import type { SentenceGenerator } from "./generator.ts";
import { CaptionLoader } from "./loader.ts";
import { type KnownEncoder, readCaptions, unchanged } from "./reader.ts";
import {
  PAPER_ROUNDS,
  SIDE,
  TEXT2IMAGE_PRESETS,
  TEXT2IMAGE_RECIPE,
  type Text2ImagePreset,
  type Text2ImageRecipe,
} from "./recipe.ts";
import { type Drawer, Text2ImageSampler } from "./sampler.ts";
import { text2imageTraining } from "./training.ts";
import { matchingConcerns } from "./watch.ts";

const OPTIONS = {
  encoder: text({
    help: "the text encoder that reads the captions: a file that `train text-encoder` has made (by default the one that comes with the project)",
    placeholder: "FILE",
    again: true,
  }),
  mismatched: onOff({
    help: "the discriminator is shown pictures with captions of others (GAN-CLS; the preset's by default)",
  }),
  interpolated: onOff({
    help: "the generator learns by sentences between two captions too (GAN-INT; the preset's by default)",
  }),
  captions: whole(1, {
    help: "captions of a picture whose embeddings are averaged each time (the preset's by default)",
    paper: 1,
  }),
  recoloured: number(
    { least: 0, most: 1 },
    {
      help: "share of the pictures of one colour that are seen in others, which their captions then name (the preset's by default)",
      paper: 0,
    },
  ),
  augment: onOff({
    help: "moves and partly covers whatever the discriminator sees, real or not, so that a small set is not learnt by heart: for runs of many rounds",
    default: false,
    paper: false,
  }),
  batch: whole(2, { help: "pictures in a batch (the preset's by default)", paper: 64 }),
  lr: number({ above: 0 }, { help: "learning rate of the generator (the preset's by default)", paper: 2e-4 }),
  width: whole(4, {
    help: "channels of both networks at half the side (the preset's by default)",
    paper: 128,
  }),
  ...RUN_OPTIONS,
} as const satisfies Options;

type Asked = Request<typeof OPTIONS, Text2ImageRecipe>;

interface Text2ImageData extends Data {
  readonly set: CaptionedSet;
  readonly encoder: KnownEncoder;
  /** Classes that the encoder has not seen either. */
  readonly unseen: readonly string[];
}

/** Where the text encoder that comes with the project lies. */
const ENCODER = "models/weights/text-encoder.safetensors";

/** Rows of a run's sheet, and pictures in a row. */
const SHOWN = { seen: 8, unseen: 4, count: 8, seed: 1 } as const;

async function open({ host, path, options, preset, leaveOut }: Asked): Promise<Text2ImageData> {
  const { uncut } = TEXT2IMAGE_PRESETS[preset as Text2ImagePreset];
  const bytes =
    options.encoder === undefined ? await host.shipped(ENCODER) : await host.read(options.encoder);
  const { encoder: network, recipe } = parseTextEncoder(bytes, options.encoder ?? ENCODER);
  const { dataset, what, leftOut } = await host.openDataset(path, { size: uncut, channels: 3 });
  for (const file of leftOut) leaveOut(file);
  const set = await captionedSet(dataset);
  const different = new Set(set.captions.flat()).size;
  if (different < 2)
    throw new InputError(
      `${path}: all pictures have the same caption ("${set.captions[0]?.[0]}"), so there is nothing that text could say of them`,
    );
  const unseen = recipe.unseen.filter((name) => set.classes.includes(name));
  return {
    set,
    encoder: { form: recipe.form, network },
    unseen,
    fingerprint: dataset.fingerprint,
    count: dataset.size,
    items: "pictures",
    summary: `${what}: ${dataset.size} pictures, ${different} captions, ${set.classes.length} classes${unseen.length > 0 ? `, ${unseen.length} of them kept from training` : ""}`,
  };
}

async function start(
  recipe: Text2ImageRecipe,
  { set, encoder }: Text2ImageData,
): Promise<Training<Text2ImageRecipe>> {
  const { seen } = splitClasses(set, recipe.unseen);
  const hues = recipe.recoloured > 0 ? await soleHues(set, seen) : new Map<number, number>();
  const { reader, table } = await readCaptions(
    encoder,
    allCaptions(set, hues.keys()),
    recipe.networks === "paper" ? unchanged(recipe.textDim) : undefined,
  );
  const trainer = text2imageTraining(recipe);
  trainer.reader = reader;
  return {
    trainer,
    source: new CaptionLoader(set, seen, hues, table, recipe),
    items: "pictures",
    merits: { [MERIT]: { better: "lower", show: (value) => `distance ${value.toFixed(3)}` } },
    watch: matchingConcerns,
    assess: () => inEvaluation((file) => assessed(file, set)),
    sheet: () =>
      inEvaluation(async (file) =>
        pictureSheet((await new Text2ImageSampler(file).sample({ ...SHOWN, walk: false })).rows),
      ),
  };

  /** What the generator would be used as now does something. */
  async function inEvaluation<T>(work: (file: Drawer) => Promise<T>): Promise<T> {
    const generator = trainer.current() as SentenceGenerator;
    const { training } = generator;
    generator.eval();
    try {
      return await work({ recipe, generator, reader });
    } finally {
      generator.train(training);
    }
  }
}

export const text2image = system<typeof OPTIONS, Text2ImageRecipe, Text2ImageData>({
  name: "text2image",
  title: "text to image",
  paper:
    "Reed, Akata, Yan, Logeswaran, Schiele and Lee, Generative Adversarial Text to Image Synthesis, 2016",
  summary: "draws what a sentence says, after it has learnt from pictures with captions",
  data: "pictures with captions: NAME.txt beside NAME.png, or a table (JSON, JSON lines, CSV) that names pictures and captions",
  options: OPTIONS,
  presets: {
    modern: {
      title: "GAN-INT-CLS for a processor",
      sentence:
        "Sentences scale and shift narrow features; relativistic pairs, projection, likeness to the sentence's own picture; an hour or two instead of days.",
      options: {},
    },
    gan: { title: "GAN as in the paper", sentence: "Neither of the two below.", options: {} },
    "gan-cls": {
      title: "GAN-CLS as in the paper",
      sentence: "The discriminator is shown pictures with captions of others.",
      options: {},
    },
    "gan-int": {
      title: "GAN-INT as in the paper",
      sentence: "The generator learns by sentences halfway between two.",
      options: {},
    },
    "gan-int-cls": {
      title: "GAN-INT-CLS as in the paper",
      sentence: "Both; batches of 64, 600 rounds, Adam at 2e-4, halved every 100.",
      options: {},
    },
  },
  usual: "modern",
  recipe: TEXT2IMAGE_RECIPE,
  open,
  async plan({ options, preset: name }, { set, encoder, unseen }) {
    const preset = name as Text2ImagePreset;
    const usual: (typeof TEXT2IMAGE_PRESETS)[Text2ImagePreset] = TEXT2IMAGE_PRESETS[preset];
    const { seed = 0, batch = usual.batchSize, lr, width } = options;
    const { seen } = splitClasses(set, unseen);
    if (seen.length < 2)
      throw new InputError(`a GAN needs at least two pictures with captions, found ${seen.length}`);
    const round = Math.ceil(seen.length / batch);
    const paper = { steps: round * PAPER_ROUNDS.all, decayEvery: round * PAPER_ROUNDS.halved };
    const known = set.classes.filter((label) => !unseen.includes(label));
    return {
      ...usual,
      ...(usual.networks === "paper" && paper),
      system: "text2image",
      preset,
      textDim: encoder.network.embedding,
      ...("styleDim" in usual && set.styles.length < 2 && { styleDim: 0 }),
      styles: set.styles.length,
      unseen,
      shown: [...namesToShow(known, SHOWN.seen), ...namesToShow(unseen, SHOWN.unseen)],
      mismatched: options.mismatched ?? usual.mismatched,
      interpolated: options.interpolated ?? usual.interpolated,
      captionsAtOnce: options.captions ?? usual.captionsAtOnce,
      recoloured: options.recoloured ?? usual.recoloured,
      batchSize: batch,
      seed,
      // Not tinted: captions name colours.
      augment: options.augment ? ["translation", "cutout"] : [],
      ...(options.steps !== undefined && { steps: options.steps }),
      ...(width !== undefined && { ngf: width, ndf: width }),
      ...(lr !== undefined && { lr, discriminatorLr: (lr * usual.discriminatorLr) / usual.lr }),
    };
  },
  start,
  rehearsals: [...Object.keys(TEXT2IMAGE_PRESETS), "tiny"],
  rehearse(name) {
    const preset = name === "tiny" ? "modern" : (name as Text2ImagePreset);
    if (!Object.hasOwn(TEXT2IMAGE_PRESETS, preset))
      throw new InputError(
        `there is no preset "${name}"; there are ${Object.keys(TEXT2IMAGE_PRESETS).join(", ")} and tiny`,
      );
    const tiny = { ngf: 4, ndf: 4, latentDim: 8, styleDim: 2, textProjDim: 8, batchSize: 4, textDim: 16 };
    const recipe: Text2ImageRecipe = {
      ...TEXT2IMAGE_PRESETS[preset],
      textDim: preset === "modern" ? 192 : 1024,
      ...(name === "tiny" && tiny),
      system: "text2image",
      preset,
      styles: 2,
      seed: 0,
      unseen: [],
      shown: ["nothing"],
    };
    const { batchSize: n, textDim, styleDim = 0 } = recipe;
    const uniform = (shape: readonly number[], index: number, stream: number) => ({
      shape,
      data: fillUniform(
        new Float32Array(shape.reduce((a, b) => a * b, 1)),
        stream,
        index,
        -1,
      ) as Float32Array<ArrayBuffer>,
    });
    return {
      title: `text2image (${name}), a training step on ${n} pictures of ${SIDE}×${SIDE}`,
      trainer: text2imageTraining(recipe),
      batch: (index) => ({
        index,
        count: n,
        fields: {
          picture: uniform([n, SIDE, SIDE, 3], index, 1),
          text: uniform([n, textDim], index, 2),
          wrong: uniform([n, textDim], index, 3),
          ...(styleDim > 0 && { style: uniform([n, styleDim], index, 4) }),
        },
      }),
    };
  },
  shipped: [
    {
      name: "text2image",
      title: "GAN-INT-CLS, emoji",
      description:
        "Emoji at 64×64 pixels from English names: colours and outlines as they are called, without fine details.",
      file: "models/weights/text2image.safetensors",
      card: "models/weights/text2image.md",
      examples: ["a red heart", "blue circle", "purple square", "crying face", "an orange cat", "pink book"],
    },
  ],
  told: ["texts", "styles"],
  load: async (bytes, file) => new Text2ImageSampler(parseText2image(bytes, file)),
  judge: async (sampler, request) =>
    (await import("./judging.ts")).judgeText2image(sampler as Text2ImageSampler, request),
});
