/** What losses refuse, and in whose words. */
import { describe, expect, test } from "vitest";
import {
  cosineSimilarity,
  crossEntropy,
  type GanLossKind,
  ganLoss,
  ganLossKinds,
  gradientPenalty,
  jointEmbeddingLoss,
  ones,
  r1Penalty,
  smoothL1,
  type Tensor,
  tensor,
  totalVariation,
} from "../../../engine/index.ts";

const labels = tensor(Int32Array.of(0, 2));
const D = (x: Tensor): Tensor => x;

describe("losses refuse", () => {
  test.each<[string, () => unknown, string]>([
    [
      "a target of another shape",
      () => smoothL1(ones([2]), ones([3])),
      "smoothL1: prediction [2] and target [3]",
    ],
    [
      "a beta below 0",
      () => smoothL1(ones([2]), 0, { beta: -1 }),
      "smoothL1: beta must be at least 0, got -1",
    ],
    [
      "logits of another number than targets",
      () => crossEntropy(ones([3, 4]), labels),
      "crossEntropy: needs logits [..., classes] and target [...], got [3, 4] and [2]",
    ],
    ["logits of images", () => crossEntropy(ones([2, 4, 4]), labels), "crossEntropy: needs logits"],
    [
      "a class that is not there",
      () => crossEntropy(ones([2, 2]), labels),
      "index 2 (element 1) is outside 0 to 1",
    ],
    [
      "classes that are floats",
      () => crossEntropy(ones([2, 3]), ones([2])),
      "must be of type i32 or u32, got f32",
    ],
    [
      "an unknown kind",
      () => ganLoss("gan" as GanLossKind),
      `ganLoss: kind must be one of ${ganLossKinds.join(", ")}, got "gan"`,
    ],
    ["a kind of Object's own", () => ganLoss("constructor" as GanLossKind), "ganLoss: kind must be one of"],
    [
      "a target above 1",
      () => ganLoss("non-saturating", { realTarget: 1.1 }),
      "ganLoss: realTarget must be above 0 and at most 1, got 1.1",
    ],
    [
      "a target of no number",
      () => ganLoss("least-squares", { realTarget: Number.NaN }),
      "realTarget must be above 0 and at most 1, got NaN",
    ],
    [
      "a smoothed hinge",
      () => ganLoss("hinge", { realTarget: 0.9 }),
      "the hinge loss has no target that could be smoothed to 0.9",
    ],
    [
      "a relativistic generator without real samples",
      () => ganLoss("relativistic-average").generator(ones([2])),
      "relativistic-average loss needs logits of real samples",
    ],
    [
      "a penalty of one sample without a batch",
      () => r1Penalty(D, ones([4])),
      "r1Penalty: needs a batch [n, ...], got [4]",
    ],
    [
      "a penalty between batches that differ",
      () => gradientPenalty(D, ones([2, 4]), ones([3, 4]), ones([2])),
      "gradientPenalty: real [2, 4] and fake [3, 4] differ",
    ],
    [
      "one alpha for all",
      () => gradientPenalty(D, ones([2, 4]), ones([2, 4]), ones([1])),
      "gradientPenalty: alpha should be [2], one number a sample, got [1]",
    ],
    [
      "total variation of a vector",
      () => totalVariation(ones([4])),
      "totalVariation: x should be [n, h, w, c], got [4]",
    ],
    [
      "similarity of different shapes",
      () => cosineSimilarity(ones([2, 3]), ones([3])),
      "cosineSimilarity: a [2, 3] and b [3] differ",
    ],
    [
      "embeddings of different sizes",
      () => jointEmbeddingLoss(ones([2, 3]), ones([2, 4])),
      "jointEmbeddingLoss: needs images and texts [n, d], got [2, 3] and [2, 4]",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
