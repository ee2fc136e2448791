/**
 * Choosing kernels by measurement. Each candidate runs by itself on random numbers, is compared with the naive kernel, and is
 * timed in turn with the others; the usual one stays unless another is clearly faster.
 */
import { decode, encode, wordBytes } from "../dtype.ts";
import type { Gpu } from "../gpu/device.ts";
import { fillUniform } from "../random.ts";
import { type KernelOp, Node, SOURCE, type Target, type Tile, type Tunable } from "./node.ts";
import { type Leaves, Program, type Stretch } from "./program.ts";
import type { LoweredStep } from "./lowered.ts";
import { Storage } from "./storage.ts";

/** How long, and by which clock. */
export interface TuneOptions {
  /**
   * Milliseconds for one kernel: once they are over no further candidate is tried. 5000 by default. The naive kernel, which all are
   * compared with, has as many to itself; where it would take longer, nothing can be checked and the usual kernel stays.
   */
  readonly budget?: number;
  /** In milliseconds; by default the clock on the wall. On a software adapter the driver's CPU time is steadier. */
  readonly clock?: () => number;
  /** Told before each kernel. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A candidate, and its time or why it has none. */
export interface TriedTile {
  readonly tile: Tile;
  /** The shortest of its runs. */
  readonly milliseconds?: number;
  readonly refused?: string;
}

/** What was measured of a kernel, and what was chosen. */
export interface TunedKernel {
  /** Of all kernels that the choice is for. */
  readonly key: string;
  readonly op: string;
  readonly inputs: readonly (readonly number[])[];
  readonly shape: readonly number[];
  readonly flops: number;
  /** Of inputs and result. */
  readonly bytes: number;
  /** The usual one first. */
  readonly tried: readonly TriedTile[];
  readonly chosen: Tile;
  readonly why: string;
}

const BUDGET = 5000;
/** Times each candidate is timed, in turn with the others: at most, and even when the time is over. */
const ROUNDS = 5;
const LEAST_ROUNDS = 2;
/** A sample repeats short runs until it should last this long, in ms. */
const SAMPLE = 4;
/** A candidate this many times slower than the best so far is timed no further. */
const HOPELESS = 1.5;
/** The gain from which on another kernel than the usual one is chosen: less may be chance. */
const GAIN = 0.97;
/** The largest difference from the naive kernel, over the largest result. Half precision rounds what is stored. */
const TOLERANCE = { f32: 1e-4, f16: 1e-2 } as const;

/** Shares of the naive kernel's work that are timed before the whole of it is run: each takes no longer than so many times the last. */
const SHARES = [64, 16, 4];
const GROWTH = 4;

/** Kernels of these steps that can be chosen, one for each key. */
export function tunableKernels(
  steps: readonly LoweredStep[],
  target: Target,
): { readonly node: Node; readonly tunable: Tunable }[] {
  const found = new Map<string, { node: Node; tunable: Tunable }>();
  for (const { step } of steps) {
    const { root: node } = step;
    const tunable = node.op.kind === "kernel" ? node.op.tunable?.(node, target) : undefined;
    if (tunable && !found.has(tunable.key)) found.set(tunable.key, { node, tunable });
  }
  return [...found.values()];
}

/** The kernel alone, on inputs that stay in memory. */
class Bench {
  readonly storages: readonly Storage[];
  private readonly node: Node;
  private readonly inputs: readonly Node[];
  private readonly gpu: Gpu;

  constructor(node: Node, gpu: Gpu) {
    const { nativeF16 } = gpu.info;
    this.node = node;
    this.gpu = gpu;
    this.inputs = node.inputs.map(({ shape, dtype, size }, k) => {
      const { buffer } = encode(dtype, fillUniform(new Float32Array(size), 1, k, -1), nativeF16);
      const bytes = wordBytes(dtype, size, nativeF16);
      const storage = new Storage("tuning", bytes, { initial: new Uint32Array(buffer) });
      return new Node(SOURCE, [], shape, dtype, { storage });
    });
    this.storages = this.inputs.map(({ storage }) => storage as Storage);
  }

  /**
   * @param share runs one workgroup in so many only: the rest of the result is then undefined
   * @returns what runs the kernel once and says where its result lies
   */
  async prepare(target: Target, share = 1): Promise<() => Promise<Stretch>> {
    const { shape, dtype, attributes } = this.node;
    const alone = new Node(partOf(this.node.op as KernelOp, share), this.inputs, shape, dtype, {
      attributes,
    });
    const nodes = [...this.inputs, alone];
    const program = new Program({ nodes, outputs: [alone], isLeaf: (at) => at !== alone }, this.gpu, target);
    await program.ready;
    const leaves: Leaves = program.capture(nodes);
    await program.secure(leaves);
    return async () => (await program.run(leaves))[0] as Stretch;
  }

  async read({ buffer, offset, bytes }: Stretch): Promise<Float32Array> {
    const { dtype, size } = this.node;
    const words = await this.gpu.read(buffer, offset, bytes);
    return decode(dtype, words, size, this.gpu.info.nativeF16) as Float32Array;
  }

