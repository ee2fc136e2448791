/** Choosing kernels by measurement: wrong ones never win, the fast one does, and the choice outlives the program. */
import { afterEach, describe, expect, test } from "vitest";
import { InputError } from "../../engine/errors.ts";
import type { Launch } from "../../engine/gpu/kernel.ts";
import type { KernelOp, Target, Tile } from "../../engine/graph/node.ts";
import { runtime } from "../../engine/graph/runtime.ts";
import { conv2d, grad, init, matmul, tensor } from "../../engine/index.ts";
import { forgetTuning, loadTuning, saveTuning, type TuningCache, tune } from "../../engine/tuning.ts";
import { fillUniform } from "../../engine/random.ts";
import { record } from "../../engine/tensor.ts";

await init();
afterEach(() => forgetTuning());

const SIZE = 4096;
/** y = 2 x. Block 1 takes its time, block 4 is wrong. */
const TWICE: KernelOp = {
  kind: "kernel",
  name: "twice",
  tunable: () => ({ key: "twice", tiles: [1, 2, 4].map((block) => ({ form: "tile", block, columns: 1 })) }),
  launches: (_, target) => launchesOf(target),
};

/** @param naive rounds of the naive kernel */
function launchesOf({ form, tiles }: Target, naive = 1): readonly Launch[] {
  const block = form === "naive" ? 2 : (tiles?.get("twice")?.block ?? 1);
  const rounds = form === "naive" ? naive : block === 1 ? 20000 : 1;
  const source = `
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        var v = x[id.x];
        for (var k = 0u; k < ${rounds}u; k++) { v = select(v + 1.0, v, v < 4.0); }
        y[id.x] = v * ${block === 4 ? 3 : 2}.0;
      }`;
  const bindings = [{ input: 0 }, { output: true, write: true }] as const;
  return [{ name: `twice ${block}`, source, constants: {}, bindings, grid: [SIZE / 64, 1, 1], flops: SIZE }];
}

const x = tensor(fillUniform(new Float32Array(SIZE), 1, 0));
const twice = () => record(TWICE, [x], [SIZE]);
const kernelsOf = async (...outputs: ReturnType<typeof twice>[]) => {
  const { steps } = await runtime.prepare(outputs.map(({ node }) => node));
  return steps.flatMap((step) => step.kernels.map(({ name }) => name));
};

