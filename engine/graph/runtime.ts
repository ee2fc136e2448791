/**
 * What makes recorded graphs run: reading a value, flushing updates. Scheduling is synchronous and fixes what a run
 * will see; the GPU work itself follows in order, as soon as the device is open and the kernels are compiled.
 */
import { arrayOf, decode, type HostArray, wordBytes } from "../dtype.ts";
import { GanvasError } from "../errors.ts";
import { type DeviceOptions, type Gpu, openDevice } from "../gpu/device.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { type Graph, resolve } from "./fuse.ts";
import { Histories } from "./history.ts";
import { LossRing, MOST_WATCHED } from "./losses.ts";
import { type Node, RECEIVED, SOURCE, type Target, type Tile } from "./node.ts";
import type { FiniteChecks } from "./non-finite.ts";
import { Program, type Stretch } from "./program.ts";
import { didNotRun, Requests } from "./requests.ts";
import { showShape } from "../shape.ts";
import { Storage } from "./storage.ts";
import { structuralKey } from "./structure.ts";

/** Programs kept compiled. */
const MAX_PROGRAMS = 128;
/** Kernels of all programs together, each keeping its pipeline: some sixteen large training steps. */
const MAX_PROGRAM_KERNELS = 16_384;
/** A chain of this many recorded nodes is computed up to its end, so that recording is bounded. */
const MAX_CHAIN = 10_000;

/** A value was asked for that needs state as it was before an update. */
class StaleError extends GanvasError {
  readonly state: string;

  constructor(state: string) {
    super(`the value was asked for after ${state} had been updated`);
    this.state = state;
  }
}

class Runtime {
  private opened: Promise<Gpu> | undefined;
  private device: Gpu | undefined;
  private readonly programs = new Map<string, Program>();
  private readonly requests = new Requests();
  private queue: Promise<unknown> = Promise.resolve();
  /** Runs scheduled so far. */
  private scheduled = 0;
  /** Runs scheduled whose work has not been submitted. */
  private running = 0;
  private failure: unknown;
  /** Resolves when the last flush has run, or its failure is noted. */
  private flushed: Promise<void> = Promise.resolve();
  private form: Target["form"];
  /** By these programs look for numbers that are not finite, where they do. */
  private checking: FiniteChecks | undefined;
  /** The last update of an optimiser that was scheduled. */
  private step: number | undefined;
  private unfused = false;
  /** Kernels chosen by measurement. */
  private tiles: ReadonlyMap<string, Tile> = new Map();
  /** Collects the programs that run, where somebody wants to know. */
  private watched: Set<Program> | undefined;
  private losses = new LossRing();
  private readonly histories = new Histories();
  /** Frees the buffers of kept tensors that nobody can name any more. */
  private readonly forgotten = new FinalizationRegistry<Storage>((storage) => this.release(storage));

  /** The device, opened on first use. @throws GanvasError where another is asked for than is open */
  gpu(options?: DeviceOptions): Promise<Gpu> {
    if (options && this.opened)
      throw new GanvasError("init: a device is open already; await close() before choosing another");
    this.opened ??= openDevice(options).then(
      (gpu) => {
        this.take(gpu);
        return gpu;
      },
      (error) => {
        // One that is missing now may be there when it is next asked for.
        this.opened = undefined;
        throw error;
      },
    );
    return this.opened;
  }

  /** Schedules what was flushed before the device was open, flush by flush. */
  private catchUp(): void {
    this.requests.resume(() => {
      try {
        this.flush();
      } catch (error) {
        this.failure ??= error;
      }
    });
  }

  /** Uses this device from now on instead of opening one. */
  use(gpu: Gpu): void {
    this.forget();
    this.opened = Promise.resolve(gpu);
    this.take(gpu);
  }

  private take(gpu: Gpu): void {
    this.device = gpu;
    gpu.onLost = () => {
      // The next use opens another one; whoever waits for this one, or needs what lay there, is told.
      if (this.device === gpu) this.forget();
    };
    this.catchUp();
  }

  /** Drops all that belongs to a device. */
  private forget(): void {
    this.opened = undefined;
    this.device = undefined;
    this.losses = new LossRing();
    this.failure = undefined;
    this.step = undefined;
    this.programs.clear();
  }

  /** From now on uses this form of every kernel that has it, without one the adapter's best; for tests and comparisons. */
  useForm(form: Target["form"]): void {
    this.form = form;
    this.programs.clear();
  }

  /** From now on programs look for numbers that are not finite, or do so no more. */
  checkFinite(by: FiniteChecks | undefined): void {
    this.checking = by;
  }

