/** Classifiers: what judges the pictures that generators make. */
import { InputError } from "../../engine/errors.ts";
import { fillUniform } from "../../engine/random.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { PictureLoader } from "../datasets/loader.ts";
import { parseClassifier } from "../features/classifier.ts";
import { ClassifierTraining } from "../features/classifier-training.ts";
import { shippedClassifiers } from "../features/shipped.ts";
import { partsOf } from "../judging/evidence.ts";
import { type Data, type Request, system, type Training } from "../system.ts";
import { number, type Options, RUN_OPTIONS, whole } from "../training/options.ts";
import {
  CLASSIFIER_PRESETS,
  CLASSIFIER_RECIPE,
  type ClassifierPreset,
  type StoredClassifierRecipe,
  stagesFor,
} from "./recipe.ts";
import { ClassifierSampler, judgeClassifier, shareNamed } from "./sampler.ts";

const OPTIONS = {
  size: whole(8, {
    help: "width and height of the pictures in pixels (the set's own by default, 64 for folders of pictures)",
    again: true,
  }),
  batch: whole(2, { help: "pictures in a batch (the preset's by default)" }),
  lr: number({ above: 0 }, { help: "learning rate at the start (the preset's by default)" }),
  ...RUN_OPTIONS,
} as const satisfies Options;

type Asked = Request<typeof OPTIONS, StoredClassifierRecipe>;

interface ClassifierData extends Data {
  readonly training: Dataset;
  readonly heldOut: Dataset;
}

async function open({ host, path, options, leaveOut }: Asked): Promise<ClassifierData> {
  const { size } = options;
  const { dataset, what, leftOut } = await host.openDataset(path, { ...(size !== undefined && { size }) });
  for (const file of leftOut) leaveOut(file);
  const { classes } = dataset;
  if (classes.length < 2)
    throw new InputError(
      `${path}: a classifier needs two classes at least, found ${classes.length}; give a folder with a subfolder for each`,
    );
  const parts = await partsOf(host, path, { ...(size !== undefined && { size }) });
  return {
    ...parts,
    fingerprint: dataset.fingerprint,
    count: parts.training.size,
    items: "pictures",
    summary: `${what}: ${parts.training.size} pictures of ${classes.length} classes, ${parts.heldOut.size} more held out`,
  };
}

async function start(
  recipe: StoredClassifierRecipe,
  { training, heldOut }: ClassifierData,
): Promise<Training<StoredClassifierRecipe>> {
  const trainer = new ClassifierTraining(recipe);
  const { seed, batchSize, mirror } = recipe;
  return {
    trainer,
    source: new PictureLoader(training, { seed, batchSize, range: "signed", mirror }),
    items: "pictures",
    // Nothing is chosen by pictures that it is judged on.
    merits: {},
    async assess() {
      const { net } = trainer;
      net.eval();
      const { all } = await shareNamed(net, heldOut);
      net.train();
      return { scores: { accuracy: all }, note: `${(100 * all).toFixed(1)} % of held-out pictures named` };
    },
  };
}

export const classifier = system<typeof OPTIONS, StoredClassifierRecipe, ClassifierData>({
  name: "classifier",
  title: "classifier",
  paper: "a small convolutional network of this project's own",
  summary: "names pictures: what samples are judged by, in whose features distances are measured",
  data: "a folder of pictures with a subfolder for each class, or the files of MNIST or CIFAR",
  options: OPTIONS,
  presets: {
    photographs: {
      title: "a few thousand photographs",
      sentence: "AdamW with much weight decay; pictures are moved and mirrored.",
      options: {},
    },
    digits: { title: "MNIST", sentence: "AdamW; digits are moved, and never mirrored.", options: {} },
  },
  usual: "photographs",
  recipe: CLASSIFIER_RECIPE,
  open,
  async plan({ options, preset: name }, { training }) {
    const preset = name as ClassifierPreset;
    const usual = CLASSIFIER_PRESETS[preset];
    const { shape, classes } = training;
    const [side, , channels] = shape;
    const { batch = usual.batchSize, lr = usual.lr, steps = usual.steps, seed = 0 } = options;
    return {
      ...usual,
      system: "classifier",
      preset,
      network: { channels, stages: stagesFor(side, channels), classes: classes.length },
      augment: ["translation"],
      batchSize: batch,
      lr,
      steps,
      seed,
    };
  },
  start,
  rehearsals: ["digits", "photographs", "tiny"],
  rehearse(name, side = name === "tiny" ? 8 : name === "digits" ? 28 : 32) {
    const preset = name === "tiny" ? "digits" : (name as ClassifierPreset);
    if (!Object.hasOwn(CLASSIFIER_PRESETS, preset))
      throw new InputError(
        `there is no preset "${name}"; there are ${Object.keys(CLASSIFIER_PRESETS).join(", ")} and tiny`,
      );
    const [channels, classes] = [preset === "digits" ? 1 : 3, 10];
    const tiny = name === "tiny";
    const recipe: StoredClassifierRecipe = {
      ...CLASSIFIER_PRESETS[preset],
      ...(tiny && { batchSize: 4 }),
      system: "classifier",
      preset,
      network: { channels, stages: tiny ? [[4], [8]] : stagesFor(side, channels), classes },
      augment: ["translation"],
      seed: 0,
    };
    const n = recipe.batchSize;
    const shape = [n, side, side, channels];
    return {
      title: `classifier (${name}), a training step on ${n} pictures of ${side}×${side}`,
      trainer: new ClassifierTraining(recipe),
      batch(index) {
        const data = fillUniform(new Float32Array(n * side * side * channels), 1, index, -1);
        const label = new Float32Array(n * classes);
        for (let k = 0; k < n; k++) label[k * classes + ((k + index) % classes)] = 1;
        return {
          index,
          count: n,
          fields: {
            picture: { shape, data: data as Float32Array<ArrayBuffer> },
            label: { shape: [n, classes], data: label },
          },
        };
      },
    };
  },
  shipped: shippedClassifiers,
  drawsNothing: true,
  load: async (bytes, file) => new ClassifierSampler(parseClassifier(bytes, file)),
  judge: judgeClassifier,
});
