import { expect, test } from "vitest";
import { type Tensor, tensor } from "../../../engine/index.ts";
import { ModernBaseDiscriminator, ModernBaseGenerator } from "../../../models/lapgan/modern-base.ts";
import { ModernFineGenerator } from "../../../models/lapgan/modern-networks.ts";
import { numbers } from "./given.ts";

const options = { size: 4, width: 4, classes: 2, seed: 1 };
const oneHot = (...labels: number[]): Tensor =>
  tensor(Float32Array.from(labels.flatMap((label) => [0, 1].map((k) => Number(k === label)))), [
    labels.length,
    2,
  ]);
const values = async (x: Tensor): Promise<Float32Array> => (await x.data()) as Float32Array;

test("the coarsest generator's first layer has weights of its own for each class", async () => {
  const generator = new ModernBaseGenerator(options);
  const z = tensor(numbers([2, 64], 1), [2, 64]);
  const draw = () => values(generator.forward(z, oneHot(0, 1)));
  const before = await draw();
  const tensors = await generator.stateDict();
  const first = tensors.get("fc1.weight");
  if (!first) throw new Error("no first layer");
  // The second class's columns, and no others: [hidden, inputs], a class's 64 inputs behind those of the class before.
  const [hidden, inputs] = first.shape as [number, number];
  expect(inputs).toBe(2 * 65);
  const data = Float32Array.from(first.data as Float32Array);
  for (let unit = 0; unit < hidden; unit++) data.fill(0, unit * inputs + 64, unit * inputs + 128);
  generator.loadStateDict(new Map([...tensors, ["fc1.weight", { ...first, data }]]), "changed");
  const after = await draw();
  expect(after.subarray(0, 48)).toEqual(before.subarray(0, 48));
  expect(after.subarray(48)).not.toEqual(before.subarray(48));
});

test("what the coarsest discriminator names does not depend on what it is told, its answer does", async () => {
  const discriminator = new ModernBaseDiscriminator(options);
  const image = tensor(numbers([2, 4, 4, 3], 2), [2, 4, 4, 3]);
  const [one, other] = [oneHot(0, 1), oneHot(1, 0)].map((y) => discriminator.forward(image, y));
  expect(await values(one?.classes as Tensor)).toEqual(await values(other?.classes as Tensor));
  expect(await values(one?.answers as Tensor)).not.toEqual(await values(other?.answers as Tensor));
});

test("a finer generator begins with bands much weaker than real ones: strong ones are speckle to be unlearnt", async () => {
  const bandScale = 0.5;
  const generator = new ModernFineGenerator({ ...options, size: 8, width: 16, bandScale });
  const [noise, lowPass] = [1, 3].map((channels) =>
    tensor(numbers([2, 8, 8, channels], channels), [2, 8, 8, channels]),
  );
  const band = await values(generator.forward(noise as Tensor, lowPass as Tensor, oneHot(0, 1)));
  const strength = Math.sqrt(band.reduce((sum, value) => sum + value ** 2, 0) / band.length);
  expect(strength).toBeGreaterThan(0);
  expect(strength).toBeLessThan(0.25 * bandScale);
});
