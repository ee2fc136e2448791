import { expect, test } from "vitest";
import { hostTensor, readSafetensors } from "../../../engine/io/index.ts";
import { MERITS } from "../../../models/super-resolution/generator-training.ts";
import { BestWeights } from "../../../models/training/best.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";

const score = (psnr: number, perceptual?: number) => ({
  scores: { psnr, ssim: 0.5, ...(perceptual !== undefined && { perceptual }) },
  merit: perceptual === undefined ? "psnr" : "perceptual",
  note: "",
});

/** A network of one number, which tells who was kept. */
const weights = (value: number) => async () => ({
  tensors: new Map([["x", hostTensor(new Float32Array([value]), [1])]]),
  metadata: {},
});

/** A store, and the number of the weights that it holds. */
function given() {
  const store = memoryStore();
  const kept = async () => {
    const bytes = await store.read("best.safetensors");
    return bytes && readSafetensors(bytes, "best").tensors.get("x")?.data[0];
  };
  return { store, kept };
}

test("the least distance is kept where there is one, else the highest PSNR", async () => {
  const first = given();
  const near = new BestWeights(first.store, MERITS);
  for (const [step, psnr, distance] of [
    [0, 30, 0.4],
    [10, 29, 0.38],
    [20, 31, 0.39],
  ] as const)
    await near.offer(step, score(psnr, distance), weights(step));
  expect(near.best).toEqual({ step: 10, merit: "perceptual", value: 0.38 });
  expect(await first.kept()).toBe(10);
  expect(near.describe()).toBe("the best of the validations, after 10 updates (perceptual distance 0.3800)");

  const second = given();
  const clear = new BestWeights(second.store, MERITS);
  for (const [step, psnr] of [
    [10, 29],
    [20, 31],
    [30, 31],
  ] as const)
    await clear.offer(step, score(psnr), weights(step));
  expect(clear.best).toEqual({ step: 20, merit: "psnr", value: 31 });
  expect(await second.kept()).toBe(20);
});

test("a run that goes on keeps what was better before it, unless another merit counts now", async () => {
  const { store, kept } = given();
  const first = new BestWeights(store, MERITS);
  await first.offer(10, score(31), weights(10));
  const second = new BestWeights(store, MERITS, first.best);
  await second.offer(20, score(30), weights(20));
  expect(second.best?.step).toBe(10);
  expect(await kept()).toBe(10);
  await second.offer(30, score(29, 0.5), weights(30));
  expect(second.best).toEqual({ step: 30, merit: "perceptual", value: 0.5 });
  await store.remove("best.safetensors");
  await second.offer(40, score(31, 0.6), weights(40));
  expect(await kept()).toBeUndefined();
});

test("what is no number is never kept", async () => {
  const { store, kept } = given();
  const best = new BestWeights(store, MERITS);
  await best.offer(1, score(Number.NaN), weights(1));
  expect(await kept()).toBeUndefined();
  await expect(best.offer(2, score(30), weights(Number.NaN))).rejects.toThrow(
    /after update 2 the weights x hold a value that is not a finite number/,
  );
  expect(best.best).toBeUndefined();
  expect(await kept()).toBeUndefined();
});