  release(): void {
    for (const { block } of this.storages) if (block) this.gpu.memory.release(block);
  }
}

/** The op with a share of the workgroups of its kernels. */
function partOf(op: KernelOp, share: number): KernelOp {
  const launches: KernelOp["launches"] = (node, target) =>
    op.launches(node, target).map((launch) => {
      const [x, y, z] = launch.grid;
      const few = Math.ceil(x / share);
      return { ...launch, grid: [few, Math.ceil(y / Math.max((share * few) / x, 1)), z] };
    });
  return { ...op, launches };
}

/** The largest difference of the results, over the largest of those wanted; infinite where one is not a number. */
function difference(got: Float32Array, want: Float32Array): number {
  let [largest, worst] = [0, 0];
  want.forEach((value, k) => {
    const error = Math.abs(value - (got[k] as number));
    largest = Math.max(largest, Math.abs(value));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  });
  return worst === 0 ? 0 : worst / largest;
}

interface Runner {
  readonly tile: Tile;
  readonly run: () => Promise<Stretch>;
  best: number;
}

/** Tries all that can be chosen of a kernel. Nothing else may run meanwhile. */
export async function tuneKernel(
  { node, tunable }: { readonly node: Node; readonly tunable: Tunable },
  gpu: Gpu,
  target: Target,
  { budget = BUDGET, clock = () => performance.now() }: TuneOptions,
): Promise<TunedKernel> {
  const { tiles: _, ...plain } = target;
  const bench = new Bench(node, gpu);
  const runners: Runner[] = [];
  const refused: TriedTile[] = [];
  const sample = async (run: Runner["run"], repeats: number): Promise<number> => {
    await gpu.idle();
    const start = clock();
    for (let k = 0; k < repeats; k++) await run();
    await gpu.idle();
    return (clock() - start) / repeats;
  };
  try {
    let end = performance.now() + budget;
    const naive = { ...plain, form: "naive" } as const;
    // Work that is under way cannot be stopped, so a little of it tells how long the whole would take.
    await sample(await bench.prepare(naive, SHARES[0]), 1);
    for (const share of SHARES) {
      const run = await bench.prepare(naive, share);
      const start = performance.now();
      await sample(run, 1);
      const took = performance.now() - start;
      if (performance.now() + GROWTH * took > end)
        return { ...describe(node, tunable, plain), ...unchecked(tunable, budget) };
    }
    const want = await bench.read(await (await bench.prepare(naive))());
    end = performance.now() + budget;
    const isOver = () => performance.now() > end;
    for (const tile of tunable.tiles) {
      if (isOver() && runners.length > 0) {
        refused.push({ tile, refused: "no time was left to try it" });
        continue;
      }
      const run = await bench.prepare({ ...plain, tiles: new Map([[tunable.key, tile]]) });
      const error = difference(await bench.read(await run()), want);
      if (error > TOLERANCE[node.dtype === "f16" ? "f16" : "f32"])
        refused.push({ tile, refused: `differs from the naive kernel by ${error.toPrecision(2)}` });
      else runners.push({ tile, run, best: await sample(run, 1) });
    }
    const least = () => Math.min(...runners.map(({ best }) => best));
    for (let round = 0; round < LEAST_ROUNDS || (round < ROUNDS && !isOver()); round++)
      for (const runner of runners) {
        if (runner.best > HOPELESS * least()) continue;
        const repeats = Math.min(Math.max(Math.ceil(SAMPLE / Math.max(runner.best, 0.01)), 1), 100);
        runner.best = Math.min(runner.best, await sample(runner.run, repeats));
      }
  } finally {
    bench.release();
  }
  return { ...describe(node, tunable, plain), ...choose(tunable, runners, refused) };
}

/** What becomes of a kernel whose naive form would take too long. */
function unchecked({ tiles }: Tunable, budget: number) {
  const [usual] = tiles as readonly [Tile];
  const refused = `not checked: the naive kernel takes longer than ${budget / 1000} s`;
  return {
    tried: tiles.map((tile): TriedTile => ({ tile, refused })),
    chosen: usual,
    why: `the naive kernel takes longer than ${budget / 1000} s, so that no other could be checked: give it more time`,
  };
}

function choose(tunable: Tunable, runners: readonly Runner[], refused: readonly TriedTile[]) {
  const [usual] = tunable.tiles as readonly [Tile];
  const timed = runners.map(({ tile, best }): TriedTile => ({ tile, milliseconds: best }));
  const tried = [...timed, ...refused];
  const first = runners.find(({ tile }) => tile === usual);
  const fastest = runners.reduce<Runner | undefined>((a, b) => (a && a.best <= b.best ? a : b), undefined);
  if (!fastest) return { tried, chosen: usual, why: "no candidate agrees with the naive kernel" };
  if (fastest === first)
    return { tried, chosen: usual, why: `the usual one is the fastest of ${runners.length}` };
  if (!first)
    return { tried, chosen: fastest.tile, why: "the usual one does not agree with the naive kernel" };
  const gain = first.best / fastest.best;
  if (fastest.best > GAIN * first.best)
    return { tried, chosen: usual, why: `the fastest is only ${gain.toFixed(2)}× as fast as the usual one` };
  return { tried, chosen: fastest.tile, why: `${gain.toFixed(2)}× as fast as the usual one` };
}

function describe(node: Node, { key }: Tunable, target: Target) {
  const { op, inputs, shape } = node;
  const launches = op.kind === "kernel" ? op.launches(node, target) : [];
  return {
    key,
    op: op.name,
    inputs: inputs.map((input) => input.shape),
    shape,
    flops: launches.reduce((sum, launch) => sum + (launch.flops ?? 0), 0),
    bytes: [...inputs, node].reduce(
      (sum, { dtype, size }) => sum + wordBytes(dtype, size, target.nativeF16),
      0,
    ),
  };
}