  /** From now on schedules every value as a kernel of its own, or (`true`, as at the start) fuses; for tests and comparisons. */
  useFusion(fused: boolean): void {
    this.unfused = !fused;
  }

  /** The kernels that are chosen by measurement; none at the start. */
  get choices(): ReadonlyMap<string, Tile> {
    return this.tiles;
  }

  useTiles(tiles: ReadonlyMap<string, Tile>): void {
    this.tiles = tiles;
    this.programs.clear();
  }

  /** Runs `work`. @returns the programs that it has used, each once */
  async programsOf(work: () => unknown): Promise<readonly Program[]> {
    const watched = new Set<Program>();
    this.watched = watched;
    try {
      await work();
      await this.idle();
      return [...watched];
    } finally {
      this.watched = undefined;
    }
  }

  /** A compiled program per graph structure seen. */
  get programCount(): number {
    return this.programs.size;
  }

  /** Asks for the node's value to be stored when it is next computed. */
  keep(node: Node, as: "buffer" | "scalar"): void {
    if (this.hasValue(node) || node.kept || node.op.kind === "updated") return;
    node.kept = as;
    this.requests.keep(node);
  }

  /** Called for every recorded node: a chain that nobody reads is computed from time to time. */
  recorded(node: Node): void {
    if (node.depth < MAX_CHAIN || !this.device) return;
    this.keep(node, "buffer");
    this.flush();
  }

  /** The device, where one is open. */
  get open(): Gpu | undefined {
    return this.device;
  }

  /** Frees the node's memory once nobody can name it. */
  own(node: Node, storage: Storage): void {
    node.storage = storage;
    this.forgotten.register(node, storage);
  }

  /** Frees a kept value. */
  dispose(node: Node): void {
    this.requests.forget(node);
    node.kept = false;
    if (node.op === SOURCE || node.op.kind === "updated" || !node.storage) return;
    const { storage } = node;
    node.storage = undefined;
    this.release(storage);
  }

  private release(storage: Storage): void {
    // Runs that are scheduled may still use the block.
    this.queue = this.queue.then(() => {
      if (storage.block && this.device) this.device.memory.release(storage.block);
      storage.block = undefined;
    });
  }

  /** Records that state is written; it happens with the next run. */
  addEffect(effect: Node): void {
    this.requests.addEffect(effect);
  }

  /** Whether an update of this state is recorded but has not run. */
  isPending(storage: Storage): boolean {
    return storage.recorded > storage.version;
  }

  /** Runs the recorded updates and computes what is to be kept. */
  flush(): void {
    if (this.requests.isEmpty) return;
    if (!this.device) {
      // Nothing can run yet: what is recorded runs once there is a device; the first read tells why there is none.
      this.requests.postpone();
      this.gpu().catch(() => {});
      return;
    }
    this.flushed = this.schedule(this.device, [], () => Promise.resolve()).catch((error) => {
      this.failure ??= error;
    });
  }

  /**
   * Runs what was recorded up to the last update of this state, where that waits to run. What comes after it belongs to the next
   * update: a program that ended in the middle of that would overwrite state that the rest of it needs.
   */
  flushUpdate(storage: Storage): void {
    if (this.requests.updates(storage)) this.requests.upTo(storage, () => this.flush());
  }

  /**
   * The numbers of a node, computed if they are not there yet.
   * @param signal ends the work with its reason, unless recorded updates or values to be kept run with it
   */
  async read(node: Node, signal?: AbortSignal): Promise<HostArray> {
    signal?.throwIfAborted();
    this.throwFailure();
    const known = this.hostOf(node);
    if (known) return known;
    if (node.size === 0) return arrayOf(node.dtype, 0);
    const copyOut = async (gpu: Gpu, { buffer, offset }: Stretch) => {
      const { nativeF16 } = gpu.info;
      const bytes = await gpu.read(buffer, offset, wordBytes(node.dtype, node.size, nativeF16));
      return decode(node.dtype, bytes, node.size, nativeF16);
    };
    const data = await this.compute(node, copyOut, signal);
    // From now on the numbers need no memory on the GPU; state and kept tensors stay where they are.
    if (this.losses.holds(node.storage)) node.storage = undefined;
    if (!node.storage) node.host = data;
    this.histories.note(node);
    if (node.host && node.op.kind === "movement" && node.op.endsHistory) node.inputs = [];
    return data;
  }

  /** The numbers of a node where JavaScript has them. */
  hostOf(node: Node): HostArray | undefined {
    return resolve(node, this.hasValue).host;
  }

