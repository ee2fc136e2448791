/**
 * For programs that use WebGPU themselves: the device, tensors from and to buffers, and pictures on a canvas, none of them by way of
 * JavaScript. Buffers and canvases are to be of the engine's device: the one that `device()` gives, or that `init({ device })` was given.
 */
import type { DType } from "./dtype.ts";
import { GanvasError, ShapeError, shown } from "./errors.ts";
import type { Gpu } from "./gpu/device.ts";
import { submitShared } from "./gpu/share.ts";
import { runtime } from "./graph/runtime.ts";
import { lend, receive } from "./graph/share.ts";
import { cast } from "./ops/cast.ts";
import { add, clamp, div, mul, round, sub } from "./ops/pointwise.ts";
import { padZeros, slice } from "./ops/slice.ts";
import { reshape } from "./ops/broadcast.ts";
import { checkOptions, expectOneOf } from "./options.ts";
import { checkShape, type Shape, showShape, sizeOf } from "./shape.ts";
import { expectFloats, expectTensors, Tensor, tensor } from "./tensor.ts";

/** Numbers of `GPUBufferUsage` and `GPUTextureUsage`, which not every host has globally. */
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const STORAGE = 0x80;
const TEXTURE_COPY_DST = 0x02;

/** Rows of a copy to a texture begin at multiples of 256 bytes, 64 pixels. */
const ROW = 64;

/** The device that tensors lie on, opened if need be (`init` says which). It is the engine's: `close()` ends it. */
export const device = async (): Promise<GPUDevice> => (await runtime.gpu()).device;

/** Where in a buffer. */
export interface BufferOptions {
  /** Bytes before the first number, a multiple of 4: 0. */
  readonly offset?: number;
}

/**
 * A tensor of the numbers that lie in a buffer, row by row, four bytes each. They are copied on the device, behind all that its queue
 * has been given before the call: the buffer is and stays the caller's, and what is written to it later does not change the tensor.
 * The copy is freed with the tensor, at once by `dispose()`.
 *
 * @param buffer of the engine's device, with usage COPY_SRC, not mapped
 * @param options.dtype f32 (by default), i32 or u32
 * @throws GanvasError (rejects) for a buffer without that usage, or too short; DeviceError for one of another device
 */
export async function fromBuffer(
  buffer: GPUBuffer,
  shape: Shape,
  options: BufferOptions & { readonly dtype?: Exclude<DType, "f16"> } = {},
): Promise<Tensor> {
  checkOptions("fromBuffer", options, ["dtype", "offset"]);
  const { dtype = "f32", offset = 0 } = options;
  checkShape("fromBuffer", shape);
  expectOneOf("fromBuffer", "dtype", dtype, ["f32", "i32", "u32"]);
  const bytes = bytesOf("fromBuffer", shape);
  expectOffset("fromBuffer", offset);
  expectRoom("fromBuffer", buffer, offset, bytes, ["COPY_SRC", COPY_SRC]);
  const node = await receive([...shape], dtype, (gpu, to) =>
    submitShared(gpu, "fromBuffer", (encoder) =>
      encoder.copyBufferToBuffer(buffer, offset, to.buffer, to.offset, bytes),
    ),
  );
  return new Tensor(node);
}

/**
 * Computes a tensor into a buffer, row by row, four bytes a number; what the caller submits after the promise resolves finds it there.
 *
 * @param x of type f32, i32 or u32
 * @param buffer the caller's own, of the engine's device, with usage COPY_DST, not mapped; by default a new one with usages STORAGE,
 *   COPY_SRC and COPY_DST, which is the caller's too: `destroy()` it
 * @returns the buffer
 * @throws GanvasError (rejects) for a buffer without that usage, or too short; DeviceError for one of another device
 */
export async function toBuffer(
  x: Tensor,
  buffer?: GPUBuffer,
  options: BufferOptions = {},
): Promise<GPUBuffer> {
  expectTensors("toBuffer", { x });
  checkOptions("toBuffer", options, ["offset"]);
  const { offset = 0 } = options;
  if (x.dtype === "f16")
    throw new GanvasError(`toBuffer: x should be of type f32, i32 or u32, got f16; cast it first`);
  const bytes = bytesOf("toBuffer", x.shape);
  expectOffset("toBuffer", offset);
  if (buffer !== undefined) expectRoom("toBuffer", buffer, offset, bytes, ["COPY_DST", COPY_DST]);
  let made: GPUBuffer | undefined;
  await lend(x.node, (gpu, from) =>
    submitShared(gpu, "toBuffer", (encoder) => {
      made =
        buffer ?? gpu.device.createBuffer({ size: offset + bytes, usage: STORAGE | COPY_SRC | COPY_DST });
      encoder.copyBufferToBuffer(from.buffer, from.offset, made, offset, bytes);
    }),
  );
  return made as unknown as GPUBuffer;
}

/**
 * Shows a picture on a canvas, each element a pixel, without reading it back. The canvas gets the picture's size in pixels; how large it
 * appears is for CSS to say. Numbers beyond the range are shown as its ends.
 *
 * @param x [h, w, c] or [1, h, w, c], of type f32 or f16; c is 1 (grey), 3 (RGB, sRGB) or 4 (with alpha)
 * @param canvas one in which nothing but this draws
 * @param options.range numbers that stand for black and white: 0 and 1
 * @throws ShapeError, GanvasError (rejects) for another shape, or what is no canvas or has a context of another kind
 */
