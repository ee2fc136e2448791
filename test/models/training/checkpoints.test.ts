/** Which states become the checkpoint of a run. */
import { expect, test } from "vitest";
import { decodeCheckpoint, hostTensor } from "../../../engine/io/index.ts";
import { Checkpoints } from "../../../models/training/checkpoints.ts";
import { memoryStore } from "../../../models/training/store-memory.ts";

const state = (step: number, weight: number, moment = 0) => ({
  step,
  seed: 1,
  rng: {},
  options: {},
  model: new Map([["weight", hostTensor(Float32Array.of(weight), [1])]]),
  optimizer: new Map([["moment", hostTensor(Float32Array.of(moment), [1])]]),
});

test("a state is written when an update after it is seen to be finite, and only then", async () => {
  const store = memoryStore();
  const stepThere = async () => {
    const bytes = await store.read("checkpoint.safetensors");
    return bytes && decodeCheckpoint(bytes, "checkpoint").step;
  };
  const checkpoints = new Checkpoints(store, undefined);
  expect(checkpoints.describe()).toBe("nothing of it was saved before");
  checkpoints.hold(state(3, 1));
  await checkpoints.prove(3);
  expect(await stepThere()).toBeUndefined();
  await checkpoints.prove(4);
  expect(await stepThere()).toBe(3);
  // One of which nobody hears any more is not written.
  checkpoints.hold(state(6, 1e30));
  await checkpoints.prove(6);
  expect(await stepThere()).toBe(3);
  expect(() => checkpoints.hold(state(7, Number.NaN))).toThrow(
    /^after update 7 the weights weight hold .*: the last good weights are those after update 3, in memory\/checkpoint/,
  );
  expect(() => checkpoints.hold(state(7, 1, Number.POSITIVE_INFINITY))).toThrow(/the weights moment hold/);
  expect(checkpoints.describe()).toContain("after update 3");
});
