/** A tensor is a handle on a recorded node. Reading its numbers is what makes things run, and the only asynchronous call. */
import { checkOptions } from "./options.ts";
import { arrayOf, type DType, DTYPES, dtypeOf, type HostArray, isFloat, type TypedArray } from "./dtype.ts";
import { ShapeError, shown } from "./errors.ts";
import { castNode } from "./graph/cast.ts";
import { type Attributes, Node, type Op, SOURCE, UPDATED } from "./graph/node.ts";
import { MOST_WATCHED } from "./graph/losses.ts";
import { runtime } from "./graph/runtime.ts";
import { Storage } from "./graph/storage.ts";
import { fromFloat16Bits, roundToF16 } from "./half.ts";
import { checkShape, type Shape, showShape, sizeOf } from "./shape.ts";

/** Numbers in nested arrays. */
export type Nested = number | readonly Nested[];

/** Numbers of a parameter, row by row. */
export type Values = TypedArray | readonly number[];

/**
 * A handle on recorded numbers: a shape, an element type, and how they are computed. Making and combining tensors runs nothing;
 * reading one (`data`, `item`, `print`) does. The ops are methods too: `x.sub(mean).square().sum()`.
 */
export class Tensor {
  /** The recorded node; for a parameter, the one that stands for its newest value. */
  protected current: Node;

  constructor(node: Node) {
    this.current = node;
  }

  /** What is recorded; for those who write ops. */
  get node(): Node {
    return this.current;
  }

  /** Sizes of the axes, outermost first; `[]` is a scalar. Images are [n, h, w, c]. */
  get shape(): Shape {
    return this.current.shape;
  }

  /** Element type. */
  get dtype(): DType {
    return this.current.dtype;
  }

  /** Number of axes. */
  get rank(): number {
    return this.current.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.current.size;
  }

  /**
   * The numbers, row by row, in an array of the caller's own. Computes what is needed.
   * @param options.signal ends the work between two submits, within some 0.1 s, and rejects with its reason; work that was
   *   recorded to run with it (updates, kept tensors) is done all the same
   * @throws GanvasError when a parameter that the value depends on was updated before (see `keep`).
   */
  async data(options: { readonly signal?: AbortSignal } = {}): Promise<HostArray> {
    checkOptions("data", options, ["signal"]);
    const { signal } = options;
    const { node } = this;
    const numbers = await runtime.read(node, signal);
    // State lies on the device alone; what else was read is kept for later uses.
    return node.storage ? numbers : numbers.slice();
  }

  /** The only number of a tensor of size 1. */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ShapeError(`item: needs a tensor of one element, got shape ${showShape(this.shape)}`);
    return (await this.data())[0] as number;
  }

  /** Stores the value on the GPU when it is next computed, so that later uses and later reads need no recomputation. */
  keep(): this {
    runtime.keep(this.node, "buffer");
    return this;
  }

  /**
   * Remembers a few numbers of a training step (a loss does so by itself), to be read later or never: unlike `keep` it takes no
   * memory of its own, for only the newest 1024 of a program are there.
   * @throws ShapeError for more than 64 numbers
   */
  watch(): this {
    if (this.size > MOST_WATCHED)
      throw new ShapeError(
        `watch: remembers at most ${MOST_WATCHED} numbers, got shape ${showShape(this.shape)}; use keep`,
      );
    runtime.keep(this.node, "scalar");
    return this;
  }

  /** Frees a kept value now rather than when the garbage collector finds it. */
  dispose(): void {
    runtime.dispose(this.current);
  }

  /** Type, shape and op; runs nothing. `print` shows the numbers. */
  toString(): string {
    return `Tensor ${this.dtype} ${showShape(this.shape)} (${this.current.op.name})`;
  }
}

/**
 * A tensor whose value is state: it keeps its place in GPU memory and is updated there, by an optimiser or by
 * `assign`. Reading it gives the newest value.
 */
