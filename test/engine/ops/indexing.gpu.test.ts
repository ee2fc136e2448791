/** Picking and scattering beyond the op table: indices that only the GPU knows, whole numbers, empty axes, equal bits. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  add,
  embedding,
  gather,
  grad,
  indexSelect,
  init,
  oneHot,
  scatterAdd,
  sum,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { fillUniform, integer, randomBits } from "../../../engine/random.ts";

beforeAll(async () => {
  await init();
});

const whole = (...values: number[]): Tensor => tensor(Int32Array.from(values));
/** The same numbers, unknown to JavaScript. */
const hidden = (index: Tensor): Tensor => add(index, 0);
const numbers = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe("an index made on the GPU that is outside the axis", () => {
  const table = tensor([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  test("picks zeros", async () => {
    const index = hidden(whole(1, 2, -1, 0, -2147483648, 2147483647));
    expect(await numbers(sum(embedding(table, index), 1))).toEqual([26, 0, 0, 10, 0, 0]);
    expect(await numbers(gather(tensor([7, 8]), index, 0))).toEqual([8, 0, 0, 7, 0, 0]);
  });
  test("as unsigned numbers too", async () => {
    const index = hidden(tensor(Uint32Array.of(1, 4294967295, 2)));
    expect(await numbers(indexSelect(tensor([7, 8]), index))).toEqual([8, 0, 0]);
  });
  test("is dropped where it scatters", async () => {
    const index = hidden(whole(1, 2, -1, 1));
    expect(await numbers(scatterAdd(tensor([1, 10, 100, 1000]), index, 0, 2))).toEqual([0, 1001]);
    const [slope] = grad(sum(embedding(table, index)), [table]) as [Tensor];
    expect(await numbers(slope)).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
  });
  test("is no class", async () => {
    expect(await numbers(oneHot(hidden(whole(2, 5, -3)), 3))).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });
});

test("-1 is no class, where JavaScript knows it too", async () => {
  expect(await numbers(oneHot(whole(-1, 1), 2))).toEqual([0, 0, 0, 1]);
});

test("whole numbers are picked and added as such", async () => {
  const x = tensor(Int32Array.of(2147483647, -2147483648, 5), [3]);
  expect(await numbers(indexSelect(x, whole(1, 0, 0)))).toEqual([-2147483648, 2147483647, 2147483647]);
  const u = tensor(Uint32Array.of(4294967295, 1, 7, 3), [1, 4]);
  const twice = embedding(u, hidden(whole(0, 0)));
  expect(twice.dtype).toBe("u32");
  expect(await numbers(twice)).toEqual([4294967295, 1, 7, 3, 4294967295, 1, 7, 3]);
  expect(await numbers(scatterAdd(x, whole(1, 1, 0), 0, 2))).toEqual([5, -1]);
});

describe("with nothing", () => {
  test("to pick", async () => {
    const none = tensor(new Int32Array(0));
    expect(embedding(tensor([[1, 2]]), none).shape).toEqual([0, 2]);
    expect(await numbers(embedding(tensor([[1, 2]]), none))).toEqual([]);
    const table = tensor([[1, 2, 3]]);
    const [slope] = grad(sum(embedding(table, none)), [table]) as [Tensor];
    expect(await numbers(slope)).toEqual([0, 0, 0]);
  });
  test("to pick from", async () => {
    expect(await numbers(indexSelect(tensor([], [0, 2]), hidden(whole(0, 1))))).toEqual([0, 0, 0, 0]);
  });
  test("to scatter into", async () => {
    expect(scatterAdd(tensor([1, 2]), hidden(whole(0, 1)), 0, 0).shape).toEqual([0]);
  });
  test("in a row", async () => {
    expect(embedding(tensor([], [3, 0]), whole(1)).shape).toEqual([1, 0]);
  });
});

test("rows picked thousands of times get the same bits every time, and the right sum", async () => {
  const places = 4001;
  const rows = 3;
  const index = Int32Array.from({ length: places }, (_, p) => integer(randomBits(5, p)[0], rows));
  const values = fillUniform(new Float32Array(places * 2), 6, 0, -1);
  const want = new Float64Array(rows * 2);
  for (let k = 0; k < values.length; k++) {
    const at = (index[k >> 1] as number) * 2 + (k & 1);
    want[at] = (want[at] as number) + (values[k] as number);
  }
  const table = tensor(new Float32Array(rows * 2), [rows, 2]);
  const run = async () => {
    const y = embedding(table, tensor(index));
    const [slope] = grad(y, [table], tensor(values, [places, 2])) as [Tensor];
    return slope.data() as Promise<Float32Array>;
  };
  const first = await run();
  expect(await run()).toEqual(first);
  // 4001 terms below 1, added by sixties: far fewer than 4001 roundings of the sum at hand.
  first.forEach((got, k) => {
    expect(Math.abs(got - (want[k] as number))).toBeLessThanOrEqual(2e-5);
  });
});
