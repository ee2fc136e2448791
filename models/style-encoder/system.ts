/** The style encoder: what a caption does not say of a picture, as the noise that the generator would draw it from. */
import * as v from "valibot";
import { InputError } from "../../engine/errors.ts";
import type { Batch, BatchField, BatchSource } from "../../engine/data/index.ts";
import { fillUniform, integer, randomBits } from "../../engine/random.ts";
import { type CaptionedSet, captionedSet, splitClasses } from "../datasets/captioned.ts";
import { VALUES } from "../datasets/loader.ts";
import { type Data, type Request, system, type Training } from "../system.ts";
import { parseText2image, type Text2ImageFile, withStyle } from "../text2image/files.ts";
import { sentenceGenerator } from "../text2image/generator.ts";
import { type CaptionTable, readCaptions } from "../text2image/reader.ts";
import { styleCode } from "../text2image/noise.ts";
import { SIDE, TEXT2IMAGE_PRESETS, type Text2ImageForm } from "../text2image/recipe.ts";
import { number, onOff, type Options, RUN_OPTIONS, text, whole } from "../training/options.ts";
import { type StyleRecipe, StyleTraining } from "./training.ts";
import { verifyStyles } from "./verification.ts";

const OPTIONS = {
  from: text({
    help: "weights of text to image, whose noise is to be read back from its pictures (by default those that come with the project)",
    placeholder: "FILE",
    again: true,
  }),
  batch: whole(2, { help: "pictures in a batch", default: 32, paper: 64 }),
  lr: number(
    { above: 0 },
    {
      help: "learning rate at the start; it falls along half a cosine to a hundredth",
      default: 1e-3,
      paper: 2e-4,
    },
  ),
  real: onOff({
    help: "whose style a picture is in is learnt from real pictures too, where the generator was told styles",
    default: true,
    paper: false,
  }),
  width: whole(4, { help: "channels of the first convolution", default: 24, paper: 64 }),
  ...RUN_OPTIONS,
} as const satisfies Options;

type Asked = Request<typeof OPTIONS, StyleRecipe>;

interface StyleData extends Data {
  readonly set: CaptionedSet;
  readonly file: Text2ImageFile;
}

const GENERATOR = "models/weights/text2image.safetensors";
/** Pairs of pictures by which an encoder is judged. */
const PAIRS = 2000;
/** Purpose of the random numbers. */
const CAPTIONS = 0x5b32;
const PICTURES = 0x5b33;

async function open({ host, path, options, leaveOut }: Asked): Promise<StyleData> {
  const { from } = options;
  const bytes = from === undefined ? await host.shipped(GENERATOR) : await host.read(from);
  const file = parseText2image(bytes, from ?? GENERATOR);
  const { dataset, what, leftOut } = await host.openDataset(path, { size: SIDE, channels: 3 });
  for (const name of leftOut) leaveOut(name);
  const set = await captionedSet(dataset);
  return {
    set,
    file,
    fingerprint: dataset.fingerprint,
    count: dataset.size,
    items: "pictures",
    summary: `${what}: captions of ${dataset.size} pictures, ${set.styles.length} styles`,
  };
}

/** Real pictures are moved by so many pixels at most, and half of them mirrored: a few thousand would be known by heart. */
const MOVED = 4;

/** @param picture bytes, 64×64×3 @param into what it is in [-1, 1]; white comes in where it moves away */
function moved(picture: Uint8Array, [down, right]: [number, number], mirrored: boolean, into: Float32Array) {
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const [row, column] = [y - down, mirrored ? SIDE - 1 - x + right : x - right];
      const inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
      for (let channel = 0; channel < 3; channel++) {
        const byte = inside ? (picture[(row * SIDE + column) * 3 + channel] as number) : 255;
        into[(y * SIDE + x) * 3 + channel] = VALUES.signed[byte] as number;
      }
    }
}

/**
 * Embeddings of captions and, where the generator knows styles, the codes of some; besides real pictures and the codes of theirs,
 * where those are learnt from. All drawn by counter.
 */
class StyleSource implements BatchSource {
  private readonly table: CaptionTable;
  private readonly recipe: StyleRecipe;
  private readonly form: Text2ImageForm;
  private readonly set: CaptionedSet;
  private readonly seen: Uint32Array;

  /** @param form of the generator @param seen numbers of the pictures that are trained on */
  constructor(
    table: CaptionTable,
    recipe: StyleRecipe,
    form: Text2ImageForm,
    set: CaptionedSet,
    seen: Uint32Array,
  ) {
    this.table = table;
    this.recipe = recipe;
    this.form = form;
    this.set = set;
    this.seen = seen;
  }

  async batch(index: number): Promise<Batch> {
    const { batchSize: n, seed } = this.recipe;
    const { styles = 1, styleDim = 0 } = this.form;
    const { dimension: d, data, rowOf } = this.table;
    const rows = new Float32Array(n * d);
    const codes = new Float32Array(n * styleDim);
    for (let place = 0; place < n; place++) {
      const [caption, style] = randomBits(seed, index, place, CAPTIONS);
      const row = integer(caption, rowOf.size);
      rows.set(data.subarray(row * d, (row + 1) * d), place * d);
      codes.set(styleCode(this.form, integer(style, styles)), place * styleDim);
    }
    return {
      index,
      count: n,
      fields: {
        text: { shape: [n, d], data: rows },
        ...(styleDim > 0 && { style: { shape: [n, styleDim], data: codes } }),
        ...(this.recipe.real && (await this.realPictures(index))),
      },
    };
  }

