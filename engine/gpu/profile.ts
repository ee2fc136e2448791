/** When kernels ran, from GPU timestamps, and when the host submitted them and read results back. */

/** What a kernel does, for those who look at a profile. */
export interface KernelWork {
  /** The shader file, or the kind of fused kernel. */
  readonly name: string;
  /** The ops that it computes, in order, joined by " + ". */
  readonly ops: string;
  /** The layers that recorded these ops, where layers have names (see `nameLayers`); else empty. */
  readonly layer: string;
  /** Of what it writes. */
  readonly shape: readonly number[];
  /** Multiplications and additions of products, convolutions and reductions; one an element of pointwise kernels. */
  readonly flops: number;
  /** Of every buffer that it reads or writes, once: the least that has to be moved. */
  readonly bytes: number;
  /** Its shader as the driver gets it, constants filled in. */
  readonly wgsl: string;
}

/** One run of a kernel. Times are in milliseconds; `start` counts from the beginning of the profile. */
export interface KernelRun extends KernelWork {
  readonly start: number;
  readonly milliseconds: number;
}

/** Something that the host did: handing commands to the GPU, or waiting for numbers. Times as in `KernelRun`. */
export interface HostEvent {
  readonly kind: "submit" | "readback";
  readonly start: number;
  readonly milliseconds: number;
  /** Kernels of a submit. */
  readonly kernels: number;
  /** Bytes of a readback. */
  readonly bytes: number;
}

/** All that ran while `profile` watched, in order. */
export interface Profile {
  /** False where the adapter has no timestamp-query: then kernels have their work, and 0 for their times. */
  readonly timed: boolean;
  readonly kernels: readonly KernelRun[];
  readonly host: readonly HostEvent[];
  /** Milliseconds from the first to the last call, as a clock on the wall has them. */
  readonly wall: number;
}

interface Stamped {
  readonly work: KernelWork;
  /** Host time of its submit. */
  readonly submitted: number;
  /** GPU times in milliseconds, of an unknown origin. */
  readonly start: number;
  readonly end: number;
}

/** Watches a device: every kernel runs in a pass of its own, whose start and end are stamped where the adapter can do that. */
export class Profiler {
  /** Kernels per query set. */
  readonly batchSize = 1024;
  private readonly device: GPUDevice;
  private readonly workOf: (origin: unknown) => KernelWork;
  private readonly timed: boolean;
  private querySet: GPUQuerySet | undefined;
  private resolved: { readonly stamps: GPUBuffer; readonly copy: GPUBuffer } | undefined;
  private readonly batch: KernelWork[] = [];
  private readonly reads: Promise<void>[] = [];
  private readonly stamped: Stamped[] = [];
  private readonly host: HostEvent[] = [];
  private readonly begun = performance.now();

  /** @param workOf what a dispatch does, by its origin */
  constructor(device: GPUDevice, workOf: (origin: unknown) => KernelWork) {
    this.device = device;
    this.workOf = workOf;
    this.timed = device.features.has("timestamp-query");
  }

  /** Notes a kernel. @returns what its pass has to be begun with */
  stamp(origin: unknown): GPUComputePassDescriptor {
    const at = this.batch.push(this.workOf(origin)) * 2 - 2;
    if (!this.timed) return {};
    this.querySet ??= this.device.createQuerySet({ type: "timestamp", count: this.batchSize * 2 });
    const stamps = { beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    return { timestampWrites: { querySet: this.querySet, ...stamps } };
  }

  /** Ends the batch: the stamps go into a buffer of their own. */
  resolve(encoder: GPUCommandEncoder): void {
    if (!this.querySet || this.batch.length === 0) return;
    const bytes = this.batch.length * 16;
    const stamps = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const copy = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    this.resolved = { stamps, copy };
    encoder.resolveQuerySet(this.querySet, 0, this.batch.length * 2, stamps, 0);
    encoder.copyBufferToBuffer(stamps, 0, copy, 0, bytes);
  }

  /** Called when the batch, whose recording began at `since`, has been submitted. */
  collect(since: number): void {
    const works = this.batch.splice(0);
    this.note("submit", since, { kernels: works.length });
    const submitted = performance.now();
    if (!this.timed) this.stamped.push(...works.map((work) => ({ work, submitted, start: 0, end: 0 })));
    if (!this.resolved) return;
    const { stamps: written, copy: buffer } = this.resolved;
    this.resolved = undefined;
    this.reads.push(
      buffer.mapAsync(GPUMapMode.READ).then(() => {
        const stamps = new BigUint64Array(buffer.getMappedRange());
        works.forEach((work, k) => {
          const [start, end] = [stamps[2 * k], stamps[2 * k + 1]] as [bigint, bigint];
          this.stamped.push({ work, submitted, start: Number(start) / 1e6, end: Number(end) / 1e6 });
        });
        buffer.destroy();
        written.destroy();
      }),
    );
  }

  /** Notes what the host did from `since` (by `performance.now`) until now. */
  note(
    kind: HostEvent["kind"],
    since: number,
    { kernels = 0, bytes = 0 }: { readonly kernels?: number; readonly bytes?: number },
  ): void {
    const milliseconds = performance.now() - since;
    this.host.push({ kind, start: since - this.begun, milliseconds, kernels, bytes });
  }

  /** What ran since it began to watch; gives back what it has of the device. */
  async take(): Promise<Profile> {
    const wall = performance.now() - this.begun;
    await Promise.all(this.reads);
    this.querySet?.destroy();
    const { stamped, host } = this;
    // The two clocks are not related: they are put together so that no kernel begins before its submit.
    const offset = stamped.reduce(
      (most, s) => Math.max(most, s.submitted - s.start),
      Number.NEGATIVE_INFINITY,
    );
    const kernels = stamped.map(({ work, start, end }) => ({
      ...work,
      start: this.timed ? start + offset - this.begun : 0,
      milliseconds: Math.max(end - start, 0),
    }));
    return { timed: this.timed, kernels, host, wall };
  }
}
