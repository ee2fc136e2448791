/**
 * What flows between the operators of an ONNX graph: numbers in host memory (shapes, indices, constants), a tensor of the engine
 * (whatever depends on inputs or weights), or both (weights, which a few operators want to see).
 *
 * ONNX has channels in the second place (NCHW), the engine in the last. A convolution's result stays as the engine made it and
 * only says that its axes are to be named otherwise, so that nothing is moved between one convolution and the next.
 */
import { constant } from "../ops/broadcast.ts";
import { permute } from "../ops/movement.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { type ElementType, isFloating, type Numbers } from "./types.ts";

/** The places in ONNX's order of what the engine has in its own: 0, 2, 3, …, 1. */
export const toLast = (rank: number): number[] =>
  Array.from({ length: rank }, (_, k) => (k === 0 ? 0 : k === rank - 1 ? 1 : k + 1));

/** And back: 0, rank - 1, 1, 2, …. */
export const fromLast = (rank: number): number[] =>
  Array.from({ length: rank }, (_, k) => (k === 0 ? 0 : k === 1 ? rank - 1 : k - 1));

/** What an int64 is on a device. */
const toInt32 = (n: number): number => Math.min(Math.max(n, -(2 ** 31)), 2 ** 31 - 1);

export class Value {
  readonly type: ElementType;
  /** In ONNX's order of axes. */
  readonly shape: Shape;
  /** The numbers, where they are known. */
  readonly host: Numbers | undefined;
  private plain: Tensor | undefined;
  private last: Tensor | undefined;
  /** Numbers that nothing else is computed from: neither inputs nor weights are behind them. */
  readonly isConstant: boolean;

  private constructor(
    type: ElementType,
    shape: Shape,
    held: {
      readonly host?: Numbers | undefined;
      readonly plain?: Tensor | undefined;
      readonly last?: Tensor | undefined;
    },
  ) {
    this.type = type;
    this.shape = shape;
    this.host = held.host;
    this.plain = held.plain;
    this.last = held.last;
    this.isConstant = !held.plain && !held.last;
  }

  /** Numbers alone. */
  static known(type: ElementType, shape: Shape, numbers: Numbers): Value {
    return new Value(type, shape, { host: numbers });
  }

  /** Whole numbers, int64 by default. */
  static wholes(
    numbers: readonly number[],
    shape: Shape = [numbers.length],
    type: ElementType = "int64",
  ): Value {
    return Value.known(type, shape, Float64Array.from(numbers));
  }

  /** A tensor, and its numbers where they are known. Truth is f32 0 or 1 on a device, whole numbers are i32. */
  static computed(type: ElementType, plain: Tensor, host?: Numbers): Value {
    return new Value(type, plain.shape, { plain, host });
  }

  /** A tensor whose channels are in the last place, of rank 3 or more. */
  static channelsLast(type: ElementType, last: Tensor): Value {
    return new Value(
      type,
      fromLast(last.rank).map((axis) => last.shape[axis] as number),
      { last },
    );
  }

  /** The same value, now that its numbers were read. */
  withHost(host: Numbers): Value {
    return new Value(this.type, this.shape, { host, plain: this.plain, last: this.last });
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether the engine has it with its channels last. */
  get prefersLast(): boolean {
    return this.last !== undefined;
  }

  /** As a tensor, with ONNX's order of axes. */
  get tensor(): Tensor {
    this.plain ??= this.last ? permute(this.last, fromLast(this.rank)) : this.upload();
    return this.plain;
  }

  /** As a tensor with its channels last; of rank 3 or more. */
  get channelsLast(): Tensor {
    this.last ??= permute(this.tensor, toLast(this.rank));
    return this.last;
  }

  /** As the engine has it. */
  get stored(): Tensor {
    return this.last ?? this.tensor;
  }

  private upload(): Tensor {
    const numbers = this.host as Numbers;
    const isWhole = !isFloating(this.type) && this.type !== "bool";
    const dtype = isWhole ? "i32" : "f32";
    const device = isWhole ? Int32Array.from(numbers, toInt32) : numbers;
    const [only] = device;
    // Written into the kernels that use it.
    if (device.length === 1) return constant(only as number, this.shape, dtype);
    return tensor(device, this.shape, dtype);
  }
}
