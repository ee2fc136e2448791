/** Numbers that are remembered from step to step without being read. */
import { describe, expect, test } from "vitest";
import { Adam, flush, grad, idle, init, Parameter, stack, stats, sum, tensor } from "../../engine/index.ts";

describe("watch", () => {
  const made = () => {
    const p = new Parameter("p", [3], Float32Array.of(1, 2, 3));
    const adam = new Adam([p], { lr: 1 });
    const step = () => {
      const loss = sum(p.mul(p));
      const watched = stack([loss, p.slice([1], [2]).reshape([]), p.sum()]).watch();
      adam.step(grad(loss, [p]));
      flush();
      return watched;
    };
    return step;
  };

  test("numbers are what they were before the update, however late they are read", async () => {
    await init();
    const step = made();
    const first = step();
    const second = step();
    await idle();
    expect(Array.from(await first.data())).toEqual([14, 2, 6]);
    const [loss, middle, total] = await second.data();
    expect(loss).toBeCloseTo(0 + 1 + 4, 4);
    expect([middle, total]).toEqual([expect.closeTo(1, 4), expect.closeTo(3, 4)]);
  });

  test("takes no memory of its own, read or not", async () => {
    await init();
    const step = made();
    for (let k = 0; k < 5; k++) await step().data();
    await idle();
    const { buffersCreated, bindGroups, liveBytes } = await stats();
    for (let k = 0; k < 50; k++) {
      const numbers = step();
      if (k % 3 === 0) await numbers.data();
    }
    await idle();
    const after = await stats();
    expect([after.buffersCreated, after.bindGroups, after.liveBytes]).toEqual([
      buffersCreated,
      bindGroups,
      liveBytes,
    ]);
  });

  test("a view of a number that is remembered already is that number", async () => {
    await init();
    const p = new Parameter("p", [1], Float32Array.of(3));
    const adam = new Adam([p], { lr: 1 });
    const loss = sum(p.mul(p));
    adam.step(grad(loss, [p]));
    flush();
    const views = [loss.reshape([1]).watch(), loss.reshape([1, 1]).watch()];
    adam.step(grad(sum(p), [p]));
    await idle();
    expect(await Promise.all([loss, ...views].map((x) => x.item()))).toEqual([9, 9, 9]);
  });

  test("more than 64 numbers are refused", () => {
    expect(() => tensor(new Float32Array(65)).watch()).toThrow(
      "watch: remembers at most 64 numbers, got shape [65]; use keep",
    );
  });
});
