/** The device: shader files as they stand, errors of the compiler, limits, closing and opening again. */
import { openGpu } from "../../../engine/gpu/dawn-node.ts";
import { describe, expect, test } from "vitest";
import { DeviceError, GanvasError, isDeviceLoss } from "../../../engine/errors.ts";
import type { KernelOp } from "../../../engine/graph/node.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import {
  Adam,
  close,
  full,
  grad,
  idle,
  init,
  matmul,
  max,
  min,
  mul,
  Parameter,
  sum,
  tensor,
} from "../../../engine/index.ts";
import { record } from "../../../engine/tensor.ts";
import { minifyWgsl } from "../../../examples/setup/minify-wgsl.mjs";
import { accessOf, shaderFiles } from "./shader-files.ts";

const info = await init();

describe("shader files", () => {
  const usable = shaderFiles.filter(
    ({ text }) => info.features.includes("subgroups") || !/^enable subgroups;/m.test(text),
  );
  test.each(usable)("$file compiles as it stands", async ({ file, text }) => {
    const gpu = await runtime.gpu();
    await expect(gpu.wait(gpu.pipelines.get(file, text, accessOf(text)))).resolves.toHaveProperty("pipeline");
  });
  test.each(usable)("$file compiles as pages load it", async ({ file, text }) => {
    const gpu = await runtime.gpu();
    const compiled = gpu.pipelines.get(file, minifyWgsl(text), accessOf(text));
    await expect(gpu.wait(compiled)).resolves.toHaveProperty("pipeline");
  });
});

describe("errors", () => {
  const broken: KernelOp = {
    kind: "kernel",
    name: "broken",
    launches: () => [
      {
        name: "broken.wgsl",
        source: "// one\n// two\nfn main() { let x = undeclared; }",
        constants: {},
        bindings: [{ input: 0 }, { output: true, write: true }],
        grid: [1, 1, 1],
      },
    ],
  };

  test("a shader that does not compile is shown with its lines numbered, and the compiler's message", async () => {
    const y = record(broken, [tensor([1, 2, 3, 4])], [4]).keep();
    const error = await y.data().catch((e: unknown) => e as Error);
    expect(error).toBeInstanceOf(DeviceError);
    const { message } = error as Error;
    expect(message).toMatch(/^shader broken\.wgsl does not compile/);
    expect(message).toMatch(/line 3:\d+ error: .*undeclared/);
    expect(message).toContain("   1 // one\n   2 // two\n   3 fn main() { let x = undeclared; }");
    // It stays an error, and nothing else suffers.
    await expect(y.data()).rejects.toThrow("does not compile");
    expect(await mul(tensor([1, 2]), 2).data()).toEqual(Float32Array.of(2, 4));
  });
  test("a tensor larger than the adapter can bind is refused by the op's name and its shape", async () => {
    const { maxStorageBufferBindingSize = 0 } = info.limits;
    const n = maxStorageBufferBindingSize / 4 + 4;
    const y = mul(tensor([[1], [2]]), full([2, n], 2));
    await expect(y.data()).rejects.toThrow(
      new RegExp(`mul: a tensor of shape \\[2, ${n}\\] takes ${8 * n} bytes`),
    );
    await expect(y.data()).rejects.toThrow(GanvasError);
  });
  test("a buffer larger than the adapter's limit is refused with both numbers", async () => {
    const { memory } = await runtime.gpu();
    const { maxBufferSize = 0 } = info.limits;
    const { liveBytes } = memory.stats;
    expect(() => memory.allocate(2 * maxBufferSize, "a test")).toThrow(
      new RegExp(`a buffer of \\d{9,} bytes is larger than this adapter allows \\(${maxBufferSize}\\)`),
    );
    expect(memory.stats.liveBytes).toBe(liveBytes);
  });
});

describe("whole numbers", () => {
  const x = tensor(Int32Array.of(-5, 3, 7, 2, 9, -8, 4, 1), [2, 4]);
  test("are added up and compared as such", async () => {
    expect(await sum(x, 0).data()).toEqual(Int32Array.of(4, -5, 11, 3));
    expect(
      await sum(x, 0)
        .eq(tensor(Int32Array.of(4, 1, 11, 3)))
        .data(),
    ).toEqual(Float32Array.of(1, 0, 1, 1));
    expect(await x.mul(x).sub(1).data()).toEqual(Int32Array.of(24, 8, 48, 3, 80, 63, 15, 0));
  });
  test("have a largest and a smallest", async () => {
    expect(await max(x, 1).data()).toEqual(Int32Array.of(7, 9));
    expect(await min(x).data()).toEqual(Int32Array.of(-8));
  });
});

test("many short kernels are submitted in parts, so that the device begins while the rest are encoded", async () => {
  const { stats: before } = await runtime.gpu();
  const swap = tensor([0, 1, 1, 0], [2, 2]);
  let x = tensor([1, 2]);
  for (let k = 0; k < 301; k++) x = matmul(x, swap);
  expect(await x.data()).toEqual(Float32Array.of(2, 1));
  const { stats } = await runtime.gpu();
  expect(stats.dispatches - before.dispatches).toBe(301);
  expect(stats.submits - before.submits).toBe(3);
});

