/** The judge, on made-up pictures whose verdict is known. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { makeImage } from "../../../engine/io/image.ts";
import { fillUniform } from "../../../engine/random.ts";
import { Classifier } from "../../../models/features/classifier.ts";
import type { Dataset } from "../../../models/datasets/dataset.ts";
import { judge } from "../../../models/judging/judge.ts";
import { judgeSampler } from "../../../models/judging/judgement.ts";
import { lookAt } from "../../../models/judging/look.ts";
import { PARZEN_CAVEAT, PARZEN_ON_MNIST } from "../../../models/judging/papers.ts";
import type { Pictures } from "../../../models/judging/pictures.ts";
import { channelsApart, modesReached } from "../../../models/judging/stacked.ts";
import type { Sampler } from "../../../models/system.ts";

const SIDE = 4;

/** Noise that is brighter in the half that tells the class. */
function drawn(count: number, seed: number, strength = 200): Pictures {
  const noise = fillUniform(new Float32Array(count * SIDE * SIDE), seed, 0, 0, 255 - strength);
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const data = Uint8Array.from(noise, (value, at) => {
    const right = at % SIDE >= SIDE / 2 ? 1 : 0;
    return value + (right === labels[Math.floor(at / (SIDE * SIDE))] ? strength : 0);
  });
  return { count, shape: [SIDE, SIDE, 1], data, labels };
}

const [train, heldOut] = [drawn(60, 1), drawn(40, 2)];
const net = new Classifier({ channels: 1, stages: [[5], [6]], classes: 2 }, 3).eval();
const evidence = { train, heldOut, classes: ["left", "right"] };
const scoresOf = async (samples: Pictures) => {
  const scores = await judge({ ...evidence, samples, classifier: { name: "tiny-own", net } });
  return Object.fromEntries(scores.map((score) => [score.name, score]));
};

test("a look at pictures is what the network says of them", async () => {
  const { features, classes } = await lookAt(net, train);
  expect([features.count, features.dimension]).toEqual([60, 6]);
  const { features: alone, classes: own } = await lookAt(net, {
    count: 1,
    shape: [SIDE, SIDE, 1],
    data: train.data.slice(0, 16),
  });
  expect(own[0]).toBe(classes[0]);
  alone.data.forEach((value, k) => {
    expect(value).toBeCloseTo(features.data[k] as number, 4);
  });
});

describe("the verdict", () => {
  test("on samples like the data", async () => {
    const scores = await scoresOf(drawn(50, 3));
    expect(Object.keys(scores)).toEqual([
      "Parzen log-likelihood",
      "diversity across",
      "diversity within the least diverse class",
      "copies by pixels",
      "named as asked",
      "frechet-tiny-own",
      "kernel-tiny-own",
      "copies by features of tiny-own",
    ]);
    expect(scores["diversity across"]?.value).toBeCloseTo(1, 1);
    expect(scores["diversity within the least diverse class"]?.value).toBeCloseTo(1, 0);
    expect(scores["copies by pixels"]?.value).toBeLessThan(0.2);
    for (const { value, standardError = 0 } of Object.values(scores))
      expect(Number.isFinite(value) && Number.isFinite(standardError)).toBe(true);
  });

  test("on copies of training pictures", async () => {
    const scores = await scoresOf(train);
    expect(scores["copies by pixels"]?.value).toBe(1);
    expect(scores["copies by features of tiny-own"]?.value).toBe(1);
  });

  test("on one picture a class, again and again", async () => {
    const two = drawn(2, 9);
    const data = new Uint8Array(20 * 16);
    for (let i = 0; i < 20; i++) data.set(two.data.subarray((i % 2) * 16, (i % 2) * 16 + 16), i * 16);
    const labels = Array.from({ length: 20 }, (_, i) => i % 2);
    const scores = await scoresOf({ count: 20, shape: [SIDE, SIDE, 1], data, labels });
    expect(scores["diversity within the least diverse class"]?.value).toBeLessThan(0.01);
    expect(scores["diversity within the least diverse class"]?.classes).toHaveLength(2);
    expect(scores["diversity across"]?.value).toBeGreaterThan(0.3);
    const like = await scoresOf(drawn(20, 3));
    for (const name of ["frechet-tiny-own", "kernel-tiny-own"])
      expect(scores[name]?.value).toBeGreaterThan(like[name]?.value as number);
  });

  test("asks no class of samples without", async () => {
    const { labels, ...unlabelled } = drawn(20, 3);
    expect(labels).toHaveLength(20);
    const names = Object.keys(await scoresOf(unlabelled));
    expect(names).not.toContain("named as asked");
    expect(names).not.toContain("diversity within the least diverse class");
  });
});

