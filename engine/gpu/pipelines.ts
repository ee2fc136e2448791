/** Compiled kernels, one per specialised text, compiled asynchronously and in parallel. */
import { DeviceError } from "../errors.ts";

/** `r` for a read-only storage binding, `w` for a writable one, in binding order. */
export type AccessPattern = string;

export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Told how many of the kernels asked for are compiled, whenever that changes. */
export type CompileProgress = (compiled: number, asked: number) => void;

/** Kept compiled, those used last; one takes up to a megabyte of a driver that runs on the CPU. */
export const MAX_PIPELINES = 1024;

export class Pipelines {
  private readonly device: GPUDevice;
  private readonly compiled = new Map<string, Promise<Kernel>>();
  private readonly layouts = new Map<
    AccessPattern,
    { group: GPUBindGroupLayout; pipeline: GPUPipelineLayout }
  >();

  private asked = 0;
  private finished = 0;
  private readonly watchers = new Set<CompileProgress>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Pipelines made since the device was opened, kept or not: a loop in steady state makes none. */
  get made(): number {
    return this.asked;
  }

  /** Pipelines that are kept. */
  get count(): number {
    return this.compiled.size;
  }

  /** Forgets all of them; programs that use one go on with it. */
  trim(): void {
    this.compiled.clear();
  }

  /** The pipeline of this text; the same text is compiled once. Rejects with the compiler's messages and the source. */
  get(name: string, text: string, access: AccessPattern): Promise<Kernel> {
    const key = `${access}\n${text}`;
    let kernel = this.compiled.get(key);
    if (kernel) {
      // The one used last comes last.
      this.compiled.delete(key);
      this.compiled.set(key, kernel);
    } else {
      kernel = this.compile(name, text, access);
      this.compiled.set(key, kernel);
      const [oldest] = this.compiled.keys();
      if (this.compiled.size > MAX_PIPELINES && oldest !== undefined) this.compiled.delete(oldest);
      this.asked++;
      this.tell();
      const finish = () => {
        this.finished++;
        this.tell();
      };
      kernel.then(finish, () => {
        // What failed once is tried again.
        if (this.compiled.get(key) === kernel) this.compiled.delete(key);
        finish();
      });
    }
    return kernel;
  }

  /** Tells how the compilation of kernels goes that are asked for from now on. @returns what ends it */
  watch(onProgress: CompileProgress): () => void {
    const { finished, asked: before } = this;
    const watcher: CompileProgress = (compiled, asked) => onProgress(compiled - finished, asked - before);
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Resolves when all kernels asked for so far are compiled, or have failed to be. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.compiled.values());
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher(this.finished, this.asked);
  }

  private async compile(name: string, text: string, access: AccessPattern): Promise<Kernel> {
    const { device } = this;
    let module: GPUShaderModule | undefined;
    // What is wrong with a shader is asked of it below; the scope keeps it from being told twice.
    device.pushErrorScope("validation");
    try {
      const layout = this.layout(access);
      try {
        module = device.createShaderModule({ label: name, code: text });
      } finally {
        device.popErrorScope().catch(() => {});
      }
      const pipeline = await device.createComputePipelineAsync({
        label: name,
        layout: layout.pipeline,
        compute: { module, entryPoint: "main" },
      });
      return { pipeline, layout: layout.group };
    } catch (error) {
      const info = (await module?.getCompilationInfo().catch(() => undefined)) ?? { messages: [] };
      const messages = info.messages.map((m) => `  line ${m.lineNum}:${m.linePos} ${m.type}: ${m.message}`);
      throw new DeviceError(
        `shader ${name} does not compile: ${error instanceof Error ? error.message : error}\n${messages.join("\n")}\n${numbered(text)}`,
      );
    }
  }

  private layout(access: AccessPattern) {
    let layout = this.layouts.get(access);
    if (!layout) {
      const group = this.device.createBindGroupLayout({
        entries: [...access].map((a, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: a === "w" ? ("storage" as const) : ("read-only-storage" as const) },
        })),
      });
      layout = { group, pipeline: this.device.createPipelineLayout({ bindGroupLayouts: [group] }) };
      this.layouts.set(access, layout);
    }
    return layout;
  }
}

function numbered(text: string): string {
  return text
    .split("\n")
    .map((line, k) => `${String(k + 1).padStart(4)} ${line}`)
    .join("\n");
}
