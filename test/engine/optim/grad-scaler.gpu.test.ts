/** Dynamic loss scaling: steps that overflow are left out, the factor follows PyTorch's rules, nothing is read back. */
import { describe, expect, test } from "vitest";
import { GanvasError, InputError } from "../../../engine/errors.ts";
import {
  Adam,
  div,
  flush,
  GradScaler,
  grad,
  idle,
  mul,
  Parameter,
  square,
  stats,
  SGD,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";

const START = Float32Array.from({ length: 70 }, (_, k) => Math.sin(k));
const weights = () => new Parameter("w", [70], START);
/** Least squares towards 1, times a factor that makes gradients overflow when it is infinite. */
const lossOf = (w: Tensor, factor = 1): Tensor => mul(sum(square(sub(w, 1))), tensor(factor));
const entries = async (scaler: GradScaler): Promise<number[]> => [...(await scaler.state.data())];

function step(scaler: GradScaler, optimizer: Adam | SGD, factor = 1): void {
  const [w] = optimizer.parameters as [Parameter];
  scaler.step(optimizer, scaler.grad(lossOf(w, factor), [w]));
  scaler.update();
}

describe("loss scaling", () => {
  test("by a power of two changes no bit of an update", async () => {
    const [plain, scaled] = [weights(), weights()];
    const [a, b] = [new Adam([plain], { lr: 0.1 }), new Adam([scaled], { lr: 0.1 })];
    const scaler = new GradScaler();
    for (let k = 0; k < 5; k++) {
      a.step(grad(lossOf(plain), [plain]));
      step(scaler, b);
    }
    expect(await scaled.data()).toEqual(await plain.data());
    expect(await entries(scaler)).toEqual([65536, 5, 0]);
  });

  test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38])(
    "leaves out a step whose gradients come with a factor of %d",
    async (factor) => {
      const w = weights();
      const adam = new Adam([w], { lr: 0.1 });
      const scaler = new GradScaler({ initialScale: 1024 });
      step(scaler, adam);
      const before = await w.data();
      const moments = await Promise.all([...adam.state.values()].map(([m]) => (m as Tensor).data()));
      step(scaler, adam, factor);
      expect(await w.data()).toEqual(before);
      expect(await Promise.all([...adam.state.values()].map(([m]) => (m as Tensor).data()))).toEqual(moments);
      expect(await entries(scaler)).toEqual([512, 0, 1]);
      step(scaler, adam);
      expect(await w.data()).not.toEqual(before);
    },
  );

  test("one NaN among all gradients is enough", async () => {
    const [w, v] = [weights(), new Parameter("v", [3], Float32Array.of(0, 1, 2))];
    const sgd = new SGD([w, v], { lr: 0.1 });
    const scaler = new GradScaler();
    const loss = sum(div(v, v));
    scaler.step(sgd, scaler.grad(loss.add(lossOf(w)), [w, v]));
    scaler.update();
    expect(await w.data()).toEqual(START);
    expect(await entries(scaler)).toEqual([32768, 0, 1]);
  });

  test("the factor grows after a number of steps in a row, and stays finite", async () => {
    const scaler = new GradScaler({ initialScale: 2 ** 126, growthInterval: 2, growthFactor: 2 });
    const sgd = new SGD([weights()], { lr: 0 });
    const [w] = sgd.parameters as [Parameter];
    const seen: number[][] = [];
    for (let k = 0; k < 6; k++) {
      scaler.step(sgd, scaler.grad(mul(sum(w), 0), [w]));
      scaler.update();
      seen.push((await entries(scaler)).slice(0, 2));
    }
    const [low, high] = [2 ** 126, 2 ** 127];
    expect(seen).toEqual([
      [low, 1],
      [high, 0],
      [high, 1],
      [high, 0],
      [high, 1],
      [high, 0],
    ]);
  });

  test("one overflow among several optimisers makes the factor smaller, and only that one's step is left out", async () => {
    const [w, v] = [weights(), weights()];
    const [a, b] = [new SGD([w], { lr: 0.1 }), new SGD([v], { lr: 0.1 })];
    const scaler = new GradScaler({ initialScale: 8 });
    scaler.step(a, scaler.grad(lossOf(w), [w]));
    scaler.step(b, scaler.grad(lossOf(v, Number.POSITIVE_INFINITY), [v]));
    scaler.update();
    expect(await entries(scaler)).toEqual([4, 0, 1]);
    expect(await v.data()).toEqual(START);
    expect(await w.data()).not.toEqual(START);
  });

  test("clipping sees the gradients without the factor", async () => {
    const w = weights();
    const sgd = new SGD([w], { lr: 1 });
    const scaler = new GradScaler({ initialScale: 4096 });
    scaler.step(sgd, scaler.grad(lossOf(w), [w]), { maxNorm: 0.5 });
    const moved = (await w.data()).map((x, k) => x - (START[k] as number));
    expect(Math.hypot(...moved)).toBeCloseTo(0.5, 4);
  });

  test("a loop in steady state makes nothing new and reads nothing", async () => {
    const w = weights();
    const adam = new Adam([w], { lr: 0.01 });
    const scaler = new GradScaler();
    const run = async (steps: number) => {
      for (let k = 0; k < steps; k++) {
        step(scaler, adam, k % 7 === 3 ? Number.POSITIVE_INFINITY : 1);
        flush();
      }
      await idle();
    };
    await run(10);
    const before = await stats();
    await run(30);
    const after = await stats();
    for (const what of ["liveBytes", "buffersCreated", "pipelines", "bindGroups"] as const)
      expect(after[what], what).toBe(before[what]);
  });

  test("state goes on from a file", async () => {
    const scaler = new GradScaler({ initialScale: 16 });
    step(scaler, new SGD([weights()], { lr: 0.1 }), Number.NaN);
    const other = new GradScaler();
    other.loadStateDict(await scaler.stateDict(), "file");
    expect(await entries(other)).toEqual([8, 0, 1]);
    expect(() => other.loadStateDict(new Map(), "file")).toThrow(InputError);
  });

  test("an update without a step, and settings out of range, are refused", () => {
    expect(() => new GradScaler().update()).toThrow(GanvasError);
    expect(() => new GradScaler({ backoffFactor: 1 })).toThrow(/backoffFactor/);
    expect(() => new GradScaler({ initialScale: 0 })).toThrow(/initialScale/);
  });
});
