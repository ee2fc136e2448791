import { expect, test } from "vitest";
import { tileFor } from "../../../engine/ops/kernels.ts";
import type { Target } from "../../../engine/graph/node.ts";

/** Lavapipe on a processor with AVX. */
const lavapipe = { software: true, subgroupSize: 8 } as Target;

const blockOf = (columns: number, rows: number, depth: number) => {
  const tile = tileFor({ family: "matmul", columns, rows, depth }, "subgroup", lavapipe);
  return [tile.columns, tile.block];
};

// A scalar product for each of 6,400 pixels in blocks of 32 took 1.1 s to compile: 32 loads of vectors for one column.
test("narrow products load at most four vectors a lane", () => {
  expect(blockOf(1, 6400, 16)).toEqual([1, 4]);
  expect(blockOf(2, 6400, 16)).toEqual([2, 8]);
  expect(blockOf(300, 6400, 16)).toEqual([8, 32]);
});

test("blocks of 32 rows are for large products, for which their compilation pays", () => {
  expect(blockOf(128, 512, 512)).toEqual([8, 32]);
  expect(blockOf(240, 100, 290)).toEqual([8, 16]);
  expect(blockOf(8, 16, 6400)).toEqual([8, 8]);
});