describe("close", () => {
  test("a device opened afterwards computes, trains and remembers losses", async () => {
    const train = async () => {
      const p = new Parameter("p", [2], Float32Array.of(1, 2));
      const adam = new Adam([p], { lr: 1 });
      const loss = sum(mul(p, 3));
      adam.step(grad(loss, [p]));
      expect(await loss.item()).toBe(9);
      expect((await p.data())[1]).toBeCloseTo(1, 4);
      await idle();
    };
    await train();
    const kept = mul(tensor([1, 2]), 3).keep();
    await kept.data();
    await close();
    await train();
    await expect(sum(kept).data()).rejects.toThrow("mul was lost when its device was closed");
    kept.dispose();
    expect(await sum(kept).item()).toBe(9);
  });
});

describe("a read with a signal", () => {
  /** Many kernels, each of which takes a software adapter some milliseconds. */
  const long = (steps: number) => {
    const a = tensor(Float32Array.from({ length: 400 * 400 }, (_, k) => ((k % 7) - 3) / 60)).reshape([
      400, 400,
    ]);
    let x = a;
    for (let k = 0; k < steps; k++) x = matmul(x, a);
    return x;
  };

  test("ends in the midst of a long program, and leaves what comes next alone", async () => {
    await long(2).data();
    const { stats: before } = await runtime.gpu();
    const stop = new AbortController();
    const steps = 400;
    const work = long(steps).data({ signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 200);
    await expect(work).rejects.toThrow("enough");
    const { stats } = await runtime.gpu();
    expect(stats.dispatches - before.dispatches).toBeLessThan(steps);
    expect(await tensor([1, 2]).mul(3).data()).toEqual(Float32Array.of(3, 6));
  });

  test("does not end updates that run with it", async () => {
    const p = new Parameter("p", [2], Float32Array.of(1, 2));
    const adam = new Adam([p], { lr: 1 });
    adam.step(grad(sum(mul(p, 3)), [p]));
    const stop = new AbortController();
    const read = mul(p, 2).data({ signal: stop.signal });
    stop.abort(new Error("enough"));
    expect((await read)[1]).toBeCloseTo(2, 4);
    await expect(mul(p, 2).data({ signal: stop.signal })).rejects.toThrow("enough");
  });
});

test("a device that is lost under work is told, and another does what comes next", async () => {
  const work = () => matmul(tensor([1, 2, 3, 4], [2, 2]), tensor([0, 1, 1, 0], [2, 2])).data();
  await work();
  const gpu = await runtime.gpu();
  const p = new Parameter("weight", [2], Float32Array.of(1, 2));
  const kept = mul(p, 2).keep();
  await kept.data();
  const read = work();
  (gpu as unknown as { device: GPUDevice }).device.destroy();
  const told = await read.catch((error: unknown) => error);
  expect((told as Error).message).toMatch(/^the GPU device was lost: /);
  expect([told instanceof DeviceError, isDeviceLoss(told)]).toEqual([true, true]);
  expect(await work()).toEqual(Float32Array.of(2, 1, 4, 3));
  // What lay on it is told by its name, also through what was to be computed from it.
  const later = await mul(p, 3)
    .data()
    .catch((error: unknown) => error);
  expect((later as Error).message).toBe("weight was lost when its device was closed");
  expect(isDeviceLoss(later)).toBe(true);
  expect(isDeviceLoss(new Error("another", { cause: later }))).toBe(true);
  expect(isDeviceLoss(new DeviceError("there is no memory"))).toBe(false);
  expect(await work()).toEqual(Float32Array.of(2, 1, 4, 3));
});

describe("a device of the program's own choice", () => {
  test("is told when it comes too late, or is asked for in words that are not known", async () => {
    await init();
    await expect(init({ powerPreference: "low-power" })).rejects.toThrow(
      "init: a device is open already; await close() before choosing another",
    );
    await expect(init({ powerPreference: "fast" as never })).rejects.toThrow(
      'init: powerPreference must be one of low-power, high-performance, got "fast"',
    );
    await expect(init({ adaptor: 1 } as never)).rejects.toThrow("did you mean adapter?");
  });
  test("computes, on an adapter or on a device that others use too", async () => {
    const adapter = async () =>
      (await (await openGpu()).requestAdapter({ powerPreference: "low-power" })) as GPUAdapter;
    const sumOf = async () => (await sum(full([3], 2)).data())[0];
    await close();
    expect((await init({ adapter: await adapter() })).limits.maxBufferSize).toBeGreaterThan(1);
    expect(await sumOf()).toBe(6);
    await close();
    const device = await (await adapter()).requestDevice();
    expect((await init({ device })).host).toBe(info.host);
    expect(await sumOf()).toBe(6);
    await close();
    await init();
  });
});