export async function drawTo(
  x: Tensor,
  canvas: HTMLCanvasElement | OffscreenCanvas,
  options: { readonly range?: readonly [black: number, white: number] } = {},
): Promise<void> {
  expectFloats("drawTo", { x });
  checkOptions("drawTo", options, ["range"]);
  const { range = [0, 1] } = options;
  const [black, white] = range;
  if (range.length !== 2 || !range.every(Number.isFinite) || black === white)
    throw new GanvasError(
      `drawTo: range should be the two numbers for black and white, such as [-1, 1], got ${shown(range)}`,
    );
  const [h = 0, w = 0, c = 0, more] = x.rank === 4 && x.shape[0] === 1 ? x.shape.slice(1) : x.shape;
  if (more !== undefined || ![1, 3, 4].includes(c) || h * w === 0)
    throw new ShapeError(
      `drawTo: x should be a picture [h, w, c] of 1, 3 or 4 channels, got ${showShape(x.shape)}`,
    );
  const gpu = await runtime.gpu();
  const { maxTextureDimension2D } = gpu.device.limits;
  if (Math.max(h, w) > maxTextureDimension2D)
    throw new ShapeError(
      `drawTo: the device shows at most ${maxTextureDimension2D} pixels a side, got ${showShape(x.shape)}`,
    );
  const { context, format } = contextOf(canvas, gpu, c === 4);
  const scaled = clamp(div(sub(cast(reshape(x, [h, w, c]), "f32"), black), white - black), 0, 1);
  const pixels = packed(scaled, format === "bgra8unorm");
  await lend(pixels.node, (_, { buffer, offset }) => {
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    return submitShared(gpu, "drawTo", (encoder) => {
      const from = { buffer, offset, bytesPerRow: 4 * (pixels.shape[1] as number) };
      encoder.copyBufferToTexture(from, { texture: context.getCurrentTexture() }, [w, h]);
    });
  });
}

/** Four bytes a pixel as textures hold them, [h, w, c] → [h, w up to a multiple of 64]. Colours are multiplied by alpha. */
function packed(x: Tensor, isBgr: boolean): Tensor {
  const [h, w, c] = x.shape as [number, number, number];
  const channel = (k: number) => slice(x, [0, 0, k], [h, w, k + 1]); // [h, w, 1]
  const byte = (value: Tensor, place: number) => mul(cast(round(mul(value, 255)), "u32"), 256 ** place);
  const alpha = c === 4 ? channel(3) : undefined;
  const order = c === 1 ? [0, 0, 0] : isBgr ? [2, 1, 0] : [0, 1, 2];
  const colours = order.map((k, place) => byte(alpha ? mul(channel(k), alpha) : channel(k), place));
  const opaque = alpha ? byte(alpha, 3) : tensor(Uint32Array.of(0xff000000));
  const pixels = colours.reduce((sum, colour) => add(sum, colour), opaque); // [h, w, 1]
  return padZeros(reshape(pixels, [h, w]), [0, 0], [0, (ROW - (w % ROW)) % ROW]);
}

/** What each canvas was made ready for. */
const ready = new WeakMap<object, { readonly device: GPUDevice; readonly withAlpha: boolean }>();

function contextOf(canvas: HTMLCanvasElement | OffscreenCanvas, { device }: Gpu, withAlpha: boolean) {
  if (typeof canvas?.getContext !== "function")
    throw new GanvasError(`drawTo: needs a canvas of a page or an OffscreenCanvas, got ${shown(canvas)}`);
  const context = (canvas as OffscreenCanvas).getContext("webgpu");
  if (!context)
    throw new GanvasError(
      "drawTo: the canvas has a context of another kind, or this host has none of WebGPU; give it a canvas of its own",
    );
  const format = navigator.gpu.getPreferredCanvasFormat();
  const known = ready.get(context);
  if (known?.device !== device || known.withAlpha !== withAlpha) {
    context.configure({
      device,
      format,
      usage: TEXTURE_COPY_DST,
      alphaMode: withAlpha ? "premultiplied" : "opaque",
    });
    ready.set(context, { device, withAlpha });
  }
  return { context, format };
}

function bytesOf(owner: string, shape: Shape): number {
  if (sizeOf(shape) > 0) return 4 * sizeOf(shape);
  throw new ShapeError(`${owner}: there is nothing to copy of shape ${showShape(shape)}`);
}

function expectOffset(owner: string, offset: number): void {
  if (!Number.isInteger(offset) || offset < 0 || offset % 4 !== 0)
    throw new GanvasError(`${owner}: offset should be a multiple of 4 from 0 on, got ${shown(offset)}`);
}

/** Checks that a buffer has this usage, and room for so many bytes. */
function expectRoom(
  owner: string,
  buffer: GPUBuffer,
  offset: number,
  bytes: number,
  [usage, flag]: readonly [name: string, flag: number],
): void {
  if (typeof buffer?.size !== "number" || typeof buffer.usage !== "number")
    throw new GanvasError(`${owner}: needs a GPUBuffer, got ${shown(buffer)}`);
  if ((buffer.usage & flag) === 0) throw new GanvasError(`${owner}: the buffer needs the usage ${usage}`);
  if (offset + bytes > buffer.size)
    throw new GanvasError(
      `${owner}: ${bytes} bytes from byte ${offset} on are more than the buffer has, ${buffer.size}`,
    );
}
