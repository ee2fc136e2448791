/** Calls of the device that fail: what is told, and that the next job is right. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { DeviceError } from "../../../engine/errors.ts";
import type { Gpu } from "../../../engine/gpu/device.ts";
import { MAX_PIPELINES } from "../../../engine/gpu/pipelines.ts";
import { runtime } from "../../../engine/graph/runtime.ts";
import { close, full, idle, init, mul, stats, tensor, trim } from "../../../engine/index.ts";
import { job } from "../../reliability/job.ts";

beforeAll(async () => {
  await init();
});

/** The device of an open engine, whose calls are to fail. */
const deviceOf = (gpu: Gpu) => (gpu as unknown as { device: GPUDevice }).device;

const failing = {
  "refused at once": () => {
    throw new RangeError("Array buffer allocation failed");
  },
  // A buffer that is invalid, and an error that comes later.
  "found missing later": (device: GPUDevice, descriptor: GPUBufferDescriptor) =>
    GPUDevice.prototype.createBuffer.call(device, { ...descriptor, size: device.limits.maxBufferSize + 4 }),
};

describe.each(Object.entries(failing))("memory that is %s", (_, fail) => {
  let undo = () => {};
  afterEach(() => undo());

  /** Lets one buffer fail, the n-th from now on, or all from there. @returns how many have failed */
  async function failFrom(n: number, once: boolean): Promise<() => number> {
    const device = deviceOf(await runtime.gpu());
    let [made, failed] = [0, 0];
    device.createBuffer = (descriptor) => {
      const isFailing = once ? made === n : made >= n;
      made++;
      if (!isFailing) return GPUDevice.prototype.createBuffer.call(device, descriptor);
      failed++;
      return fail(device, descriptor);
    };
    undo = () => Reflect.deleteProperty(device, "createBuffer");
    return () => failed;
  }

  test("is told with what it is for, and the next job is right, whichever buffer it is", async () => {
    const want = await job();
    let told = 0;
    for (const once of [true, false])
      for (let n = 0; ; n++) {
        await trim();
        const { liveBytes } = await stats();
        const failed = await failFrom(n, once);
        const result = await job().catch((error: unknown) => error);
        undo();
        if (failed() === 0) break;
        expect(result, `buffer ${n}`).toBeInstanceOf(DeviceError);
        expect((result as Error).message).toMatch(
          /there is no memory for [\w ,[\]]+: \d+ bytes were asked for, \d+ are in use \(.+\)$/,
        );
        told++;
        expect(await job(), `after buffer ${n}`).toEqual(want);
        await idle();
        await trim();
        expect((await stats()).liveBytes).toBeLessThanOrEqual(liveBytes + 4096);
      }
    expect(told).toBeGreaterThan(8);
  });
});

test("a read under way when the device is closed says so", async () => {
  await job();
  const { mapAsync } = GPUBuffer.prototype;
  const called = new Promise<void>((resolve) => {
    GPUBuffer.prototype.mapAsync = function (...args) {
      GPUBuffer.prototype.mapAsync = mapAsync;
      resolve();
      return mapAsync.apply(this, args);
    };
  });
  const told = expect(mul(full([5], 2), tensor([3])).data()).rejects.toThrow(
    /^a value could not be read: close\(\) was called meanwhile$/,
  );
  await called;
  await close();
  await told;
  expect(await mul(tensor([2]), 3).item()).toBe(6);
});

test("an adapter that is missing is looked for again", async () => {
  await close();
  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = () => Promise.resolve(null);
  try {
    await expect(init()).rejects.toThrow(/^no WebGPU adapter was found/);
    await expect(mul(tensor([2]), 3).item()).rejects.toThrow(/^no WebGPU adapter was found/);
  } finally {
    GPU.prototype.requestAdapter = requestAdapter;
  }
  expect(await mul(tensor([2]), 3).item()).toBe(6);
});

test("kernels are kept up to a number, and given back by trim", async () => {
  await init();
  const { pipelines } = await runtime.gpu();
  await job();
  expect(pipelines.count).toBeGreaterThan(0);
  await trim();
  expect(pipelines.count).toBe(0);
  expect((await stats()).programs).toBe(0);
  const access = "w";
  const text = (k: number) =>
    `@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(1) fn main() { y[0] = ${k}.0; }`;
  for (let k = 0; k < MAX_PIPELINES + 20; k++) void pipelines.get("small", text(k), access).catch(() => {});
  expect(pipelines.count).toBe(MAX_PIPELINES);
  await pipelines.settled();
  expect(await job()).toEqual(await job());
});
