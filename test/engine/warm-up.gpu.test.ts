/** warmUp: everything a step needs is compiled, and told. */
import { expect, test } from "vitest";
import { Adam, conv2d, grad, init, mse, Parameter, stats, sum, tensor, warmUp } from "../../engine/index.ts";

await init();

// Sizes that no other test has, whose kernels would be there already.
const x = tensor(new Float32Array(2 * 13 * 11 * 3).fill(0.5), [2, 13, 11, 3]);
const w = new Parameter("w", [3, 3, 3, 4], new Float32Array(108).fill(0.1));

test("what is returned unread is compiled but not computed; reading it compiles nothing more", async () => {
  const told: (readonly [number, number])[] = [];
  const before = await stats();
  const y = await warmUp(
    () => sum(conv2d(x, w)),
    (compiled, asked) => told.push([compiled, asked]),
  );
  const warm = await stats();
  const count = warm.pipelines - before.pipelines;
  expect(count).toBeGreaterThanOrEqual(2);
  expect(told.at(-1)).toEqual([count, count]);
  for (const [compiled, asked] of told) expect(compiled).toBeLessThanOrEqual(asked);
  expect(warm.dispatches).toBe(before.dispatches);
  // 2 images, 11×9 pixels, 4 channels; 27 products of 0.5 and 0.1 each.
  expect(await y.item()).toBeCloseTo(2 * 99 * 4 * 27 * 0.05, 3);
  expect((await stats()).pipelines).toBe(warm.pipelines);
  await warmUp(
    () => [sum(conv2d(x, w))],
    () => expect.fail("everything was compiled before"),
  );
});

test("a training step is done once, and the next one compiles nothing", async () => {
  const adam = new Adam([w], { lr: 0.1 });
  const step = () => {
    const loss = mse(conv2d(x, w), 2);
    adam.step(grad(loss, adam.parameters));
    return loss.item();
  };
  let last: readonly number[] = [];
  const loss = await warmUp(step, (...progress) => {
    last = progress;
  });
  expect(loss).toBeCloseTo((2 - 1.35) ** 2, 4);
  expect(last[0]).toBe(last[1]);
  expect(adam.steps).toBe(1);
  const { pipelines } = await stats();
  await step();
  expect((await stats()).pipelines).toBe(pipelines);
});

test("a failure of the work is passed on", async () => {
  const broken = warmUp(
    () => {
      throw new RangeError("broken");
    },
    () => {},
  );
  await expect(broken).rejects.toThrow("broken");
});
