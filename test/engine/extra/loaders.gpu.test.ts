/** Batches of any items: of an array, or one after the other. Of tensors by name: training.gpu.test.ts. */
import { describe, expect, test } from "vitest";
import { collate, DataLoader, StreamLoader } from "../../../engine/extra/index.ts";
import { type Tensor, tensor } from "../../../engine/index.ts";

const numbers = async (x: Tensor) => [x.dtype, x.shape, [...(await x.data())]];

describe("items put together", () => {
  test.each<[string, readonly unknown[], readonly unknown[]]>([
    ["numbers", [1, 2.5], ["f32", [2], [1, 2.5]]],
    [
      "nested arrays",
      [
        [1, 2],
        [3, 4],
      ],
      ["f32", [2, 2], [1, 2, 3, 4]],
    ],
    ["bytes", [Uint8Array.of(1, 255), Uint8Array.of(3, 4)], ["f32", [2, 2], [1, 255, 3, 4]]],
    ["whole numbers", [Int32Array.of(-7), Int32Array.of(8)], ["i32", [2, 1], [-7, 8]]],
    [
      "numbers of a shape",
      [
        { shape: [1, 2], data: Float32Array.of(1, 2) },
        { shape: [1, 2], data: Float32Array.of(3, 4) },
      ],
      ["f32", [2, 1, 2], [1, 2, 3, 4]],
    ],
    ["tensors", [tensor([1, 2]), tensor([3, 4])], ["f32", [2, 2], [1, 2, 3, 4]]],
  ])("%s", async (_, items, expected) => {
    expect(await numbers(collate(items) as Tensor)).toEqual(expected);
  });

  test("objects, by their names", async () => {
    const { image, of } = collate([
      { image: [1, 2], of: { row: Int32Array.of(5) } },
      { image: [3, 4], of: { row: Int32Array.of(6) } },
    ]);
    expect(await numbers(image)).toEqual(["f32", [2, 2], [1, 2, 3, 4]]);
    expect(await numbers(of.row)).toEqual(["i32", [2, 1], [5, 6]]);
  });

  test.each<[string, readonly unknown[], RegExp]>([
    [
      "of two kinds",
      [Float32Array.of(1), 2],
      /^collate: item 1 of the batch should be a typed array .* got 2$/,
    ],
    [
      "of two lengths",
      [{ x: Int8Array.of(1) }, { x: Int8Array.of(1, 2) }],
      /^collate: x of item 1 .* got \[2\]/,
    ],
    ["without a name", [{ x: Int8Array.of(1) }, { y: 2 }], /^collate: x of item 1 .* got undefined$/],
    ["words", ["a"], /^collate: item 0 of the batch should be a number.* got "a"; say by the option collate/],
  ])("%s are refused", (_, items, said) => {
    expect(() => collate(items)).toThrow(said);
  });
});

describe("an array", () => {
  const items = Array.from({ length: 5 }, (_, k) => ({ image: [k, 10 * k], name: `item ${k}` }));

  test("gives every item once an epoch, as what is made of them", () => {
    const options = { batchSize: 2, shuffle: true, seed: 1 };
    const loader = new DataLoader(items, { ...options, collate: (some) => some.map(({ name }) => name) });
    expect([loader.count, loader.length]).toEqual([5, 3]);
    const [first, again, second] = [0, 0, 1].map((k) => [...loader.epoch(k)].flat());
    expect(first).toEqual(again);
    expect(first).not.toEqual(second);
    for (const epoch of [first, second]) expect(epoch?.toSorted()).toEqual(items.map(({ name }) => name));
  });

  test("of objects gives tensors by name, of their type", async () => {
    const loader = new DataLoader(
      items.map(({ image }, k) => ({ image, label: Int32Array.of(k) })),
      { batchSize: 3 },
    );
    const seen: unknown[] = [];
    for (const { image, label } of loader) seen.push(image.shape, [...(await label.data())]);
    expect(seen).toEqual([
      [3, 2],
      [0, 1, 2],
      [2, 2],
      [3, 4],
    ]);
  });

  test("of what cannot be put together is told at once", () => {
    expect(() => new DataLoader(items)).toThrow(/^DataLoader: name of item 0 .* got "item 0"/);
    expect(() => new DataLoader([])).toThrow("DataLoader: needs at least one item, got none");
    expect(() => new DataLoader(new Set([1]) as never)).toThrow("goes through a StreamLoader");
  });
});

describe("a stream", () => {
  async function* read(epoch: number) {
    for (let k = 0; k < 5; k++) yield { x: [100 * epoch + k] };
  }

  test("in its order, epoch by epoch, the last batch as asked", async () => {
    const all: number[][] = [];
    const loader = new StreamLoader(read, { batchSize: 2 });
    for (let epoch = 0; epoch < 2; epoch++) for await (const { x } of loader) all.push([...(await x.data())]);
    expect(all).toEqual([[0, 1], [2, 3], [4], [100, 101], [102, 103], [104]]);
    const full: number[] = [];
    for await (const { x } of new StreamLoader(read, { batchSize: 2, dropLast: true })) full.push(x.size);
    expect(full).toEqual([2, 2]);
  });

  test("a generator that has been gone through is told", async () => {
    const loader = new StreamLoader(read(0), { batchSize: 5 });
    for await (const { x } of loader) expect(x.size).toBe(5);
    const again = (async () => {
      for await (const _ of loader) expect.unreachable();
    })();
    await expect(again).rejects.toThrow("StreamLoader: no items came");
  });
});