describe("stacks of pictures", () => {
  test("come apart channel by channel", () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const apart = channelsApart({ count: 1, shape: [2, 2, 3], data });
    expect([apart.count, apart.shape]).toEqual([3, [2, 2, 1]]);
    expect([...apart.data]).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  });

  test("reach as many modes as the classifier names triples", async () => {
    const stacks: Pictures = { count: 20, shape: [2, 2, 3], data: train.data.slice(0, 240) };
    const [reached, divergence] = await modesReached(stacks, net);
    const { classes } = await lookAt(net, channelsApart(stacks));
    const triples = new Set(Array.from({ length: 20 }, (_, i) => classes.slice(3 * i, 3 * i + 3).join()));
    expect(reached).toMatchObject({ name: "modes reached of 1000", value: triples.size });
    // Twenty draws of a thousand rarely meet.
    expect(reached?.real).toBeCloseTo(19.8, 1);
    expect(divergence?.value).toBeGreaterThan(Math.log(1000 / 20) - 1e-9);
  });
});

describe("a system's judgement", () => {
  const dataset: Dataset = {
    name: "halves",
    size: train.count,
    shape: train.shape,
    classes: evidence.classes,
    fingerprint: "halves",
    item: (k) => ({ picture: train.data.subarray(k * 16, (k + 1) * 16), label: train.labels?.[k] ?? 0 }),
  };
  const host = {
    shipped: async () => new Uint8Array(),
    openDataset: async () => ({ dataset, what: "halves", leftOut: [] }),
  };
  const asked: string[] = [];
  const sampler: Sampler = {
    title: "a sampler",
    classes: ["left", "right"],
    async sample({ count, seed, class: name = "" }) {
      asked.push(`${count} ${name} ${seed}`);
      const half = drawn(2 * count, 50 + seed);
      const own = Math.max(sampler.classes.indexOf(name), 0);
      const picture = (k: number) => half.data.slice((2 * k + own) * 16, (2 * k + own + 1) * 16);
      return { rows: [Array.from({ length: count }, (_, k) => makeImage(picture(k), SIDE, SIDE, 1))] };
    },
  };
  const request = { path: "data", host, count: 11, seed: 3 };

  test("draws all classes in turn, each with noise of its own", async () => {
    const { scores, notes, sheet } = await judgeSampler(sampler, request, PARZEN_ON_MNIST.slice(0, 1));
    expect(asked).toEqual(["1  3", "6 left 6", "6 right 7"]);
    expect(scores[0]).toMatchObject({ name: "Parzen log-likelihood", paper: "conditional GAN 132 ± 1.8" });
    expect(scores.find(({ name }) => name === "diversity within the least diverse class")?.value).toBeCloseTo(
      1,
      0,
    );
    expect(notes.at(-1)).toBe(PARZEN_CAVEAT);
    expect(sheet?.height).toBe(SIDE + 4 + SIDE);
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
  });

  test("refuses data with other classes", async () => {
    const judged = judgeSampler({ ...sampler, classes: ["one", "two", "three"] }, request, []);
    await expect(judged).rejects.toThrow(InputError);
    await expect(judged).rejects.toThrow("a sampler knows 3 classes, data holds 2");
  });
});
