/** What tensors are asked under PyTorch's names, and lists one by one. */
import { expect, test } from "vitest";
import { tensor } from "../../../engine/index.ts";

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

test("ndim, numel and T", async () => {
  expect([x.ndim, x.numel(), x.T.shape]).toEqual([2, 6, [3, 2]]);
  expect([...(await x.T.data())]).toEqual([1, 4, 2, 5, 3, 6]);
  expect([tensor(1).ndim, tensor(1).numel(), tensor([], [0]).numel()]).toEqual([0, 1, 0]);
});

test("sizes and axes one by one are those of an array", async () => {
  expect(x.view(-1).shape).toEqual([6]);
  expect(x.reshape(3, -1).shape).toEqual(x.reshape([3, -1]).shape);
  expect(x.expand(4, 2, 3).shape).toEqual([4, 2, 3]);
  expect(await x.permute(1, 0).data()).toEqual(await x.permute([1, 0]).data());
});
