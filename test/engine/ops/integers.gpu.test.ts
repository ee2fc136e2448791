/** Whole numbers through pointwise ops and reductions, up to the ends of their range. */
import { beforeAll, expect, test } from "vitest";
import {
  abs,
  add,
  argmax,
  clamp,
  constant,
  div,
  init,
  lt,
  max,
  maximum,
  min,
  mul,
  neg,
  sign,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
} from "../../../engine/index.ts";

beforeAll(async () => {
  await init();
});

const LEAST = -2147483648;
const LARGEST = 2147483647;
const signed = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const unsigned = (...values: number[]): Tensor => tensor(Uint32Array.from(values));
const read = async (x: Tensor) => [x.dtype, ...(await x.data())];

test("largest and smallest i32, however far from 0", async () => {
  expect(await read(max(signed(LEAST, LEAST, LEAST)))).toEqual(["i32", LEAST]);
  expect(await read(min(signed(LARGEST, LARGEST)))).toEqual(["i32", LARGEST]);
  expect(await read(max(tensor(Int32Array.of(-5, -7, -2, -9, -3, -8), [2, 3]), 1))).toEqual(["i32", -2, -3]);
});
test("largest and smallest u32, beyond the range of i32 too", async () => {
  expect(await read(max(unsigned(0, 0, 0)))).toEqual(["u32", 0]);
  expect(await read(min(unsigned(4294967295, 4294967290)))).toEqual(["u32", 4294967290]);
  expect(await read(max(unsigned(1, 4294967295, 7)))).toEqual(["u32", 4294967295]);
});
test("sums wrap around", async () => {
  expect(await read(sum(signed(LARGEST, 1)))).toEqual(["i32", LEAST]);
  expect(await read(sum(unsigned(4294967295, 2)))).toEqual(["u32", 1]);
});
test("the place of the largest of whole numbers", async () => {
  expect(await read(argmax(signed(LEAST, LARGEST, LARGEST)))).toEqual(["i32", 1]);
  expect(await read(argmax(unsigned(3, 4294967295, 1), 0, { keepDims: true }))).toEqual(["i32", 1]);
});
test("the place in the whole tensor", async () => {
  const x = tensor([
    [1, 5],
    [7, 2],
  ]);
  expect(await read(argmax(x))).toEqual(["i32", 2]);
  expect(argmax(x, undefined, { keepDims: true }).shape).toEqual([1, 1]);
});
test("constants at the ends of the range", async () => {
  expect(await read(constant(LEAST, [1], "i32"))).toEqual(["i32", LEAST]);
  expect(await read(constant(4294967295, [4], "u32"))).toEqual(["u32", ...Array(4).fill(4294967295)]);
});
test("arithmetic, four at a time and one by one", async () => {
  for (const x of [signed(-7, 7, 3, -1), signed(-7, 7, 3)]) {
    const n = x.size;
    expect(await read(div(x, 2))).toEqual(["i32", ...[-3, 3, 1, 0].slice(0, n)]);
    expect(await read(neg(mul(x, x)))).toEqual(["i32", ...[-49, -49, -9, -1].slice(0, n)]);
    expect(await read(add(abs(x), sign(x)))).toEqual(["i32", ...[6, 8, 4, 0].slice(0, n)]);
    expect(await read(clamp(x, -2.5, 4.5))).toEqual(["i32", ...[-2, 4, 3, -1].slice(0, n)]);
    expect(await read(clamp(x, 0, Number.POSITIVE_INFINITY))).toEqual(["i32", ...[0, 7, 3, 0].slice(0, n)]);
    expect(await read(where(lt(x, 0), x, sub(0, x)))).toEqual(["i32", ...[-7, -7, -3, -1].slice(0, n)]);
    expect(await read(where(x, maximum(x, 2), 5))).toEqual(["i32", ...[2, 7, 3, 2].slice(0, n)]);
  }
});
test("whole numbers choose between floats, and floats between whole numbers", async () => {
  expect(await read(where(signed(0, 2, -1), tensor([1.5, 2.5, 3.5]), 0))).toEqual(["f32", 0, 2.5, 3.5]);
  expect(await read(where(tensor([0, 0.25, -1]), unsigned(1, 2, 3), 9))).toEqual(["u32", 9, 2, 3]);
});
