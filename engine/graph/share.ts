/** Values that go to, or come from, memory that a program of one's own has made. */
import { type DType, encode, wordBytes } from "../dtype.ts";
import { GanvasError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { Node, RECEIVED } from "./node.ts";
import type { Stretch } from "./program.ts";
import { runtime } from "./runtime.ts";
import { Storage } from "./storage.ts";

/** Submits something at once that reads or fills this place. */
type Use = (gpu: Gpu, place: Stretch) => Promise<void>;

/** Does `use` with where the node's value lies on the device, computed or sent there if need be. */
export async function lend(node: Node, use: Use): Promise<void> {
  const host = runtime.hostOf(node);
  if (!host) return runtime.compute(node, use);
  const gpu = await runtime.gpu();
  const { memory } = gpu;
  const numbers = encode(node.dtype, host, gpu.info.nativeF16);
  const block = memory.allocate(numbers.byteLength, "numbers on their way to a buffer");
  await memory.expectSound([block], (promise) => gpu.wait(promise));
  gpu.upload(block.buffer, 0, numbers);
  try {
    await use(gpu, { buffer: block.buffer, offset: 0, bytes: block.bytes });
  } finally {
    memory.release(block);
  }
}

/** A node whose value `fill` submits to the device at once. @throws GanvasError where no device is open */
export async function receive(shape: Shape, dtype: DType, fill: Use): Promise<Node> {
  const gpu = runtime.open;
  if (!gpu)
    throw new GanvasError(
      "fromBuffer: no device is open that the buffer could be of; make buffers with the one that device() gives, or hand yours over with init({ device })",
    );
  const storage = new Storage(RECEIVED.name, wordBytes(dtype, sizeOf(shape), gpu.info.nativeF16));
  const block = gpu.memory.allocate(storage.bytes, storage.name);
  const filled = fill(gpu, { buffer: block.buffer, offset: 0, bytes: storage.bytes });
  try {
    await Promise.all([filled, gpu.memory.expectSound([block], (promise) => gpu.wait(promise))]);
  } catch (error) {
    gpu.memory.release(block);
    throw error;
  }
  storage.block = block;
  const node = new Node(RECEIVED, [], shape, dtype);
  runtime.own(node, storage);
  return node;
}
