/** Memory: what keep, dispose and trim do to it, and that long recordings stay small. */
import { describe, expect, test } from "vitest";
import {
  detach,
  add,
  flush,
  idle,
  init,
  matmul,
  mul,
  stats,
  sum,
  type Tensor,
  tensor,
  trim,
} from "../../engine/index.ts";
import { impossible } from "./impossible.ts";

await init();

const numbers = (n: number, value: number): Tensor => tensor(new Float32Array(n).fill(value));
const first = async (x: Tensor) => (await x.data())[0];
const live = async () => (await stats()).liveBytes;
/** A size of buffer that nothing else in these tests has. */
const SIZE = 77_824;

describe("keep and dispose", () => {
  test("a kept value is computed once, and read as often as one likes", async () => {
    const y = mul(numbers(SIZE, 3), 2).keep();
    expect(await first(y)).toBe(6);
    const before = (await stats()).dispatches;
    expect(await first(y)).toBe(6);
    expect((await stats()).dispatches).toBe(before);
    expect(await sum(y).item()).toBe(6 * SIZE);
    y.dispose();
  });
  test("blocks of disposed values are used again: a loop that keeps and disposes makes nothing new", async () => {
    let previous: Tensor | undefined;
    const step = async (k: number) => {
      const y = mul(numbers(SIZE, k), 2).keep();
      flush();
      await idle();
      previous?.dispose();
      previous = y;
    };
    for (let k = 0; k < 4; k++) await step(k);
    const before = await stats();
    for (let k = 4; k < 24; k++) await step(k);
    const after = await stats();
    expect(after.buffersCreated).toBe(before.buffersCreated);
    expect(after.bindGroups).toBe(before.bindGroups);
    expect(await first(previous as Tensor)).toBe(46);
    previous?.dispose();
  });
  test("trim gives the memory back to the system", async () => {
    const y = mul(numbers(SIZE, 3), 2).keep();
    await y.data();
    await trim();
    const kept = await live();
    y.dispose();
    await trim();
    expect(kept - (await live())).toBe(SIZE * 4);
    expect(await first(mul(numbers(SIZE, 5), 2))).toBe(10);
  });
  test("reads that are asked for while trim waits keep their scratch memory", async () => {
    // Programs of their own, whose kernels have to be compiled before they run.
    const total = (n: number) => sum(mul(sum(numbers(4 * n, 3).reshape([n, 4]), 0), numbers(4, 2))).item();
    for (let k = 0; k < 3; k++) {
      const trimmed = trim();
      const totals: Promise<number>[] = [];
      const sizes = [1, 2, 3, 4].map((n) => 100 + 10 * k + n);
      for (const n of sizes) {
        totals.push(total(n));
        await new Promise((done) => setTimeout(done, 0));
      }
      await trimmed;
      expect(await Promise.all(totals)).toEqual(sizes.map((n) => 24 * n));
    }
  });
  test("a disposed value is computed again when it is asked for", async () => {
    const y = mul(numbers(4, 3), 2).keep();
    flush();
    await idle();
    y.dispose();
    expect(await first(y)).toBe(6);
  });
  test("disposing twice, or what was never kept, does nothing", async () => {
    const x = numbers(4, 3);
    const y = mul(x, 2).keep();
    await y.data();
    y.dispose();
    y.dispose();
    x.dispose();
    mul(x, 5).dispose();
    expect(await first(y)).toBe(6);
    expect(await first(x)).toBe(3);
  });
  test("a value disposed while a run that reads it is under way still reaches that run", async () => {
    const y = mul(numbers(SIZE, 3), 2).keep();
    await y.data();
    const total = sum(y).item();
    y.dispose();
    const other = mul(numbers(SIZE, 1), 7).keep();
    flush();
    expect(await total).toBe(6 * SIZE);
    other.dispose();
  });
  test("a value that could not be computed is not mistaken for one that was", async () => {
    const y = mul(numbers(4, 3), 2).keep();
    await expect(impossible(numbers(4, 3)).data()).rejects.toThrow("this cannot be computed");
    expect(await first(y)).toBe(6);
    const bad = impossible(numbers(4, 3)).keep();
    for (let k = 0; k < 2; k++) await expect(bad.data()).rejects.toThrow("this cannot be computed");
    expect(await first(mul(numbers(4, 3), 4))).toBe(12);
    y.dispose();
  });
});

describe("long recordings", () => {
  test("50,000 additions that nobody reads neither overflow the stack nor fill the memory", async () => {
    const before = await stats();
    let x = numbers(256, 0);
    for (let k = 0; k < 50_000; k++) x = add(x, 1);
    expect(await first(x)).toBe(50_000);
    const after = await stats();
    expect(after.buffersCreated - before.buffersCreated).toBeLessThan(20);
    expect(after.liveBytes - before.liveBytes).toBeLessThan(64 * 1024);
    expect(after.programs - before.programs).toBeLessThan(4);
    // The pieces of a chain are alike, so they share a few kernels.
    expect(after.pipelines - before.pipelines).toBeLessThan(8);
  });
  test("a chain of reshapes, which nothing has to compute, does not overflow the stack either", async () => {
    let x = mul(numbers(6, 3), 2);
    for (let k = 0; k < 20_000; k++) x = x.reshape(k % 2 ? [2, 3] : [3, 2]);
    expect(await first(add(x, 1))).toBe(7);
  });
  test("a detached value that has been read forgets how it was made", async () => {
    const x = detach(mul(numbers(6, 3), 2));
    expect(await first(x)).toBe(6);
    expect(x.node.inputs).toEqual([]);
    expect(await first(add(x, 1))).toBe(7);
  });
  test("a value that is read and carried on makes nothing new", async () => {
    let x = numbers(SIZE, 1);
    const step = async () => {
      x = mul(x, 0.5).add(1);
      return first(x);
    };
    for (let k = 0; k < 3; k++) await step();
    const { buffersCreated, bindGroups, programs } = await stats();
    for (let k = 0; k < 60; k++) await step();
    expect(await first(x)).toBeCloseTo(2, 6);
    expect(await stats()).toMatchObject({ buffersCreated, bindGroups, programs });
  });
});

describe("bind groups", () => {
  test("buffers that come round often keep theirs, however many others come between", async () => {
    const often = mul(numbers(64, 1), 2).keep();
    const others = Array.from({ length: 40 }, (_, k) => mul(numbers(64, k), 3).keep());
    await Promise.all([often, ...others].map(first));
    const total = (x: Tensor) => sum(mul(x, x)).item();
    const made = async (x: Tensor) => {
      const before = (await stats()).bindGroups;
      await total(x);
      return (await stats()).bindGroups - before;
    };
    await total(often);
    for (const other of others) {
      await total(other);
      expect(await made(often)).toBe(0);
    }
    for (const x of [often, ...others]) x.dispose();
  });
});

describe("the arena", () => {
  test("programs of equal needs share it", async () => {
    const run = (k: number) =>
      first(
        matmul(numbers(4096, k).reshape([64, 64]), numbers(4096, 1).reshape([64, 64]))
          .tanh()
          .sum(0)
          .exp(),
      );
    await run(0);
    const before = await live();
    // Another structure of the same sizes.
    await first(
      matmul(numbers(4096, 2).reshape([64, 64]), numbers(4096, 1).reshape([64, 64]))
        .sin()
        .sum(0)
        .abs(),
    );
    expect(await live()).toBe(before);
  });
});