export class Parameter extends Tensor {
  readonly name: string;
  private storage: Storage;

  /**
   * @param data initial value, row by row, copied and rounded to f32; or what makes it when the value is first needed, so that a
   *   large network that takes its weights from a file never draws others; or the memory that holds it
   */
  constructor(name: string, shape: Shape, data: Values | (() => Values) | Storage) {
    if (typeof name !== "string")
      throw new ShapeError(`parameter: its name should be a word, got ${shown(name)}`);
    checkShape(`parameter ${name}`, shape);
    const rounded = (values: Values, isFresh = false): Float32Array => {
      if (!isTyped(values) && !Array.isArray(values))
        throw new ShapeError(`parameter ${name}: its value is an array of numbers, got ${shown(values)}`);
      if (values.length !== sizeOf(shape))
        throw new ShapeError(
          `parameter ${name}: shape ${showShape(shape)} holds ${sizeOf(shape)} numbers, got ${values.length}`,
        );
      return isFresh && values instanceof Float32Array ? values : new Float32Array(values);
    };
    const begin = (value: Values | (() => Values)): Storage => {
      const initial = typeof value === "function" ? () => rounded(value(), true) : rounded(value);
      return new Storage(name, sizeOf(shape) * 4, { initial });
    };
    const storage = data instanceof Storage ? data : begin(data);
    super(new Node(SOURCE, [], shape, "f32", { storage, version: storage.recorded }));
    this.name = name;
    this.storage = storage;
  }

  /** The stretch of memory that holds the value. */
  get state(): Storage {
    return this.storage;
  }

  /** What stands for the newest value, recorded updates included; for those who write ops. */
  override get node(): Node {
    this.used = true;
    // An update that failed has not happened.
    const undone = this.effect?.failure !== undefined;
    if (undone) this.effect = undefined;
    // An update of the whole that this is a part of makes the node at hand an old version.
    if (undone || this.current.version !== this.storage.recorded) this.current = this.newest();
    return this.current;
  }

  private effect: Node | undefined;
  /** Something may have been recorded with the value at hand. */
  private used = false;

  /** Starts with another value, where nothing was made of the one it has; says whether it did. */
  restart(value: HostArray): boolean {
    return !this.used && this.storage.restart(value);
  }

  /** Called by whoever records an update: from now on this parameter is what `effect` leaves in memory. */
  updatedBy(effect: Node): void {
    this.effect = effect;
    this.current = this.newest();
  }

  private newest(): Node {
    const { storage } = this;
    return new Node(UPDATED, this.effect ? [this.effect] : [], this.current.shape, "f32", {
      storage,
      version: storage.recorded,
    });
  }

  /** Moves the value into a part of a larger storage (an optimiser's flat buffer). */
  moveTo(storage: Storage): void {
    this.storage = storage;
    this.current = new Node(SOURCE, [], this.current.shape, "f32", { storage, version: storage.recorded });
  }
}

/** Checks that an op's arguments, given by their names, are tensors. For those who write ops. */
export function expectTensors(op: string, tensors: Readonly<Record<string, unknown>>): void {
  for (const [name, t] of Object.entries(tensors))
    if (!(t instanceof Tensor)) throw new ShapeError(`${op}: ${name} should be a tensor, got ${shown(t)}`);
}

/** Checks that an op's arguments, given by their names, hold floats. For those who write ops. */
export function expectFloats(op: string, tensors: Readonly<Record<string, Tensor>>): void {
  expectTensors(op, tensors);
  for (const [name, t] of Object.entries(tensors))
    if (!isFloat(t.dtype)) throw new ShapeError(`${op}: ${name} must be of type f32 or f16, got ${t.dtype}`);
}

/** Checks that an element type is one. */
export function expectDtype(op: string, dtype: DType): void {
  if (!DTYPES.includes(dtype))
    throw new ShapeError(`${op}: the type must be one of ${DTYPES.join(", ")}, got ${shown(dtype)}`);
}