  /** Computes a node and does `use` with where it lies: what that submits before it first awaits finds it there. */
  async compute<T>(
    node: Node,
    use: (gpu: Gpu, place: Stretch) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { flushed } = this;
    const gpu = this.device ?? (await this.gpu());
    this.throwFailure();
    const run = this.schedule(gpu, [node], ([place]) => use(gpu, place as Stretch), signal);
    const result = await run.catch(async (error) => {
      // Updates before it that failed too are told along with it, not to whoever comes next.
      await flushed;
      this.throwFailure();
      throw error;
    });
    await flushed;
    this.throwFailure();
    return result;
  }

  /** Resolves when everything recorded as an update has run. */
  async idle(): Promise<void> {
    const gpu = await this.gpu();
    this.flush();
    await this.queue;
    await this.flushed;
    this.throwFailure();
    await gpu.idle();
  }

  /** The program for what these nodes need, compiled but not run. */
  async prepare(outputs: readonly Node[]): Promise<Program> {
    const gpu = await this.gpu();
    const { graph, key } = this.trace(outputs);
    const program = this.program(graph, key, gpu);
    await program.ready;
    return program;
  }

  /** Compiles what these nodes and the recorded updates need, and waits for whatever else is being compiled. */
  async compiled(outputs: readonly Node[]): Promise<void> {
    const gpu = await this.gpu();
    const missing = outputs.filter((node) => !node.host && !node.storage);
    if (missing.length > 0 || !this.requests.isEmpty) await this.prepare(missing);
    await gpu.wait(gpu.pipelines.settled());
  }

  /** What would run to compute these nodes, with the updates recorded so far: the graph as it is recorded, and its kernels. */
  async explain(outputs: readonly Node[]): Promise<{ graph: Graph; assembly: Assembly; target: Target }> {
    const gpu = await this.gpu();
    const { graph } = this.trace(outputs);
    const target = this.target(gpu);
    return { graph, assembly: assemble(graph, target, gpu.maxBinding, this.checking), target };
  }

  /** Waits for all work, then gives unused memory back, the programs' scratch memory included. */
  async trim(): Promise<void> {
    const gpu = await this.gpu();
    // Runs that were scheduled while this waited have their places in the scratch memory.
    do await this.idle();
    while (this.running > 0);
    this.programs.clear();
    gpu.pipelines.trim();
    gpu.memory.trim(true);
  }

  /** Closes the device. State that lived there is lost. */
  async close(): Promise<void> {
    await this.queue;
    (await this.opened)?.destroy();
    this.forget();
    this.requests.clear();
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }

  /** Whether the node's value exists without running anything. Throws when it was overwritten since. */
  private readonly hasValue = (node: Node): boolean => {
    if (node.host) return true;
    const { storage } = node;
    if (!storage) {
      if (node.op === RECEIVED) throw new GanvasError("the tensor was disposed of");
      return false;
    }
    const update = node.op.kind === "updated" ? node.inputs[0] : undefined;
    if (update?.failure) throw didNotRun(storage, update);
    if (node.op.kind === "updated" && node.version > storage.version) return false;
    if (node.version !== storage.version) throw new StaleError(storage.name);
    return true;
  };

  /** The same, for what `asked` needs, which is named where it cannot be computed any more. */
  private hasValueFor(node: Node, asked: Node): boolean {
    try {
      return this.hasValue(node);
    } catch (error) {
      if (!(error instanceof StaleError)) throw error;
      const { op, shape, layer } = asked;
      const where = layer === "" ? "" : ` of ${layer}`;
      const remedy = asked.size > MOST_WATCHED ? "keep()" : "watch() or keep()";
      throw new GanvasError(
        `tensor ${showShape(shape)} (${op.name}${where}): the value was asked for after ${error.state} had been updated, from which it is computed; call ${remedy} on it before the update`,
      );
    }
  }

  /** What the outputs and the requests (by default all there are) need. */
  private trace(outputs: readonly Node[], requests = this.requests.nodes): { graph: Graph; key: string } {
    const leaf = new Map<Node, boolean>();
    for (const asked of [...outputs, ...requests]) {
      const stack = [asked];
      while (stack.length > 0) {
        const node = stack.pop() as Node;
        if (leaf.has(node)) continue;
        const has = node.op.kind !== "effect" && this.hasValueFor(node, asked);
        leaf.set(node, has);
        if (!has) for (const input of node.inputs) stack.push(input);
      }
    }
    const nodes = [...leaf.keys()].sort((a, b) => a.id - b.id);
    const isLeaf = (node: Node) => leaf.get(node) ?? false;
    const separate = this.checking !== undefined;
    const key = [separate, this.unfused, structuralKey(nodes, outputs, isLeaf)].join(";");
    return { graph: { nodes, outputs, isLeaf, separate }, key };
  }