describe("tune", () => {
  test("takes the fast one, refuses the wrong one, and says why", async () => {
    expect(await kernelsOf(twice())).toEqual(["twice 1"]);
    const told: number[][] = [];
    const [kernel, ...others] = await tune(() => twice().data(), {
      onProgress: (...progress) => told.push(progress),
    });
    expect(others).toEqual([]);
    expect(told).toEqual([[0, 1]]);
    expect(kernel).toMatchObject({
      key: "twice",
      op: "twice",
      inputs: [[SIZE]],
      shape: [SIZE],
      flops: SIZE,
      bytes: 8 * SIZE,
      chosen: { block: 2 },
    });
    expect(kernel?.why).toMatch(/^\d+\.\d\d× as fast as the usual one$/);
    const [slow, fast, wrong] = [1, 2, 4].map((block) =>
      kernel?.tried.find(({ tile }) => tile.block === block),
    );
    expect(slow?.milliseconds).toBeGreaterThan(fast?.milliseconds as number);
    expect(wrong).toEqual({
      tile: { form: "tile", block: 4, columns: 1 },
      refused: "differs from the naive kernel by 0.50",
    });
    expect(await kernelsOf(twice())).toEqual(["twice 2"]);
    forgetTuning();
    expect(await kernelsOf(twice())).toEqual(["twice 1"]);
  });

  test("tries nothing more once the time is over", async () => {
    // Making the first candidate takes all of it.
    const late: KernelOp = {
      ...TWICE,
      launches: (node, target) => {
        for (const end = performance.now() + 1000; target.tiles?.has("twice") && performance.now() < end; );
        return TWICE.launches(node, target);
      },
    };
    const [kernel] = await tune(() => record(late, [x], [SIZE]).data(), { budget: 1000 });
    expect(kernel?.tried.map(({ refused }) => refused)).toEqual([
      undefined,
      "no time was left to try it",
      "no time was left to try it",
    ]);
    expect(kernel?.chosen.block).toBe(1);
  });

  test("leaves the usual one, and says so, where the naive kernel would take too long", async () => {
    const slow: KernelOp = { ...TWICE, launches: (_, target) => launchesOf(target, 3e6) };
    const [kernel] = await tune(() => record(slow, [x], [SIZE]).data(), { budget: 2 });
    expect(kernel?.tried.map(({ refused }) => refused)).toEqual(
      Array(3).fill("not checked: the naive kernel takes longer than 0.002 s"),
    );
    expect(kernel?.chosen.block).toBe(1);
    expect(kernel?.why).toMatch(/^the naive kernel takes longer than 0\.002 s/);
  });

  test("a matrix product and a convolution with its gradients compute the same with any choice", async () => {
    const random = (stream: number, shape: readonly number[]) =>
      tensor(fillUniform(new Float32Array(shape.reduce((a, b) => a * b, 1)), 1, stream, -1), shape);
    const [a, b] = [random(1, [40, 72]), random(2, [72, 68])];
    const [image, w] = [random(3, [1, 12, 10, 16]), random(4, [3, 3, 16, 12])];
    const results = () => {
      const y = conv2d(image, w, { padding: 1 });
      return [matmul(a, b), y, ...grad(y, [image, w], random(5, y.shape))];
    };
    const before = await Promise.all(results().map((t) => t.data()));
    const work = () => Promise.all(results().map((t) => t.data()));
    const tuned = await tune(work, { budget: 2000 });
    expect(tuned.map(({ key }) => key).sort()).toEqual([
      "conv2d 4 128 256",
      "conv2d of dy 4 128 128",
      "conv2d-grad-weight 4 64 128",
      "matmul 32 64 128",
    ]);
    for (const { tried } of tuned)
      for (const { refused } of tried) expect(refused ?? "").not.toMatch(/differs/);
    const after = await Promise.all(results().map((t) => t.data()));
    after.forEach((data, k) => {
      const want = before[k] as Float32Array;
      const scale = Math.max(...want.map(Math.abs));
      const worst = want.reduce((most, v, i) => Math.max(most, Math.abs(v - (data[i] as number))), 0);
      expect(worst / scale).toBeLessThan(1e-5);
    });
  });
});

describe("a tuning cache", () => {
  const stored = new Map<string, string>();
  const cache: TuningCache = {
    read: async (name) => stored.get(name),
    write: async (name, text) => {
      stored.set(name, text);
    },
  };
  const only = (): string => [...stored.values()][0] as string;
  const name = (): string => [...stored.keys()][0] as string;

  test("gives the choices back, under the names of adapter and version", async () => {
    expect(await loadTuning(cache)).toBe(0);
    await tune(() => twice().data());
    await saveTuning(cache);
    forgetTuning();
    expect(await loadTuning(cache)).toBe(1);
    expect(await kernelsOf(twice())).toEqual(["twice 2"]);
    expect(stored.size).toBe(1);
    expect(name()).toMatch(/^\d+\.\d+\.\d+-node-[a-z0-9.-]+$/);
    const entries: [string, Tile][] = JSON.parse(only());
    expect(entries).toEqual([["twice", { form: "tile", block: 2, columns: 1 }]]);
  });

  test("a choice that no kernel has is passed over", async () => {
    const a = tensor(fillUniform(new Float32Array(64 * 64), 1, 1), [64, 64]);
    const usual = await kernelsOf(matmul(a, a));
    stored.set(name(), JSON.stringify([["matmul 16 64 64", { form: "subgroup", block: 7, columns: 5 }]]));
    expect(await loadTuning(cache)).toBe(1);
    expect(await kernelsOf(matmul(a, a))).toEqual(usual);
    const [first] = [...(await matmul(a, a).data())];
    const values = [...(await a.data())];
    const want = Array.from({ length: 64 }, (_, k) => (values[k] as number) * (values[64 * k] as number));
    expect(first).toBeCloseTo(
      want.reduce((sum, v) => sum + v, 0),
      3,
    );
  });

  test.each(["", "{}", "[[1, 2]]", '[["matmul 16 64 64", {"form": "odd", "block": 1, "columns": 1}]]'])(
    "what is no table of choices is an error: %s",
    async (text) => {
      stored.set(name(), text);
      await expect(loadTuning(cache)).rejects.toThrow(InputError);
    },
  );
});
