/** The text encoder: captions as vectors near to those of the pictures that they describe. */
import { InputError } from "../../engine/errors.ts";
import { fillUniform } from "../../engine/random.ts";
import { type CaptionedSet, captionedSet, drawUnseen, splitClasses } from "../datasets/captioned.ts";
import { soleHues, withColours } from "../datasets/recolour.ts";
import { wordsOf } from "../datasets/sentences.ts";
import { type Data, type Request, type Training, system } from "../system.ts";
import { choice, flag, number, type Options, RUN_OPTIONS, text, whole } from "../training/options.ts";
import { encoderSampler, parseTextEncoder, type TextEncoderFile } from "./files.ts";
import { type Beside, PairLoader } from "./pairs.ts";
import { dimensionOf, pictureVectors, type VectorSource, vectorSource } from "./picture-vectors.ts";
import { ENCODER_PRESETS, type EncoderPreset, type EncoderPresetName, ENCODERS } from "./presets.ts";
import { ENCODER_RECIPE, type EncoderRecipe, type Side } from "./recipe.ts";
import { measureRetrieval } from "./retrieval.ts";
import { EncoderTraining } from "./training.ts";

const OPTIONS = {
  encoder: choice(ENCODERS, { help: "reads characters, or words", default: "char-cnn-rnn" }),
  features: text({
    help: 'weights of SqueezeNet 1.1, or a safetensors file with "features" [pictures, numbers]: what captions are brought near to (by default a small network of the run\'s own looks at the pictures)',
    placeholder: "FILE",
    again: true,
  }),
  from: text({
    help: "a text encoder that is left as it is: only the pictures' side learns, for retrieval",
    placeholder: "FILE",
    again: true,
  }),
  all: flag({
    help: "no class is kept from training: for a network that judges what others draw, not for one that they learn from",
  }),
  size: whole(16, { help: "width and height of the pictures in pixels", default: 64 }),
  batch: whole(2, { help: "pairs in a batch, each of another class (the preset's by default)", paper: 40 }),
  lr: number({ above: 0 }, { help: "learning rate at the start (the preset's by default)", paper: 7e-4 }),
  ...RUN_OPTIONS,
} as const satisfies Options;

interface EncoderData extends Data {
  readonly set: CaptionedSet;
  readonly vectors: VectorSource | undefined;
  /** An encoder that is left as it is. */
  readonly trained: TextEncoderFile | undefined;
}

type Asked = Request<typeof OPTIONS, EncoderRecipe>;

const presetOf = (name: string): EncoderPreset => ENCODER_PRESETS[name as EncoderPresetName];

/** Classes by which the best weights are chosen, as a share of those that are not judged on. */
const VALIDATION = 0.05;

async function open(request: Asked): Promise<EncoderData> {
  const { host, path, options, preset, resumed, leaveOut } = request;
  const side = resumed?.recipe.side;
  if (options.features !== undefined && (presetOf(preset).captionsOnly || side === "captions"))
    throw new InputError("--features: this preset learns from captions alone, and looks at no pictures");
  if ((side === "features" || side === "vectors") && options.features === undefined)
    throw new InputError("the run learns from vectors of pictures: give --features with their file again");
  if (resumed?.recipe.frozen && options.from === undefined)
    throw new InputError("the run leaves an encoder as it is: give --from with its file again");
  const read = async (file: string) => [await host.read(file), file] as const;
  const vectors =
    options.features === undefined ? undefined : vectorSource(...(await read(options.features)));
  const trained = options.from === undefined ? undefined : parseTextEncoder(...(await read(options.from)));
  const { dataset, what, leftOut } = await host.openDataset(path, { size: options.size, channels: 3 });
  for (const file of leftOut) leaveOut(file);
  const set = await captionedSet(dataset);
  if (set.classes.length < 2)
    throw new InputError(
      `${path}: all pictures are of one class or have one caption ("${set.classes[0]}"): there is nothing to tell apart`,
    );
  return {
    set,
    vectors,
    trained,
    fingerprint: dataset.fingerprint,
    count: dataset.size,
    items: "pictures",
    summary: `${what}: ${dataset.size} pictures, ${set.captions.flat().length} captions, ${set.classes.length} classes${set.styles.length > 1 ? `, ${set.styles.length} styles` : ""}`,
  };
}

function sideFor(preset: EncoderPreset, vectors: VectorSource | undefined, embedding: number): Side {
  if (preset.captionsOnly) return "captions";
  if (!vectors) return "pictures";
  return vectors.kind === "file" && vectors.vectors.dimension === embedding ? "vectors" : "features";
}

async function plan(
  { options, preset: name }: Asked,
  { set, vectors, trained }: EncoderData,
): Promise<EncoderRecipe> {
  const preset = presetOf(name);
  const { epochs, decayEpochs, captionsOnly: _, forms, steps: usual, ...rest } = preset;
  const { seed = 0, batch = rest.batchSize, lr = rest.lr, encoder, size } = options;
  // A published encoder does not say which classes it was kept from.
  const known = trained?.recipe.unseen.length ? trained.recipe : undefined;
  const unseen = options.all ? [] : (known?.unseen ?? drawUnseen(set, seed));
  const remaining = set.classes.filter((label) => !unseen.includes(label));
  const validation = known?.validation ?? drawUnseen({ classes: remaining }, seed, VALIDATION);
  const { seen } = splitClasses(set, [...unseen, ...validation]);
  const form = trained?.recipe.form ?? forms[encoder](vocabularyOf(set, seen));
  const classes = remaining.length - validation.length;
  const { recoloured = false, ...rates } = rest;
  return {
    ...rates,
    // Vectors of a file are of the pictures as they are.
    recoloured: recoloured && vectors?.kind !== "file",
    system: "text-encoder",
    preset: name,
    form,
    side: sideFor(preset, vectors, form.config.embedding),
    features: vectors ? dimensionOf(vectors) : 0,
    size,
    frozen: trained !== undefined,
    unseen,
    validation,
    batchSize: batch,
    lr,
    seed,
    steps: options.steps ?? usual ?? (epochs as number) * classes,
    decayEvery: decayEpochs === "cosine" ? "cosine" : decayEpochs * classes,
  };
}

