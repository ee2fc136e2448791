/** Training SRGAN as a whole: steady state, going on from a checkpoint, what is measured. */
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../../engine/io/index.ts";
import { grad, idle, init, square, sum, type Tensor } from "../../../engine/index.ts";
import { SRRESNET_PAPER } from "../../../models/super-resolution/srresnet.ts";
import { SRGANTraining } from "../../../models/super-resolution/srgan-training.ts";
import {
  type ContentRecipe,
  type SRGANRecipe,
  srganRecipe,
} from "../../../models/super-resolution/srgan-recipe.ts";
import type { Game } from "../../../models/super-resolution/srgan-step.ts";
import { VGG19 } from "../../../models/features/vgg19.ts";
import { tensorsOf } from "../../../models/training/trainer.ts";
import { batch, made } from "./given.ts";

const network = { ...SRRESNET_PAPER, numBlocks: 1, width: 4 };
const tiny = srganRecipe({ preset: "srgan-vgg22", size: "tiny", network, steps: 100, ema: 0.9 });
/** Patches of 32 pixels are what `batch` gives. */
const recipe = (seed: number, more: Partial<SRGANRecipe> = {}): SRGANRecipe => ({ ...tiny, seed, ...more });
/** As compact runs have it. */
const compact: Partial<SRGANRecipe> = { textureWeight: 4e-4, adversarialShare: 0.2 };
const vgg = new VGG19({ layer: "relu2_2", upTo: "relu3_1", width: 4 });

async function train(training: SRGANTraining, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) training.update(batch(step));
  await idle();
}

