/** Time per kernel from GPU timestamps. */
import { DeviceError } from "../errors.ts";

export interface KernelTime {
  readonly name: string;
  readonly runs: number;
  readonly milliseconds: number;
  readonly flops: number;
}

/** While enabled every kernel runs in a pass of its own, whose start and end are stamped. */
export class Profiler {
  /** Kernels per query set. */
  static readonly BATCH = 1024;

  enabled = false;
  private readonly device: GPUDevice;
  private querySet: GPUQuerySet | undefined;
  private resolved: { readonly stamps: GPUBuffer; readonly copy: GPUBuffer } | undefined;
  private readonly names: { name: string; flops: number }[] = [];
  private reads: Promise<void>[] = [];
  private readonly times = new Map<string, { runs: number; nanoseconds: number; flops: number }>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** @throws DeviceError when the adapter cannot measure time. */
  enable(): void {
    if (!this.device.features.has("timestamp-query"))
      throw new DeviceError("this adapter has no timestamp-query; kernels cannot be timed");
    this.enabled = true;
  }

  stamp(name: string, flops: number): GPUComputePassTimestampWrites {
    this.querySet ??= this.device.createQuerySet({ type: "timestamp", count: Profiler.BATCH * 2 });
    const at = this.names.push({ name, flops }) * 2 - 2;
    return { querySet: this.querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Ends the batch: the stamps go into a buffer of their own. */
  resolve(encoder: GPUCommandEncoder): void {
    if (!this.querySet || this.names.length === 0) return;
    const bytes = this.names.length * 16;
    const stamps = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const copy = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    this.resolved = { stamps, copy };
    encoder.resolveQuerySet(this.querySet, 0, this.names.length * 2, stamps, 0);
    encoder.copyBufferToBuffer(stamps, 0, copy, 0, bytes);
  }

  /** Called when the batch has been submitted. */
  collect(): void {
    if (!this.resolved) return;
    const { stamps: written, copy: buffer } = this.resolved;
    const kernels = this.names.splice(0);
    this.resolved = undefined;
    this.reads.push(
      buffer.mapAsync(GPUMapMode.READ).then(() => {
        const stamps = new BigUint64Array(buffer.getMappedRange());
        kernels.forEach(({ name, flops }, k) => {
          const entry = this.times.get(name) ?? { runs: 0, nanoseconds: 0, flops: 0 };
          entry.runs++;
          entry.nanoseconds += Math.max(Number((stamps[2 * k + 1] as bigint) - (stamps[2 * k] as bigint)), 0);
          entry.flops += flops;
          this.times.set(name, entry);
        });
        buffer.destroy();
        written.destroy();
      }),
    );
  }

  /** The times since the last call, slowest first. */
  async take(): Promise<readonly KernelTime[]> {
    await Promise.all(this.reads.splice(0));
    const list = [...this.times].map(([name, t]) => ({
      name,
      runs: t.runs,
      milliseconds: t.nanoseconds / 1e6,
      flops: t.flops,
    }));
    this.times.clear();
    return list.sort((a, b) => b.milliseconds - a.milliseconds);
  }
}