/** The words of the captions of these pictures, sorted. */
function vocabularyOf({ captions }: CaptionedSet, pictures: Uint32Array): string[] {
  const words = new Set<string>();
  for (const picture of pictures)
    for (const caption of captions[picture] ?? []) for (const word of wordsOf(caption)) words.add(word);
  return [...words].sort();
}

async function start(
  recipe: EncoderRecipe,
  { set, vectors: source, trained }: EncoderData,
  { store }: Asked,
): Promise<Training<EncoderRecipe>> {
  const { side, unseen, validation } = recipe;
  if (side === "pictures" && recipe.size % 16 !== 0)
    throw new InputError(`--size ${recipe.size}: the network over pictures takes multiples of 16`);
  const kept = [...unseen, ...validation];
  const taught = recipe.recoloured
    ? withColours(set, await soleHues(set, splitClasses(set, kept).seen))
    : set;
  const vectors = source && (await pictureVectors(source, taught.pictures, store, set.pictures.size));
  const trainer = new EncoderTraining(recipe, trained?.encoder);
  const { seen } = splitClasses(taught, kept);
  const beside: Beside = vectors ?? (side === "captions" ? "captions" : "pictures");
  return {
    trainer,
    source: new PairLoader(taught, seen, trainer.encoder, beside, recipe),
    items: "pairs of picture and caption",
    merits: { top1: { better: "higher", show: (value) => `${(100 * value).toFixed(1)} % of unseen named` } },
    async assess() {
      const { top1, averagePrecision, group } = await measureRetrieval(trainer, set, vectors, validation);
      return {
        scores: { top1, averagePrecision },
        merit: "top1",
        note: `${(100 * top1).toFixed(1)} % named among ${group} unseen`,
      };
    },
  };
}

export const textEncoder = system<typeof OPTIONS, EncoderRecipe, EncoderData>({
  name: "text-encoder",
  title: "text encoder",
  paper:
    "Reed, Akata, Lee and Schiele, Learning Deep Representations of Fine-Grained Visual Descriptions, 2016",
  summary:
    "reads captions into vectors near to those of the pictures that they describe: what text to image is told by",
  data: "pictures with captions: NAME.txt beside NAME.png, or a table (JSON, JSON lines, CSV) that names pictures and captions",
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the paper",
      sentence: "The char-CNN-RNN of CVPR 2016; RMSprop at 7e-4, 200 epochs; wants 1,024 numbers a picture.",
      options: {},
    },
    icml: {
      title: "as text to image had it",
      sentence: "With gated recurrent units and 512 channels, trained in the same way (ICML 2016).",
      options: {},
    },
    coco: {
      title: "from captions alone",
      sentence: "Two captions of a picture are brought near to each other; no picture is looked at.",
      options: {},
    },
    small: {
      title: "for names on a processor",
      sentence: "84 characters, 96 to 128 channels, 192 numbers; AdamW; minutes instead of days.",
      options: {},
    },
  },
  usual: "small",
  recipe: ENCODER_RECIPE,
  extend(stored, steps) {
    const jumps =
      stored.decayEvery === "cosine"
        ? ": the learning rate goes on along a cosine for them, so it jumps here"
        : "";
    return { recipe: { ...stored, steps }, notice: `${steps} updates instead of ${stored.steps}${jumps}` };
  },
  open,
  plan,
  start,
  rehearsals: ["icml", "paper", "small"],
  rehearse(name, side = 64) {
    if (!Object.hasOwn(ENCODER_PRESETS, name))
      throw new InputError(
        `there is no preset "${name}"; there are ${Object.keys(ENCODER_PRESETS).join(", ")}`,
      );
    const { epochs: _, decayEpochs: __, forms, ...rest } = presetOf(name);
    const form = forms["char-cnn-rnn"]([]);
    const { embedding } = form.config;
    const recipe: EncoderRecipe = {
      ...rest,
      system: "text-encoder",
      preset: name,
      form,
      side: "features",
      features: embedding,
      size: side,
      frozen: false,
      unseen: [],
      validation: [],
      seed: 0,
      steps: 1000,
      decayEvery: rest.steps ?? 1000,
    };
    const trainer = new EncoderTraining(recipe);
    const [n, { length }] = [recipe.batchSize, trainer.encoder];
    return {
      title: `text-encoder (${name}), a training step on ${n} captions`,
      trainer,
      batch: (index) => ({
        index,
        count: n,
        fields: {
          ids: {
            shape: [n, length],
            data: Int32Array.from({ length: n * length }, (_, k) => 1 + ((k * 7 + index + (k >> 5)) % 26)),
          },
          beside: {
            shape: [n, embedding],
            data: fillUniform(new Float32Array(n * embedding), 1, index, -1) as Float32Array<ArrayBuffer>,
          },
        },
      }),
    };
  },
  shipped: [
    {
      name: "text-encoder",
      title: "text encoder of emoji names",
      description:
        'Reads short English names and what fits them, "a red heart": trained on the names and tags of 1,634 emoji.',
      file: "models/weights/text-encoder.safetensors",
      card: "models/weights/text-encoder.md",
    },
  ],
  drawsNothing: true,
  load: async (bytes, file) => encoderSampler(bytes, file),
  judge: async (sampler, request) => (await import("./judging.ts")).judgeEncoder(sampler, request),
});