  private program(graph: Graph, key: string, gpu: Gpu): Program {
    let program = this.programs.get(key);
    if (program) this.programs.delete(key);
    else program = new Program(graph, gpu, this.target(gpu), this.checking);
    this.programs.set(key, program);
    // Those not used for longest go first.
    let kernels = 0;
    [...this.programs].toReversed().forEach(([old, { size }], k) => {
      kernels += size;
      if (k >= MAX_PROGRAMS || (k > 0 && kernels > MAX_PROGRAM_KERNELS)) this.programs.delete(old);
    });
    return program;
  }

  /** What kernels are chosen for. */
  target(gpu: Gpu): Target {
    const { info, maxBindings } = gpu;
    const { tiles, unfused } = this;
    return { ...info, maxBindings, tiles, ...(this.form && { form: this.form }), unfused };
  }

  /** Forgets updates and requests that cannot be computed, so that they are told once and spoil nothing else. */
  private refuseImpossible(gpu: Gpu, reason: unknown): void {
    const isPossible = (request: Node): boolean => {
      try {
        assemble(this.trace([], [request]).graph, this.target(gpu), gpu.maxBinding, this.checking);
        return true;
      } catch {
        return false;
      }
    };
    for (const node of this.requests.nodes)
      if (node.op.kind !== "effect" && !isPossible(node)) this.dispose(node);
    this.requests.withdraw((effect) => !isPossible(effect), reason);
  }

  private compile(gpu: Gpu, outputs: readonly Node[]): { graph: Graph; program: Program } {
    try {
      const { graph, key } = this.trace(outputs);
      return { graph, program: this.program(graph, key, gpu) };
    } catch (error) {
      this.refuseImpossible(gpu, error);
      throw error;
    }
  }

  private schedule<T>(
    gpu: Gpu,
    outputs: readonly Node[],
    then: (places: readonly (Stretch | undefined)[]) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { graph, program } = this.compile(gpu, outputs);
    this.watched?.add(program);
    const { effects, keeps: kept } = this.requests.take();
    // Half an update must not be.
    const ended = effects.length === 0 && kept.length === 0 ? signal : undefined;
    for (const node of kept) this.giveStorage(node, gpu);
    const leaves = program.capture(graph.nodes);
    for (const effect of effects) {
      for (const storage of effect.writes) storage.bump();
      effect.inputs = [];
    }
    for (const node of kept) node.kept = false;

    const updates = effects.flatMap(({ step }) => step ?? []);
    this.step = updates.at(-1) ?? this.step;
    const when = { step: this.step, running: updates.length > 0 };
    for (const node of kept) this.histories.note(node);
    const turn = ++this.scheduled;
    this.running++;
    const run = this.queue.then(async () => {
      program.prepare(leaves);
      await beforeAbort(program.ready, ended);
      for (const { storage, writes } of leaves.values())
        for (const state of storage ? [storage, ...writes] : writes) state.expectSound(turn);
      await program.secure(leaves);
      const result = then(await program.run(leaves, ended));
      return { done: Promise.all([result, program.expectFinite(when)]).then(([value]) => value) };
    });
    this.queue = run
      .then(() => {
        if (updates.length > 0) this.histories.forget();
      })
      .catch((error) => {
        // What failed once, such as a kernel that did not compile, is tried anew.
        for (const [key, each] of this.programs) if (each === program) this.programs.delete(key);
        // What did not run left no values.
        for (const node of kept) this.dispose(node);
        this.requests.undoRun(effects, error, this.scheduled);
      })
      .finally(() => this.running--);
    return run.then(({ done }) => done);
  }

  private giveStorage(node: Node, gpu: Gpu): void {
    if (node.kept === "buffer") {
      const bytes = wordBytes(node.dtype, Math.max(node.size, 1), gpu.info.nativeF16);
      this.own(node, new Storage(node.op.name, bytes));
      return;
    }
    // A view of a number that is remembered already is the same number.
    const { storage } = resolve(node, this.hasValue);
    node.storage = storage && this.losses.holds(storage) ? storage : this.losses.take();
  }
}

/** The promise, or the reason of a signal that is aborted before. */
function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** The one runtime of this page or process. */
export const runtime = new Runtime();
