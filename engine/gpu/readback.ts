/** Reading buffers back through a few staging buffers that are used again and again. */
import { DeviceError } from "../errors.ts";
import type { Block, Memory } from "./memory.ts";

export class Readback {
  private readonly device: GPUDevice;
  private readonly memory: Memory;
  /** Staging buffers that are not mapped now, by size. */
  private readonly idle = new Map<number, Block[]>();

  constructor(device: GPUDevice, memory: Memory) {
    this.device = device;
    this.memory = memory;
  }

  /**
   * A copy of `bytes` bytes from `offset` on, after all work submitted so far. Both are multiples of 4.
   * @throws DeviceError when there is no memory for it
   */
  async read(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const { device, memory } = this;
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
    const staging =
      this.idle.get(size)?.pop() ??
      memory.create(size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, "a value to be read");
    // At once, before the next program writes to the buffer, though it may turn out that there is no memory to copy to.
    device.pushErrorScope("validation");
    let scope: Promise<GPUError | null> | undefined;
    try {
      try {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, offset, staging.buffer, 0, bytes);
        device.queue.submit([encoder.finish()]);
      } finally {
        scope = device.popErrorScope();
        scope.catch(() => {});
      }
      await memory.expectSound([staging]);
      const error = await scope;
      if (error) throw new DeviceError(`WebGPU: ${error.message}`);
      await staging.buffer.mapAsync(GPUMapMode.READ, 0, bytes);
      const copy = staging.buffer.getMappedRange(0, bytes).slice(0);
      staging.buffer.unmap();
      // Small staging buffers are kept for the next read; a big picture's is not worth its memory.
      if (size > 1 << 24) memory.destroy(staging);
      else this.idle.set(size, [...(this.idle.get(size) ?? []), staging]);
      return copy;
    } catch (error) {
      if (!staging.lost) memory.destroy(staging);
      throw error;
    }
  }
}
