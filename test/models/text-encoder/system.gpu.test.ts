/** Runs of text encoders on a small set: each side of the joint space, what comes of it, and what is refused. */
import { expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { hostTensor, writeSafetensors } from "../../../engine/io/index.ts";
import { fillUniform } from "../../../engine/random.ts";
import { parseTextEncoder } from "../../../models/text-encoder/files.ts";
import { textEncoder } from "../../../models/text-encoder/system.ts";
import type { Host } from "../../../models/training/host.ts";
import { Run } from "../../../models/training/run.ts";
import { planRun, type RunWishes } from "../../../models/training/run-plan.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";
import { captionedPictures } from "./given.ts";

const NAMES = ["red heart", "blue book", "green square", "white moon", "black cat", "pink rose"];
const vectors = (count: number, dimension = 5) =>
  writeSafetensors(
    new Map([
      ["features", hostTensor(fillUniform(new Float32Array(count * dimension), 1, 1), [count, dimension])],
    ]),
  );
const files: Readonly<Record<string, Uint8Array>> = { vectors: vectors(12), few: vectors(3) };

const hostOf = (names: readonly string[] = NAMES, extra: Readonly<Record<string, Uint8Array>> = {}) =>
  ({
    openDataset: async () => ({ dataset: captionedPictures(names), what: "made up", leftOut: [] }),
    read: async (path: string) => ({ ...files, ...extra })[path],
    encodePng: async () => new Uint8Array(1),
  }) as unknown as Host;

const wishes = (given: RunWishes["given"], more: Partial<RunWishes> = {}): RunWishes => ({
  ...{ system: textEncoder, path: "somewhere", host: hostOf(), store: memoryStore(), resume: false },
  given: { steps: 2, batch: 3, size: 16, ...given },
  ...more,
});

async function train(given: RunWishes["given"], more: Partial<RunWishes> = {}): Promise<Uint8Array> {
  const plan = await planRun(wishes(given, more));
  const listener = { say: () => {}, progress: () => {}, compiling: () => {} };
  const run = await Run.begin(plan, { listener, signal: new AbortController().signal });
  try {
    await run.toEnd();
  } finally {
    await run.close();
  }
  return (await plan.store.read("best.safetensors")) as Uint8Array;
}

test("with vectors of a file: the run's best weights are an encoder that says what it was kept from", async () => {
  const bytes = await train({ features: "vectors", encoder: "word-cnn-rnn" });
  const { encoder, recipe } = parseTextEncoder(bytes, "best");
  expect([recipe.side, recipe.features, recipe.unseen.length, recipe.validation.length]).toEqual([
    "features",
    5,
    1,
    1,
  ]);
  expect((await encoder.encode(["a red heart", ""]).data()).every(Number.isFinite)).toBe(true);
  // Words of classes that are kept from training are not known to it.
  const words = (recipe.form.config as { vocabulary: readonly string[] }).vocabulary;
  const [kept = ""] = recipe.unseen;
  expect(words).not.toContain(kept.split(" ")[1]);
  const sampler = await textEncoder.load?.(bytes, "best");
  await expect(sampler?.sample({ count: 1, seed: 0, walk: false })).rejects.toThrow(/makes no pictures/);
});

test("a network over pictures learns for an encoder that is left as it is", async () => {
  const first = await train({});
  const second = await train({ from: "first" }, { host: hostOf(NAMES, { first }) });
  const [one, other] = [parseTextEncoder(first, "first"), parseTextEncoder(second, "second")];
  expect([other.recipe.side, other.recipe.frozen, other.recipe.unseen]).toEqual([
    "pictures",
    true,
    one.recipe.unseen,
  ]);
  expect(await other.encoder.stateDict()).toEqual(await one.encoder.stateDict());
  expect(await other.side?.stateDict()).not.toEqual(await one.side?.stateDict());
});

test.each([
  [
    "one class",
    {},
    { host: hostOf(["heart"]) },
    'all pictures are of one class or have one caption ("heart")',
  ],
  [
    "vectors where none are looked at",
    { features: "vectors" },
    { preset: "coco" },
    "learns from captions alone",
  ],
])("%s is refused before any work", async (_, given, more, sentence) => {
  const refused = planRun(wishes(given, more));
  await expect(refused).rejects.toThrow(InputError);
  await expect(refused).rejects.toThrow(sentence);
});

test.each([
  ["vectors of other pictures", { features: "few" }, "the file of vectors has 3, but there are 12 pictures"],
  [
    "a batch of more pairs than classes",
    { features: "vectors", batch: 7 },
    "a batch of 7 needs as many classes",
  ],
])("%s are refused", async (_, given, sentence) => {
  await expect(train(given)).rejects.toThrow(sentence);
});