  async close(): Promise<void> {}

  private async realPictures(index: number): Promise<Record<"picture" | "pictureStyle", BatchField>> {
    const { batchSize: n, seed } = this.recipe;
    const { styleDim = 0 } = this.form;
    const size = SIDE * SIDE * 3;
    const pictures = new Float32Array(n * size);
    const codes = new Float32Array(n * styleDim);
    for (let place = 0; place < n; place++) {
      const [drawn, down, right, turn] = randomBits(seed, index, place, PICTURES);
      const number = this.seen[integer(drawn, this.seen.length)] as number;
      const { picture } = await this.set.pictures.item(number);
      const by = [down, right].map((word) => integer(word, 2 * MOVED + 1) - MOVED) as [number, number];
      moved(picture, by, (turn & 1) === 1, pictures.subarray(place * size, (place + 1) * size));
      codes.set(styleCode(this.form, this.set.styleOf[number] as number), place * styleDim);
    }
    return {
      picture: { shape: [n, SIDE, SIDE, 3], data: pictures },
      pictureStyle: { shape: [n, styleDim], data: codes },
    };
  }
}

async function start(recipe: StyleRecipe, { set, file }: StyleData): Promise<Training<StyleRecipe>> {
  const { generator, reader, recipe: drawn } = file;
  const { seen, unseen } = splitClasses(set, drawn.unseen);
  const captions = Array.from(seen).flatMap((k) => set.captions[k] as readonly string[]);
  const { table } = await readCaptions(reader.encoder, captions, reader.normalisation);
  const trainer = new StyleTraining(recipe, generator, drawn, (style) => withStyle(file, style, recipe));
  const judged = unseen.length > 1 ? unseen : seen;
  return {
    trainer,
    source: new StyleSource(table, recipe, drawn, set, seen),
    items: "captions",
    merits: { verified: { better: "higher", show: (value) => `AU-ROC ${value.toFixed(3)}` } },
    async assess() {
      if (set.styles.length < 2) return { scores: {}, note: "" };
      trainer.style.eval();
      try {
        const { style, captions: said } = await verifyStyles(trainer.style, reader, set, judged, PAIRS);
        return {
          scores: { verified: style, captions: said },
          merit: "verified",
          note: `AU-ROC of styles ${style.toFixed(3)}, by captions ${said.toFixed(3)}`,
        };
      } finally {
        trainer.style.train();
      }
    },
  };
}

/** Numbers in [-1, 1), drawn by counter. */
function uniform(shape: readonly number[], index: number, stream: number): BatchField {
  const values = new Float32Array(shape.reduce((size, n) => size * n, 1));
  return { shape, data: fillUniform(values, stream, index, -1) as Float32Array<ArrayBuffer> };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const styleEncoder = system<typeof OPTIONS, StyleRecipe, StyleData>({
  name: "style-encoder",
  title: "style encoder",
  paper:
    "Reed, Akata, Yan, Logeswaran, Schiele and Lee, Generative Adversarial Text to Image Synthesis, 2016",
  summary:
    "reads from a picture what a caption does not say, so that text to image draws other things in the same style",
  data: "the captioned pictures that text to image was trained on: their captions are drawn, and styles told apart on them",
  options: OPTIONS,
  presets: {
    paper: {
      title: "as in the paper",
      sentence:
        "The discriminator's layers read the noise back from generated pictures; squared distance. Where styles are known, from real pictures too.",
      options: {},
    },
  },
  usual: "paper",
  recipe: v.looseObject({
    system: v.literal("style-encoder"),
    latentDim: count,
    ndf: count,
    batchSize: count,
    steps: count,
    seed: count,
  }),
  open,
  async plan({ options, preset }, { file }) {
    const { batch, lr, width, steps = 3000, seed = 0 } = options;
    const { latentDim, styleDim = 0 } = file.recipe;
    return {
      system: "style-encoder",
      preset,
      latentDim,
      ndf: width,
      lr,
      real: options.real && styleDim > 0,
      batchSize: batch,
      steps,
      seed,
    };
  },
  start,
  rehearsals: ["paper", "tiny"],
  rehearse(name) {
    if (name !== "paper" && name !== "tiny")
      throw new InputError(`there is no preset "${name}"; there are paper and tiny`);
    const tiny = name === "tiny";
    const [n, textDim, width] = tiny ? [4, 16, 4] : [32, 192, 24];
    const form = { ...TEXT2IMAGE_PRESETS.modern, ngf: width, ndf: width, textDim, styles: 2 };
    const recipe: StyleRecipe = {
      system: "style-encoder",
      preset: "paper",
      latentDim: form.latentDim,
      ndf: width,
      lr: 1e-3,
      real: true,
      batchSize: n,
      steps: 1000,
      seed: 0,
    };
    const generator = sentenceGenerator(form);
    generator.eval();
    return {
      title: `style-encoder (${name}), a training step on ${n} pictures of ${SIDE}×${SIDE}`,
      trainer: new StyleTraining(recipe, generator, form, async (style) => ({
        tensors: await style.stateDict(),
        metadata: {},
      })),
      batch: (index) => ({
        index,
        count: n,
        fields: {
          text: uniform([n, textDim], index, 1),
          style: uniform([n, form.styleDim], index, 2),
          picture: uniform([n, SIDE, SIDE, 3], index, 3),
          pictureStyle: uniform([n, form.styleDim], index, 4),
        },
      }),
    };
  },
  shipped: [],
});
