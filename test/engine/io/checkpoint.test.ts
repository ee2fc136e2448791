import { describe, expect, test } from "vitest";
import { FormatError, InputError } from "../../../engine/errors.ts";
import {
  type Checkpoint,
  checkOptions,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../../engine/io/checkpoint.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { readSafetensors, writeSafetensors } from "../../../engine/io/safetensors.ts";

const weight = hostTensor(new Float32Array([1, 2, 3]), [3]);
const checkpoint: Checkpoint = {
  step: 1200,
  seed: 4294967295,
  rng: { crops: 12, flips: 7 },
  options: {
    blocks: 16,
    loss: "mse",
    lr: 1e-4,
    crop: [96, 96],
    norm: { kind: "batch", eps: 1e-5 },
    resume: null,
  },
  model: new Map([["head.weight", weight]]),
  optimizer: new Map([
    ["m", weight],
    ["v", hostTensor(new Float32Array(3), [3])],
  ]),
};

const encoded = encodeCheckpoint(checkpoint);

/** The file with its JSON state changed. */
function withState(change: (state: Record<string, unknown>) => unknown): Uint8Array {
  const { tensors, metadata } = readSafetensors(encoded);
  const state = change(JSON.parse(metadata.checkpoint ?? "") as Record<string, unknown>);
  return writeSafetensors(tensors, { checkpoint: typeof state === "string" ? state : JSON.stringify(state) });
}

test("a checkpoint comes back as it was", () => {
  expect(decodeCheckpoint(encoded, "x")).toEqual(checkpoint);
});

test("its weights are readable by any safetensors reader", () => {
  expect([...readSafetensors(encoded).tensors.keys()]).toEqual([
    "model.head.weight",
    "optimizer.m",
    "optimizer.v",
  ]);
});

describe("refuses what is no checkpoint, naming what is wrong", () => {
  test.each([
    ["weights only", writeSafetensors(new Map([["w", weight]])), /weights, but not a training checkpoint/],
    ["damaged", encoded.slice(0, -1), /truncated or damaged/],
    ["state no JSON", withState(() => "{"), /state is not valid JSON/],
    ["state no object", withState(() => "[]"), /state is not a JSON object/],
    [
      "another version",
      withState((s) => ({ ...s, version: 2 })),
      /checkpoint version 2 is not read here \(expected 1\)/,
    ],
    ["no step", withState(({ step: _, ...s }) => s), /the checkpoint's step is undefined/],
    ["step -1", withState((s) => ({ ...s, step: -1 })), /the checkpoint's step is -1/],
    ["seed no number", withState((s) => ({ ...s, seed: "7" })), /the checkpoint's seed is "7"/],
    ["rng of strings", withState((s) => ({ ...s, rng: { a: "1" } })), /the checkpoint's rng is \{"a":"1"\}/],
    [
      "step nested 20,000 deep",
      withState(() => `{"version":1,"step":${"[".repeat(2e4)}${"]".repeat(2e4)}}`),
      /state is not valid JSON \(it is nested deeper than 64 levels\)/,
    ],
    ["options a list", withState((s) => ({ ...s, options: [] })), /the checkpoint's options is \[\]/],
    [
      "__proto__ among the options",
      withState(() => '{"version":1,"options":{"__proto__":{}}}'),
      /refuses the name "__proto__"/,
    ],
    [
      "a tensor of neither part",
      writeSafetensors(new Map([["w", weight]]), readSafetensors(encoded).metadata),
      /tensor "w" belongs neither/,
    ],
    [
      "no model",
      writeSafetensors(new Map([["optimizer.m", weight]]), readSafetensors(encoded).metadata),
      /holds no model/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeCheckpoint(bytes, "run.safetensors")).toThrow(message);
    expect(() => decodeCheckpoint(bytes, "run.safetensors")).toThrow(/^run\.safetensors: /);
    expect(() => decodeCheckpoint(bytes, "run.safetensors")).toThrow(FormatError);
  });
});

describe("checkOptions", () => {
  test("accepts equal options, whatever the order of their keys, and options that are not asked about", () => {
    checkOptions({}, checkpoint, "x");
    checkOptions({ norm: { eps: 1e-5, kind: "batch" }, blocks: 16, crop: [96, 96] }, checkpoint, "x");
  });

  test.each([
    [{ loss: "mse", blocks: 4 }, "x: the checkpoint was made with blocks = 16, but blocks = 4 is asked for"],
    [{ crop: [96, 48] }, "made with crop = [96,96], but crop = [96,48]"],
    [{ width: 64 }, "made with width = nothing, but width = 64"],
  ])("names the first difference: %j", (options, message) => {
    expect(() => checkOptions(options, checkpoint, "x")).toThrow(message);
    expect(() => checkOptions(options, checkpoint, "x")).toThrow(InputError);
  });
});
