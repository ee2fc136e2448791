/** Tensors from and to buffers of a program that uses WebGPU itself. Canvases: canvas.browser.test.ts. */
import { beforeAll, describe, expect, test } from "vitest";
import { GanvasError } from "../../engine/errors.ts";
import { openGpu } from "../../engine/gpu/dawn-node.ts";
import { grad, idle, init, Parameter, SGD, stats, tensor } from "../../engine/index.ts";
import { device, drawTo, fromBuffer, toBuffer } from "../../engine/webgpu.ts";

await init();
const gpu = await device();

const bufferOf = (
  data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
  usage = GPUBufferUsage.COPY_SRC,
) => {
  const buffer = gpu.createBuffer({ size: data.byteLength, usage: usage | GPUBufferUsage.COPY_DST });
  gpu.queue.writeBuffer(buffer, 0, data);
  return buffer;
};

/** What lies in a buffer, by WebGPU alone. */
async function read(buffer: GPUBuffer): Promise<Float32Array> {
  const { size } = buffer;
  const copy = gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, size);
  gpu.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const numbers = new Float32Array(copy.getMappedRange().slice(0));
  copy.destroy();
  return numbers;
}

describe("from a buffer", () => {
  test("its numbers, of the moment of the call, from an offset on", async () => {
    const buffer = bufferOf(Float32Array.of(9, 1, 2, 3, 4, 5, 6));
    const asked = fromBuffer(buffer, [2, 3], { offset: 4 });
    gpu.queue.writeBuffer(buffer, 0, new Float32Array(7));
    const x = await asked;
    buffer.destroy();
    expect([...(await x.mul(2).data())]).toEqual([2, 4, 6, 8, 10, 12]);
    expect([...(await x.data())]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await grad(x.square().sum(), [x])[0].data())]).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test("whole numbers", async () => {
    const x = await fromBuffer(bufferOf(Uint32Array.of(1, 2 ** 32 - 1)), [2], { dtype: "u32" });
    expect(await x.data()).toEqual(Uint32Array.of(1, 2 ** 32 - 1));
  });

  test("what is disposed of gives its memory to the next, and says so when it is asked for", async () => {
    const buffer = bufferOf(new Float32Array(1000).fill(3));
    const frame = async () => {
      const x = await fromBuffer(buffer, [1000]);
      const y = x.mul(2).sum();
      expect(await y.item()).toBe(6000);
      x.dispose();
      return x;
    };
    const x = await frame();
    await frame();
    await idle();
    const { buffersCreated, programs } = await stats();
    for (let k = 0; k < 3; k++) await frame();
    expect(await stats()).toMatchObject({ buffersCreated, programs });
    await expect(x.add(1).data()).rejects.toThrow("disposed of");
  });
});

describe("to a buffer", () => {
  test("a new one of the caller's: computed, known to JavaScript, or a parameter", async () => {
    const x = tensor([1, 2, 3]);
    const p = new Parameter("p", [2], [4, 5]);
    new SGD([p], { lr: 1 }).minimize(p.sum());
    for (const [y, numbers] of [
      [x.mul(2), [2, 4, 6]],
      [x, [1, 2, 3]],
      [p, [3, 4]],
      [tensor([[1], [2]]).expand([2, 2]), [1, 1, 2, 2]],
    ] as const) {
      const buffer = await toBuffer(y);
      expect([...(await read(buffer))]).toEqual(numbers);
      buffer.destroy();
    }
  });

  test("one that is there, at an offset: the rest stays", async () => {
    const buffer = bufferOf(Float32Array.of(7, 7, 7, 7));
    expect(await toBuffer(tensor([1, 2]).add(1), buffer, { offset: 4 })).toBe(buffer);
    expect([...(await read(buffer))]).toEqual([7, 2, 3, 7]);
  });

  test("and back", async () => {
    const x = tensor([0.1, -0, Infinity, 1e-42]);
    const back = await fromBuffer(await toBuffer(x), [4]);
    expect(await back.data()).toEqual(await x.data());
  });
});

describe("refusals", () => {
  const x = tensor([1, 2]);
  const any = (value: unknown) => value as never;
  let readable: GPUBuffer;
  let foreign: GPUBuffer;
  beforeAll(async () => {
    readable = bufferOf(new Float32Array(2));
    const adapter = await (await openGpu()).requestAdapter();
    const other = await adapter?.requestDevice();
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    foreign = other?.createBuffer({ size: 8, usage }) as GPUBuffer;
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["no buffer", () => fromBuffer(any([1]), [1]), /^fromBuffer: needs a GPUBuffer, got \[1\]$/],
    [
      "one that is too short",
      () => fromBuffer(readable, [3]),
      /^fromBuffer: 12 bytes from byte 0 on are more than the buffer has, 8$/,
    ],
    ["an offset within a number", () => fromBuffer(readable, [1], { offset: 2 }), /multiple of 4.*got 2$/],
    ["half precision", () => fromBuffer(readable, [1], { dtype: any("f16") }), /^fromBuffer: dtype .*f32/],
    ["an option with a slip", () => fromBuffer(readable, [1], any({ ofset: 0 })), /did you mean offset/],
    ["no shape", () => fromBuffer(readable, any(2)), /^fromBuffer: shape should be an array/],
    ["nothing", () => fromBuffer(readable, [0]), /^fromBuffer: there is nothing to copy of shape \[0\]$/],
    [
      "one without the usage",
      () => fromBuffer(gpu.createBuffer({ size: 8, usage: GPUBufferUsage.COPY_DST }), [1]),
      /^fromBuffer: the buffer needs the usage COPY_SRC$/,
    ],
    ["one of another device", () => fromBuffer(foreign, [2]), /^fromBuffer: .*[Dd]evice/],
    ["to one of another device", () => toBuffer(x, foreign), /^toBuffer: .*[Dd]evice/],
    [
      "to one that is too short",
      () => toBuffer(x, readable, { offset: 4 }),
      /^toBuffer: 8 bytes from byte 4/,
    ],
    [
      "to one without the usage",
      () => toBuffer(x, gpu.createBuffer({ size: 8, usage: GPUBufferUsage.COPY_SRC })),
      /^toBuffer: the buffer needs the usage COPY_DST$/,
    ],
    ["no tensor", () => toBuffer(any(3)), /^toBuffer: x should be a tensor, got 3$/],
    ["f16", () => toBuffer(x.cast("f16")), /^toBuffer: x should be of type .* got f16; cast it first$/],
    [
      "a picture of whole numbers",
      () => drawTo(x.cast("i32"), any({})),
      /^drawTo: x must be of type f32 or f16/,
    ],
    [
      "two channels",
      () => drawTo(tensor([[[1, 2]]]), any({})),
      /^drawTo: x should be a picture .* got \[1, 1, 2\]$/,
    ],
    ["no canvas", () => drawTo(tensor([[[1]]]), any({})), /^drawTo: needs a canvas/],
    [
      "a range of nothing",
      () => drawTo(tensor([[[1]]]), any({}), { range: [1, 1] }),
      /^drawTo: range should be/,
    ],
  ])("%s", async (_, call, said) => {
    const error = await call().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(GanvasError);
    expect((error as Error).message).toMatch(said);
    // Nothing else suffers.
    expect(await x.add(1).data()).toEqual(Float32Array.of(2, 3));
  });
});
