/** Batches of captions and what stands beside them. */
import { expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import { type Beside, PairLoader } from "../../../models/text-encoder/pairs.ts";
import { textIds } from "../../../models/text-encoder/text-input.ts";
import { captions } from "./given.ts";

const reader = { length: 12, idsOf: (text: string) => textIds(text, 12) };
const vectors = { views: 2, count: 8, dimension: 3, data: Float32Array.from({ length: 48 }, (_, k) => k) };
const all = Uint32Array.from({ length: 8 }, (_, k) => k);
const loader = (beside: Beside, batchSize = 3, pictures = all) =>
  new PairLoader(captions, pictures, reader, beside, { batchSize, seed: 5 });

/** Captions of a batch, as their numbers' text. */
const texts = (data: ArrayLike<number>, n: number) =>
  Array.from({ length: n }, (_, k) =>
    Array.from(data)
      .slice(12 * k, 12 * k + 12)
      .join(),
  );

test("a batch has a picture each of distinct classes, with a caption and a view of its own", async () => {
  const known = captions.captions.map((said) => said.map((caption) => textIds(caption, 12).join()));
  const views = new Set<number>();
  const drawn = new Set<number>();
  for (let k = 0; k < 30; k++) {
    const { fields, count } = await loader(vectors).batch(k);
    const ids = fields.ids as { data: ArrayLike<number>; shape: readonly number[] };
    const beside = fields.beside as { data: ArrayLike<number>; shape: readonly number[] };
    expect([ids.shape, beside.shape]).toEqual([
      [3, 12],
      [3, 3],
    ]);
    const rows = Array.from({ length: count }, (_, place) => (beside.data[3 * place] as number) / 3);
    const pictures = rows.map((row) => row % 8);
    expect(new Set(pictures.map((picture) => captions.classOf[picture])).size).toBe(3);
    for (const [place, text] of texts(ids.data, 3).entries())
      expect(known[pictures[place] as number]).toContain(text);
    for (const row of rows) views.add(Math.floor(row / 8));
    for (const picture of pictures) drawn.add(picture);
  }
  expect([views.size, drawn.size]).toEqual([2, 8]);
});

test("batch k is the same whatever was asked before, and k + 1 another", async () => {
  const a = loader(vectors);
  await a.batch(0);
  expect(await a.batch(7)).toEqual(await loader(vectors).batch(7));
  expect((await a.batch(7)).fields).not.toEqual((await a.batch(8)).fields);
});

test("two captions of a picture are two where it has two", async () => {
  for (let k = 0; k < 10; k++) {
    const { fields } = await loader("captions").batch(k);
    const [one, other] = [fields.ids, fields.beside].map((field) =>
      texts((field as { data: ArrayLike<number> }).data, 3),
    );
    for (const [place, text] of one?.entries() ?? []) expect(text).not.toBe(other?.[place]);
  }
});

test("pictures stand beside in values from -1 to 1", async () => {
  const { fields } = await loader("pictures").batch(0);
  const { shape, data } = fields.beside as { data: Float32Array; shape: readonly number[] };
  expect(shape).toEqual([3, 16, 16, 3]);
  expect([Math.min(...data) >= -1, Math.max(...data) <= 1, new Set(data).size > 1]).toEqual([
    true,
    true,
    true,
  ]);
});

test("fewer classes than a batch has pairs are refused", () => {
  expect(() => loader(vectors, 5)).toThrow(InputError);
  expect(() => loader(vectors, 5)).toThrow(
    /a batch of 5 needs as many classes to tell apart, and there are 4/,
  );
  expect(() => loader(vectors, 2, all.slice(0, 2))).toThrow(/there is 1 to train on/);
});
