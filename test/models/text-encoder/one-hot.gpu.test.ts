/** Looked-up rows against the product with zeros and ones that they stand for. */
import { expect, test } from "vitest";
import {
  Conv1d,
  grad,
  init,
  Initializer,
  oneHot,
  slice,
  square,
  sum,
  tensor,
} from "../../../engine/index.ts";
import { convolveSymbols } from "../../../models/text-encoder/one-hot.ts";

test("symbols by their rows are symbols one hot, forward and backward, and 0 is none", async () => {
  await init();
  const [n, length, symbols] = [3, 9, 7];
  const conv = new Conv1d(symbols, 5, 4, new Initializer(3), { weightInit: { std: 1 } });
  const ids = tensor(
    Int32Array.from({ length: n * length }, (_, k) => (k * 5 + (k >> 3)) % (symbols + 1)),
    [n, length],
  );
  const dense = slice(oneHot(ids, symbols + 1), [0, 0, 1], [n, length, symbols + 1]);
  const outputs = [convolveSymbols(conv, ids), conv.forward(dense)];
  const [looked, multiplied] = await Promise.all(outputs.map((y) => y.data()));
  expect(outputs[0]?.shape).toEqual([n, length - 3, 5]);
  const weights = [...conv.parameters().values()];
  const gradients = outputs.flatMap((y) => grad(sum(square(y)), weights));
  const values = await Promise.all(gradients.map((g) => g.data()));
  const apart = (a: ArrayLike<number> = [], b: ArrayLike<number> = []) =>
    Math.max(...Array.from(a, (x, k) => Math.abs(x - (b[k] as number))));
  expect(apart(looked, multiplied)).toBeLessThan(1e-5);
  expect(apart(values[0], values[2])).toBeLessThan(1e-3);
  expect(apart(values[1], values[3])).toBeLessThan(1e-3);
  expect(Math.max(...(values[0] as Float32Array))).toBeGreaterThan(1);
});