/** Records a node. For those who write ops. */
export function record(
  op: Op,
  inputs: readonly Tensor[],
  shape: Shape,
  extra: { dtype?: DType; attributes?: Attributes; view?: Node["view"] } = {},
): Tensor {
  const dtype = extra.dtype ?? inputs[0]?.dtype ?? "f32";
  // Kernels that know nothing of half precision get f32 and give f32.
  const widens = op.kind === "kernel" && op.acceptsF16 !== true;
  const nodes = inputs.map(({ node }) => (widens && node.dtype === "f16" ? castNode(node, "f32") : node));
  const node = new Node(op, nodes, shape, widens && dtype === "f16" ? "f32" : dtype, {
    attributes: extra.attributes ?? {},
    view: extra.view,
  });
  runtime.recorded(node);
  return new Tensor(castNode(node, dtype));
}

/**
 * A tensor of these numbers: a typed array with a shape, or nested arrays. Without a type, floats and bytes (`Float64Array`,
 * `Uint8Array`, `Uint8ClampedArray`) become f32, other whole numbers i32 (`Int8Array`, `Int16Array`, `Uint16Array`, `Int32Array`)
 * or u32 (`Uint32Array`), nested arrays f32. For type f16 they are rounded; a Uint16Array with that type holds the bits of
 * half-precision numbers.
 * @throws ShapeError when the numbers do not fill the shape, nested arrays are ragged, or something is no number
 */
export function tensor(data: TypedArray | Nested, shape?: Shape, dtype?: DType): Tensor {
  if (dtype !== undefined) expectDtype("tensor", dtype);
  if (data instanceof Uint16Array && dtype === "f16") return tensor(fromFloat16Bits(data), shape, dtype);
  const typed = isTyped(data);
  const sizes = shape ?? (typed ? [data.length] : shapeOf(data));
  checkShape("tensor", sizes);
  const numbers = typed ? data : flatten(data);
  if (numbers.length !== sizeOf(sizes))
    throw new ShapeError(
      `tensor: shape ${showShape(sizes)} holds ${sizeOf(sizes)} numbers, got ${numbers.length}`,
    );
  const type = dtype ?? (typed ? dtypeOf(data) : "f32");
  const host = arrayOf(type, numbers.length);
  host.set(numbers);
  const exact = type === "f16" ? roundToF16(host as Float32Array) : host;
  return new Tensor(new Node(SOURCE, [], [...sizes], type, { host: exact }));
}

/** Whether it is an array of numbers in memory; one of BigInt is none. */
const isTyped = (data: unknown): data is TypedArray =>
  ArrayBuffer.isView(data) && typeof (data as Float32Array)[0] !== "bigint" && !(data instanceof DataView);

/** Whether numbers may be in it. @throws ShapeError for what is neither that nor a number */
function isList(data: Nested): data is readonly Nested[] {
  if (typeof data === "number") return false;
  if (Array.isArray(data) || isTyped(data)) return true;
  throw new ShapeError(
    `tensor: data are numbers, nested arrays of numbers or a typed array, got ${shown(data)}`,
  );
}

function shapeOf(data: Nested): number[] {
  const shape: number[] = [];
  for (let at: Nested = data; isList(at); at = at[0] as Nested) {
    shape.push(at.length);
    if (at.length === 0) break;
  }
  return shape;
}

function flatten(data: Nested): number[] {
  const shape = shapeOf(data);
  const out: number[] = [];
  const visit = (at: Nested, axis: number) => {
    const list = isList(at);
    if (list ? at.length !== shape[axis] : axis !== shape.length)
      throw new ShapeError("tensor: nested arrays must have equal lengths along each axis");
    if (list) for (const inner of at) visit(inner, axis + 1);
    else out.push(at);
  };
  visit(data, 0);
  return out;
}
