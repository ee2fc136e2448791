/** Classifiers: their training learns and resumes exactly, their files say their form, and the shipped one knows digits. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Batch } from "../../../engine/data/index.ts";
import { tensor } from "../../../engine/index.ts";
import { type HostTensor, writeSafetensors } from "../../../engine/io/index.ts";
import { fillNormal } from "../../../engine/random.ts";
import { idxDataset, DIGITS } from "../../../models/datasets/idx.ts";
import { Classifier, parseClassifier } from "../../../models/features/classifier.ts";
import { shareNamed } from "../../../models/classifier/sampler.ts";
import { ClassifierTraining } from "../../../models/features/classifier-training.ts";
import { shippedClassifiers } from "../../../models/features/shipped.ts";
import { lookAt } from "../../../models/judging/look.ts";
import { picturesOf } from "../../../models/judging/pictures.ts";
import { givenFolder } from "../../engine/data/given.ts";

const config = { channels: 1, stages: [[3], [4, 5]], classes: 2 } as const;

/** Noise with a bright top or bottom, which is its class. */
function batch(index: number): Batch {
  const [n, side] = [8, 6];
  const data = fillNormal(new Float32Array(n * side * side), 7, index, 0, 0.3) as Float32Array<ArrayBuffer>;
  const label = new Float32Array(n * 2);
  for (let i = 0; i < n; i++) {
    label[2 * i + (i % 2)] = 1;
    for (let k = 0; k < 18; k++) data[i * 36 + 18 * (i % 2) + k] = 1;
  }
  return {
    index,
    count: n,
    fields: { picture: { shape: [n, side, side, 1], data }, label: { shape: [n, 2], data: label } },
  };
}

const recipe = {
  network: config,
  steps: 30,
  seed: 4,
  batchSize: 8,
  lr: 0.02,
  weightDecay: 0.01,
  augment: ["cutout"],
} as const;

describe("training", () => {
  test("learns what tells the classes apart", async () => {
    const training = new ClassifierTraining(recipe);
    const first = (await training.update(batch(0)).data())[0] as number;
    for (let k = 1; k < 30; k++) training.update(batch(k));
    const [last, accuracy] = await training.update(batch(30)).data();
    expect(last).toBeLessThan(first / 2);
    expect(accuracy).toBeGreaterThan(0.8);
  });

  test("resumed equals unbroken", async () => {
    const whole = new ClassifierTraining(recipe);
    for (let k = 0; k < 3; k++) whole.update(batch(k));
    const resumed = new ClassifierTraining({ ...recipe, seed: recipe.seed });
    resumed.restore(await whole.checkpoint(), "checkpoint");
    expect(resumed.step).toBe(3);
    const [a, b] = [await whole.update(batch(3)).data(), await resumed.update(batch(3)).data()];
    expect([...b]).toEqual([...a]);
    const [own, other] = [await whole.net.stateDict(), await resumed.net.stateDict()];
    for (const [name, { data }] of own) expect([...(other.get(name)?.data ?? [])], name).toEqual([...data]);
  });
});

test("shares named rightly are counted in all and by class", async () => {
  const net = new Classifier(config, 1).eval();
  const state = await net.stateDict();
  const bias = state.get("head.bias") as HostTensor;
  state.set("head.bias", { ...bias, data: Float32Array.of(0, 100) }); // names everything as the second class
  net.loadStateDict(state, "net");
  const labels = [0, 1, 1, 0, 1];
  const set = {
    name: "five",
    size: 5,
    shape: [6, 6, 1],
    classes: ["a", "b"],
    fingerprint: "",
    item: async (k: number) => ({
      picture: new Uint8Array(36).fill(40 * k),
      label: labels[k] as number,
    }),
  } as const;
  expect(await shareNamed(net, set)).toEqual({ all: 0.6, of: [0, 1] });
});

describe("files", () => {
  test("say their form by their shapes", async () => {
    const net = new Classifier(config, 1);
    const read = parseClassifier(writeSafetensors(await net.stateDict()), "net.safetensors");
    expect(read.config).toEqual({ channels: 1, stages: [[3], [4, 5]], classes: 2 });
    expect(read.training).toBe(false);
    const x = tensor(fillNormal(new Float32Array(2 * 36), 1, 0), [2, 6, 6, 1]);
    expect([...(await read.forward(x).data())]).toEqual([...(await net.eval().forward(x).data())]);
  });

  test("of other networks are refused", () => {
    const bytes = writeSafetensors(new Map([["x", { shape: [1], dtype: "f32", data: Float32Array.of(1) }]]));
    expect(() => parseClassifier(bytes, "x.safetensors")).toThrow(
      "x.safetensors holds no classifier: it has no stages.0.0.conv.weight and head.weight",
    );
  });
});

const root = join(import.meta.dirname, "../../..");

describe.each(shippedClassifiers)("$name", ({ file, card, classes, channels }) => {
  test("ships below 2 MB with a card, and knows its classes", () => {
    const bytes = readFileSync(join(root, file));
    expect(bytes.length).toBeLessThan(2e6);
    expect(existsSync(join(root, card))).toBe(true);
    const { config } = parseClassifier(bytes, file);
    expect([config.classes, config.channels]).toEqual([classes.length, channels]);
  });
});

const digits = join(givenFolder("data") ?? "", "mnist");
const file = (name: string) => ({ bytes: new Uint8Array(readFileSync(join(digits, name))), file: name });

// Skipped, and shown as skipped, where MNIST is not at hand (GANVAS_DATA).
describe.skipIf(!existsSync(join(digits, "t10k-images-idx3-ubyte.gz")))("real digits (GANVAS_DATA)", () => {
  test("the first thousand test digits are named with at most 10 mistakes", async () => {
    const [{ file: path = "" } = {}] = shippedClassifiers;
    const net = parseClassifier(readFileSync(join(root, path)), path);
    const test = idxDataset(
      "MNIST",
      file("t10k-images-idx3-ubyte.gz"),
      file("t10k-labels-idx1-ubyte.gz"),
      DIGITS,
    );
    const pictures = await picturesOf(test, 0, 1000);
    const { classes } = await lookAt(net, pictures);
    const mistakes = pictures.labels?.filter((label, k) => label !== classes[k]).length;
    expect(mistakes).toBeLessThanOrEqual(10);
  });
});