describe("SRGAN training", () => {
  test("in steady state makes nothing new", async () => {
    await init();
    const training = new SRGANTraining(recipe(1), vgg);
    const measures: number[][] = [];
    for (let k = 0; k < 5; k++) measures.push(Array.from(await training.update(batch(k % 4)).data()));
    await idle();
    const before = await made();
    for (let k = 5; k < 60; k++) measures.push(Array.from(await training.update(batch(k % 4)).data()));
    await idle();
    expect(await made()).toEqual(before);
    expect(measures.flat().every(Number.isFinite)).toBe(true);
    expect(measures.every((row) => row.length === training.measures.length)).toBe(true);
    const at = (name: string) => training.measures.indexOf(name);
    expect(measures[0]?.[at("D(real)")]).toBeCloseTo(0.5, 0);
    expect(measures[0]?.[at("generatorGradient")]).toBeGreaterThan(0);
  });

  test.each<[string, Partial<SRGANRecipe>]>([
    ["as it is", {}],
    ["with textures and a share", compact],
  ])("three steps, a checkpoint and three steps are six steps, byte for byte: %s", async (_, more) => {
    const with5 = recipe(5, more);
    const whole = new SRGANTraining(with5, vgg);
    await train(whole, 0, 6);
    const first = new SRGANTraining(with5, vgg);
    await train(first, 0, 3);
    const checkpoint = decodeCheckpoint(encodeCheckpoint(await first.checkpoint()), "checkpoint");
    // What is drawn from the seed at each step is as before; the weights at the start are others.
    const second = new SRGANTraining({ ...with5, generatorStart: "icnr" }, vgg);
    second.restore(checkpoint, "checkpoint");
    expect(second.step).toBe(3);
    await train(second, 3, 6);
    const [got, want] = [await second.checkpoint(), await whole.checkpoint()];
    expect(got.step).toBe(want.step);
    expect(got.model).toEqual(want.model);
    expect(got.optimizer).toEqual(want.optimizer);
    expect(await second.current().stateDict()).toEqual(await whole.current().stateDict());
  });

  /** How far an update moves one of the generator's weights and one of the discriminator's at most: by about the learning rate. */
  async function moves(training: SRGANTraining, step: number): Promise<number[]> {
    const read = async () => {
      const dicts = await Promise.all([training.generator.stateDict(), training.discriminator?.stateDict()]);
      return [dicts[0].get("tail.weight"), dicts[1]?.get("conv.0.weight")].map(
        (x) => x?.data as Float32Array,
      );
    };
    const before = await read();
    await train(training, step, step + 1);
    const after = await read();
    const move = (one: Float32Array, other: Float32Array) =>
      Math.max(...one.map((value, i) => Math.abs(value - (other[i] as number))));
    return after.map((one, k) => move(one, before[k] as Float32Array));
  }

  test("each network learns at its own rate, which goes on as it should", async () => {
    const rates = { lr: 1e-4, discriminatorLr: 1e-3, schedule: "drop", steps: 2 } as const;
    const both = new SRGANTraining(recipe(8, rates), vgg);
    const [generator, discriminator] = await moves(both, 0);
    expect((generator as number) / 1e-4).toBeCloseTo(1, 1);
    expect((discriminator as number) / 1e-3).toBeCloseTo(1, 1);
    const dropped = await moves(both, 1);
    expect(dropped[0]).toBeLessThan(0.2e-4);
    expect(dropped[1]).toBeLessThan(0.2e-3);
    const steady = new SRGANTraining(recipe(8, { ...rates, discriminatorSchedule: "constant" }), vgg);
    await moves(steady, 0);
    const [falls, stays] = await moves(steady, 1);
    expect(falls).toBeLessThan(0.2e-4);
    expect(stays).toBeGreaterThan(0.5e-3);
  });

  test("a discriminator goes on in another run, and a checkpoint without one is named", async () => {
    const first = new SRGANTraining(recipe(5), vgg);
    await train(first, 0, 2);
    const judge = { weights: (await first.checkpoint()).model, file: "first" };
    const second = new SRGANTraining(recipe(6), vgg, undefined, judge);
    expect(await second.discriminator?.stateDict()).toEqual(await first.discriminator?.stateDict());
    expect(await second.generator.stateDict()).not.toEqual(await first.generator.stateDict());
    const generators = new Map([...judge.weights].filter(([name]) => name.startsWith("generator.")));
    expect(
      () => new SRGANTraining(recipe(6), vgg, undefined, { weights: generators, file: "alone" }),
    ).toThrow(/alone .*missing/);
  });

  test("the discriminator can learn alone at the start", async () => {
    const training = new SRGANTraining(recipe(8, { discriminatorLead: 0.02 }), vgg);
    const read = async () => {
      const dicts = await Promise.all([training.generator.stateDict(), training.discriminator?.stateDict()]);
      return [dicts[0].get("tail.weight")?.data, dicts[1]?.get("conv.0.weight")?.data];
    };
    const start = await read();
    await train(training, 0, 2);
    const led = await read();
    await train(training, 2, 3);
    const end = await read();
    expect(led[0]).toEqual(start[0]);
    expect(led[1]).not.toEqual(start[1]);
    expect(end[0]).not.toEqual(led[0]);
    expect(training.step).toBe(3);
  });

  test("a window that moves makes four programs, and nothing new from then on", async () => {
    await init();
    const moving = srganRecipe({ preset: "srgan-vgg22", size: "tiny", network, head: "patch", jitter: true });
    const training = new SRGANTraining({ ...moving, adversarialShare: 0.5 }, vgg);
    await train(training, 0, 12);
    const before = await made();
    await train(training, 12, 24);
    expect(await made()).toEqual(before);
    const numbers = await training.update(batch(0)).data();
    expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
  });

  test("frozen statistics stay while weights learn, and shown and trained images are the same", async () => {
    const training = new SRGANTraining(recipe(4, { frozenStatistics: true, ema: 0 }), vgg);
    const start = await training.generator.stateDict();
    const { lr } = tensorsOf(batch(0), "lr", "hr");
    await train(training, 0, 3);
    const end = await training.generator.stateDict();
    for (const name of start.keys()) {
      const [before, after] = [start.get(name)?.data, end.get(name)?.data];
      if (name.includes("running")) expect(after, name).toEqual(before);
      else if (/(conv|tail).*weight$/.test(name)) expect(after, name).not.toEqual(before);
    }
    const trained = await training.generator.forward(lr).data();
    expect(trained).toEqual(await training.current().eval().forward(lr).data());
  });

  test("pixels beside features count with their weight", async () => {
    const contentWith = async (pixels: number) => {
      const training = new SRGANTraining(
        recipe(3, { content: { ...tiny.content, pixels } as ContentRecipe }),
        vgg,
      );
      return (await training.update(batch(0)).data())[training.measures.indexOf("content")] as number;
    };
    const pixelsOnly = new SRGANTraining(
      srganRecipe({ preset: "srgan-mse", size: "tiny", network, seed: 3 }),
    );
    const squares = (await pixelsOnly.update(batch(0)).data())[0] as number;
    expect((await contentWith(0.5)) - (await contentWith(0))).toBeCloseTo(0.5 * squares, 5);
  });

  test("the average of the weights is shown, and lies between the first and the last", async () => {
    const training = new SRGANTraining(recipe(7), vgg);
    const weightOf = async () => (await training.current().tail.weight.data())[0] as number;
    const start = await weightOf();
    await train(training, 0, 4);
    const last = (await training.generator.tail.weight.data())[0] as number;
    const average = await weightOf();
    expect(average).toBeGreaterThan(Math.min(start, last));
    expect(average).toBeLessThan(Math.max(start, last));
  });

  /** Losses of the first update; all logits are near 0 then. */
  const firstLosses = async (game: Partial<Game>) => {
    const training = new SRGANTraining(recipe(1, { game: { ...tiny.game, ...game } }), vgg);
    const numbers = Array.from(await training.update(batch(0)).data());
    const at = (name: string) => numbers[training.measures.indexOf(name)] as number;
    expect(numbers.every(Number.isFinite)).toBe(true);
    return { discriminator: at("discriminator"), adversarial: at("adversarial") };
  };

  test.each([
    ["non-saturating", 2 * Math.LN2, Math.LN2],
    ["hinge", 2, 0],
    ["least-squares", 0.5, 0.5],
    ["relativistic-average", 2 * Math.LN2, 2 * Math.LN2],
    ["relativistic-pairing", Math.LN2, Math.LN2],
  ] as const)("the game can be played by the %s loss", async (loss, discriminator, adversarial) => {
    const losses = await firstLosses({ loss });
    expect(losses.discriminator).toBeCloseTo(discriminator, 1);
    expect(losses.adversarial).toBeCloseTo(adversarial, 1);
  });

  test("a discriminator without a norm learns pairs, and its answers are told as the loss reads them", async () => {
    const choice = { preset: "srgan-mse", size: "tiny", network, norm: "none", head: "patch" } as const;
    const game = { loss: "relativistic-pairing" } as const;
    const paired = new SRGANTraining(
      srganRecipe({ ...choice, game, discriminatorLead: 0.9, discriminatorLr: 1e-2, steps: 40 }),
    );
    const names = [...(await paired.checkpoint()).model.keys()];
    expect(names.filter((name) => /^discriminator.*(bn|running)/.test(name))).toEqual([]);
    const answers = async () => {
      const numbers = Array.from(await paired.update(batch(0)).data());
      return ["D(real)", "D(fake)"].map((name) => numbers[paired.measures.indexOf(name)] as number);
    };
    const [first, firstFake] = await answers();
    for (let k = 0; k < 30; k++) paired.update(batch(0));
    const [last, lastFake] = await answers();
    // σ(real - fake) and σ(fake - real): what one gains the other loses, which holds for no two answers alone.
    expect((first as number) + (firstFake as number)).toBeCloseTo(1, 5);
    expect((last as number) + (lastFake as number)).toBeCloseTo(1, 5);
    expect(last).toBeGreaterThan(0.9);
  });

  test("the R1 penalty counts for the discriminator", async () => {
    const [plain, penalised] = [await firstLosses({}), await firstLosses({ r1: 1000 })];
    expect(penalised.discriminator).toBeGreaterThan(plain.discriminator + 1e-3);
  });

  test("with the patch head the R1 penalty is of each image's mean answer, not of their sum", async () => {
    const choice = { preset: "srgan-mse", size: "tiny", network, norm: "none", head: "patch" } as const;
    const playing = (r1: number) => new SRGANTraining(srganRecipe({ ...choice, game: { r1 } }));
    const lossOf = async (training: SRGANTraining) => {
      const numbers = await training.update(batch(0)).data();
      return numbers[training.measures.indexOf("discriminator")] as number;
    };
    const penalised = playing(10);
    const { hr } = tensorsOf(batch(0), "lr", "hr");
    const [images = 0] = hr.shape;
    const answers = penalised.discriminator?.forward(hr) as Tensor;
    expect(answers.size).toBe(4 * images);
    // The gradient of an image's mean answer is a quarter of that of their sum.
    const [slope] = grad(sum(answers), [hr]) as [Tensor];
    const penalty = (10 / 2) * ((await sum(square(slope)).item()) / images / 4 ** 2);
    expect(penalty).toBeGreaterThan(1e-3);
    const difference = (await lossOf(penalised)) - (await lossOf(playing(0)));
    expect(difference / penalty).toBeCloseTo(1, 2);
  });

  test("spectral normalisation takes the place of batch norm, and goes on from a checkpoint exactly", async () => {
    const spectral = srganRecipe({ preset: "srgan-mse", size: "tiny", network, norm: "spectral" });
    const whole = new SRGANTraining(spectral);
    await train(whole, 0, 4);
    const first = new SRGANTraining(spectral);
    await train(first, 0, 2);
    const second = new SRGANTraining({ ...spectral, seed: 9 });
    const checkpoint = decodeCheckpoint(encodeCheckpoint(await first.checkpoint()), "checkpoint");
    expect([...checkpoint.model.keys()].filter((name) => /^discriminator.*(bn|running)/.test(name))).toEqual(
      [],
    );
    second.restore(checkpoint, "checkpoint");
    await train(second, 2, 4);
    expect((await second.checkpoint()).model).toEqual((await whole.checkpoint()).model);
  });

  test("without a discriminator only the generator learns", async () => {
    const alone = srganRecipe({ preset: "srresnet-vgg22", size: "tiny", network });
    const training = new SRGANTraining(alone, vgg);
    expect(Object.keys(training.parameterCounts)).toEqual(["generator"]);
    const first = Array.from(await training.update(batch(0)).data());
    expect(first).toHaveLength(training.measures.length);
    for (let k = 0; k < 30; k++) training.update(batch(0));
    const last = await training.update(batch(0)).data();
    expect(last[0]).toBeLessThan(first[0] as number);
  });

  test("a recipe of features needs the network that finds them", () => {
    expect(() => new SRGANTraining(recipe(1))).toThrow("needs VGG19 up to relu2_2, got none");
    expect(() => new SRGANTraining(recipe(1), new VGG19({ layer: "relu1_1" }))).toThrow(
      "needs VGG19 up to relu2_2, got one up to relu1_1",
    );
  });
});
