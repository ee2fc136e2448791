import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { FormatError, InputError } from "../../../engine/errors.ts";
import { hostTensor } from "../../../engine/io/host-tensor.ts";
import { writeSafetensors } from "../../../engine/io/safetensors.ts";
import { checkStateDict } from "../../../engine/io/state-dict.ts";
import { readWeights } from "../../../engine/io/weights.ts";
import * as p from "./pickle-writer.ts";

const expected = new Map([["w", hostTensor(new Float32Array([1, 2]), [2])]]);
const root = p.orderedDict({ w: p.tensor(p.storage("FloatStorage", "0", 2), 0, [2], [1]) });
const text = (content: string) => new TextEncoder().encode(content);

describe("readWeights", () => {
  test.each([
    ["safetensors", writeSafetensors(expected)],
    ["PyTorch zip", p.zipFile(root, { 0: p.floats(1, 2) })],
    ["PyTorch row of pickles", p.legacyFile(root, [["0", 2, p.floats(1, 2)]])],
  ])("tells %s by content, whatever the name", (_, bytes) => {
    for (const name of ["x.safetensors", "x.pth", "weights"])
      expect(readWeights(bytes, name)).toEqual(expected);
  });

  test("a safetensors header may have any length, also one that begins as a pickle does", () => {
    const found: number[] = [];
    for (let k = 0; k < 1100; k += 8) {
      const bytes = writeSafetensors(expected, { note: "x".repeat(k) });
      expect(readWeights(bytes, "weights")).toEqual(expected);
      if (bytes[0] === 0x80) found.push(bytes[1] as number);
    }
    expect(found).toContain(2); // the signature of PyTorch's old files, 80 02
  });

  test.each([
    [
      "empty.pth",
      new Uint8Array(0),
      /^empty\.pth: neither a safetensors nor a PyTorch weights file \(it is empty\)/,
    ],
    ["pointer.pth", text("version https://git-lfs.github.com/spec/v1\noid sha256:0"), /Git LFS pointer/],
    ["page.pt", text("<!DOCTYPE html><html></html>"), /a web page/],
    ["notes.txt", text("hello, these are notes"), /^notes\.txt: neither a safetensors nor a PyTorch/],
    ["cut.safetensors", text("abc"), /^cut\.safetensors: 3 bytes are too few/],
    ["hostile.pkl", text("cos\nsystem\n(S'id'\ntR."), /refuses global 'os\.system'/],
    [
      "photo.png",
      Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]),
      /neither a safetensors nor a PyTorch/,
    ],
    ["other.zip", zipSync({ "readme.txt": text("hello") }), /a zip archive, but not one of PyTorch/],
  ])("refuses %s", (name, bytes, message) => {
    expect(() => readWeights(bytes, name)).toThrow(message);
    expect(() => readWeights(bytes, name)).toThrow(FormatError);
  });
});

describe("checkStateDict", () => {
  const shapes = new Map<string, readonly number[]>([
    ["conv.weight", [8, 3, 3, 3]],
    ["conv.bias", [8]],
    ["bn.weight", [8]],
  ]);
  const dict = (entries: Record<string, number[]>) =>
    new Map(
      Object.entries(entries).map(([name, shape]) => [
        name,
        hostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
      ]),
    );
  const fitting = { "bn.weight": [8], "conv.weight": [8, 3, 3, 3], "conv.bias": [8] };

  test("accepts what fits, in any order, with PyTorch's counters", () => {
    checkStateDict(shapes, dict(fitting), "x");
    checkStateDict(shapes, dict({ ...fitting, "bn.num_batches_tracked": [] }), "x");
  });

  test.each([
    [
      "names the first mismatch in the network's order with both shapes",
      { ...fitting, "bn.weight": [4], "conv.bias": [4] },
      "x.pth does not hold the weights of this network: tensor conv.bias has shape [4], expected [8]",
    ],
    [
      "another rank",
      { ...fitting, "conv.bias": [8, 1] },
      "x.pth does not hold the weights of this network: tensor conv.bias has shape [8, 1], expected [8]",
    ],
    [
      "counts what is missing and unexpected",
      { "conv.weight": [8, 3, 9, 9], "a.b": [1], "c.d": [] },
      "x.pth does not hold the weights of this network: tensor conv.weight has shape [8, 3, 9, 9], expected [8, 3, 3, 3]; 2 tensors missing (first conv.bias [8]); 2 tensors unexpected (first a.b [1])",
    ],
    [
      "another network altogether",
      { "features.0.weight": [1, 2] },
      "x.pth does not hold the weights of this network: 3 tensors missing (first conv.weight [8, 3, 3, 3]); 1 tensor unexpected (first features.0.weight [1, 2])",
    ],
  ] as [string, Record<string, number[]>, string][])("%s", (_, entries, message) => {
    const check = () => checkStateDict(shapes, dict(entries), "x.pth");
    expect(check).toThrow(InputError);
    expect(check).toThrow(message);
  });
});
