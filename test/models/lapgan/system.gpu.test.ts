/** Levels as stages of a run: what is refused, and how the weights of all come together. */
import { expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { parseLapgan } from "../../../models/lapgan/files.ts";
import { lapgan } from "../../../models/lapgan/system.ts";
import type { Host } from "../../../models/training/host.ts";
import { Run } from "../../../models/training/run.ts";
import { planRun, type RunWishes } from "../../../models/training/run-plan.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";
import { pictures } from "./given.ts";

const host = {
  openDataset: async () => ({ dataset: pictures, what: "made-up pictures", leftOut: [] }),
  encodePng: async () => new Uint8Array(1),
} as unknown as Host;

const wishes = (stage: string | undefined, given: RunWishes["given"], store = memoryStore()): RunWishes => ({
  ...{ system: lapgan, stage, path: "somewhere", host, store, resume: false },
  given: { steps: 2, batch: 3, ...given },
});

test.each([
  ["no stage", undefined, { sizes: "4,8,16" }, "--stage takes level1 or"],
  ["a level that there is not", "level4", { sizes: "4,8,16" }, "level1 to level3"],
  ["levels larger than the pictures", "level1", { sizes: "8,16,32" }, "too small for a level of 32"],
  ["sizes that do not grow", "level1", { sizes: "16,8" }, "got 16,8"],
  ["sizes that are no numbers", "level1", { sizes: "small" }, "grow from 4 pixels on"],
])("%s: a sentence", async (_, stage, given, sentence) => {
  const refused = planRun(wishes(stage, given as unknown as RunWishes["given"]));
  await expect(refused).rejects.toThrow(InputError);
  await expect(refused).rejects.toThrow(sentence);
});

/** Trains a level for two updates. @returns the bytes of its weights file */
async function train(
  stage: string,
  sizes: string,
  store: ReturnType<typeof memoryStore>,
): Promise<Uint8Array> {
  const plan = await planRun(wishes(stage, { sizes }, store));
  const listener = { say: () => {}, progress: () => {}, compiling: () => {} };
  const run = await Run.begin(plan, { listener, signal: new AbortController().signal });
  try {
    await run.toEnd();
  } finally {
    await run.close();
  }
  return (await store.within(stage).read("model.safetensors")) as Uint8Array;
}

test("each level's weights come with those of the levels trained before it, in any order", async () => {
  const store = memoryStore();
  const first = parseLapgan(await train("level2", "4,8", store), "first");
  expect(first.levels.map(({ form }) => form.level)).toEqual([1]);
  const second = parseLapgan(await train("level1", "4,8", store), "second");
  expect(second.levels.map(({ form }) => form.level)).toEqual([0, 1]);
  expect(second.classes).toEqual(["bright", "dark"]);
  const upper = (model: typeof first) => model.levels.at(-1)?.generator.stateDict();
  expect(await upper(second)).toEqual(await upper(first));
  const sampler = await lapgan.load?.(
    (await store.within("level1").read("best.safetensors")) as Uint8Array,
    "best",
  );
  const { rows, labels, steps } = (await sampler?.sample({ count: 2, seed: 1, walk: false })) ?? { rows: [] };
  expect(rows.map((row) => row.map(({ width }) => width))).toEqual([
    [8, 8],
    [8, 8],
  ]);
  expect(labels).toEqual(["bright", "dark"]);
  expect([...(steps?.keys() ?? [])]).toEqual(["I4", "l8", "h8", "I8"]);
  await expect(sampler?.sample({ count: 1, seed: 1, walk: false, class: "grey" })).rejects.toThrow(
    'there is no class "grey"; there are bright, dark',
  );
  await expect(train("level3", "4,8,16", store)).rejects.toThrow("is of another pyramid (levels 4, 8)");
});
