import { expect, test } from "vitest";
import { cumsum, tensor } from "../../../engine/index.ts";
import { at, build, normalAxis, type RefTensor } from "../../reference/array.ts";
import { opCase, real } from "../../reference/cases/case.ts";
import { checkOp } from "../../reference/check.ts";
import { engineBackend } from "../../reference/engine.ts";
import { defineReference } from "../../reference/named.ts";
import { total } from "../../reference/scalars.ts";

defineReference("cumsum", (x, axis) => {
  const { shape } = x as RefTensor;
  const along = normalAxis(axis as number, shape.length);
  return build(shape, (index) => {
    const upTo = Array.from({ length: (index[along] as number) + 1 }, (_, t) => index.with(along, t));
    return total(upTo.map((place) => at(x as RefTensor, place)));
  });
});

test.each([
  { shape: [7], axis: 0 },
  { shape: [3, 5, 4], axis: 1 },
  { shape: [3, 5, 4], axis: -1 },
  { shape: [2, 1, 9], axis: 1 },
  { shape: [130, 67], axis: 0 },
])("cumsum of $shape along $axis: value, gradient and second derivative", async ({ shape, axis }) => {
  const of = opCase(`cumsum [${shape}] ${axis}`, [real(shape)], (k, x) => k.named("cumsum", x, axis));
  for (const ratio of Object.values(await checkOp(of, engineBackend))) expect(ratio).toBeLessThanOrEqual(1);
});

test("nothing is summed where there is nothing", async () => {
  expect(await cumsum(tensor([], [0, 3]), 0).data()).toHaveLength(0);
});

test("an axis that is not there is named", () => {
  expect(() => cumsum(tensor([1, 2]), 1)).toThrow(/cumsum.*axis/);
});
