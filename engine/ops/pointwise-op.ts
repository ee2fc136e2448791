/**
 * What an element-by-element op is made of: a WGSL expression and a derivative written in ops. Shapes are broadcast as
 * in NumPy, numbers stand for scalars. The ops themselves are in `pointwise.ts` and `activations.ts`; each is one
 * definition there and appears by itself as a function, as a method of tensors, and in the tests.
 */
import { type DType, isFloat } from "../dtype.ts";
import { GanvasError, ShapeError, shown } from "../errors.ts";
import type { PointwiseOp } from "../graph/node.ts";
import { broadcastShapes } from "../shape.ts";
import { wide } from "../precision.ts";
import { record, Tensor } from "../tensor.ts";
import { constant, expand, opaque } from "./broadcast.ts";

/** A tensor, or a number that stands for a scalar. */
export type Operand = Tensor | number;

/** f(a), element by element. */
export type Unary = (a: Operand) => Tensor;

/** f(a, b), element by element of the broadcast operands. */
export type Binary = (a: Operand, b: Operand) => Tensor;

type Arguments<N extends number, T> = N extends 1
  ? readonly [T]
  : N extends 2
    ? readonly [T, T]
    : readonly [T, T, T];

/** Numbers that belong to an op, such as a slope. They are written into the kernel. */
type Attributes = Readonly<Record<string, number>>;

/** What an op takes and gives. */
interface Traits {
  /** Price in additions, 1 by default. */
  readonly cost?: number;
  /** Element type of the result where it is not that of the arguments. Those of type f16 give f16 also where this is f32. */
  readonly dtype?: DType;
  /** Takes whole numbers too: all of them, or those with a sign (i32) only. */
  readonly integers?: "all" | "signed";
  /** The first argument only chooses between the others: it may have another type than they. */
  readonly chooses?: true;
  /** Compilers take 0 times a number, or a number by 0, for known, though infinity and NaN are none: a constant 0 is hidden from them. */
  readonly hidesZero?: true;
}

/** An op of N arguments. */
export interface Definition<N extends number> extends Traits {
  /** WGSL over the arguments for element type `t` (a scalar or a vector of four). */
  readonly wgsl: (args: Arguments<N, string>, t: string, attributes: Attributes) => string;
  /** A function that `wgsl` calls, in one line of WGSL. */
  readonly library?: string;
  /** Gradients of the arguments; absent where there is none (comparisons: the gradient is zero everywhere). */
  readonly gradient?: (
    dy: Tensor,
    y: Tensor,
    args: Arguments<N, Tensor>,
    attributes: Attributes,
  ) => readonly (Tensor | undefined)[];
  /**
   * The same function in float64 and the interval to try it on: the tests then compare value, gradient and
   * Hessian-vector product with it, so that a new op needs no test file. An op without one has its cases in `test/reference`.
   */
  readonly check?: { readonly f64: (...args: number[]) => number; readonly on: readonly [number, number] };
}

/** What a transcendental function costs, in additions. */
export const DEAR = 8;

const definitions = new Map<string, Definition<number>>();

/** All pointwise ops by name, for the tests that want to see every one of them. */
export const pointwiseOps: ReadonlyMap<string, Definition<number>> = definitions;

/**
 * Defines an op with attributes or with three arguments; the others are `unary` and `binary`.
 * @param name its own: the graph compiler knows the rules of sums by the names of the ops in them (`mul`, `neg`, `sub`, `square`)
 * @throws GanvasError when another op has the name
 */
export function pointwise<N extends 1 | 2 | 3>(
  name: string,
  definition: Definition<N>,
): (operands: Arguments<N, Operand>, attributes?: Attributes) => Tensor {
  const { wgsl, gradient, cost = 1, library } = definition;
  if (definitions.has(name)) throw new GanvasError(`there is a pointwise op "${name}" already`);
  definitions.set(name, definition as unknown as Definition<number>);
  const op: PointwiseOp = {
    kind: "pointwise",
    name,
    cost,
    ...(library && { library }),
    expression: wgsl as PointwiseOp["expression"],
    ...(gradient && {
      gradient: (dy, node) =>
        gradient(
          new Tensor(dy),
          new Tensor(node),
          node.inputs.map((input) => new Tensor(input)) as unknown as Arguments<N, Tensor>,
          node.attributes as Attributes,
        ).map((g) => g?.node),
    }),
  };
  return (operands, attributes = {}) => apply(op, definition, operands as readonly Operand[], attributes);
}

/** Functions of tensors, by the names that they have as their methods. */
export const methods: Record<string, (...all: never[]) => Tensor> = {};

/** Makes a function of a tensor a method of tensors too. */
export function method<F extends (x: Operand, ...rest: never[]) => Tensor>(name: string, of: F): F {
  methods[name] = of;
  return of;
}

/** Defines an op of one argument. */
export function unary(name: string, definition: Definition<1>): Unary {
  const op = pointwise(name, definition);
  return method(name, (a) => op([a]));
}

/** Defines an op of two arguments. */
export function binary(name: string, definition: Definition<2>): Binary {
  const op = pointwise(name, definition);
  return method(name, (a, b) => op([a, b]));
}

function apply(
  op: PointwiseOp,
  { dtype, integers, chooses, hidesZero }: Traits,
  operands: readonly Operand[],
  attributes: Attributes,
): Tensor {
  operands.forEach((o, k) => {
    if (typeof o !== "number" && !(o instanceof Tensor))
      throw new ShapeError(`${op.name}: operand ${k + 1} should be a tensor or a number, got ${shown(o)}`);
  });
  const isAlike = (o: Operand, k: number): o is Tensor => typeof o !== "number" && !(chooses && k === 0);
  const alike = operands.filter(isAlike);
  const mixed = alike.some((t) => t.dtype === "f16") && alike.some((t) => t.dtype === "f32");
  const type = mixed ? "f32" : (alike[0]?.dtype ?? "f32");
  if ((type === "i32" && !integers) || (type === "u32" && integers !== "all"))
    throw new ShapeError(`${op.name}: needs ${integers ? "numbers with a sign" : "floats"}, got ${type}`);
  const isZero = (o: Operand) =>
    o === 0 || (typeof o !== "number" && o.node.op.kind === "constant" && o.node.attributes.value === 0);
  const tensors = operands.map((o) => {
    if (hidesZero && isFloat(type) && isZero(o)) return opaque(0, typeof o === "number" ? [] : o.shape, type);
    return typeof o === "number" ? constant(o, [], type) : mixed ? wide(o) : o;
  });
  const compared = chooses ? tensors.slice(1) : tensors;
  if (compared.some((t) => t.dtype !== type))
    throw new ShapeError(
      `${op.name}: operands have the types ${compared.map((o) => o.dtype).join(" and ")}; they must agree`,
    );
  const shape = tensors.map((t) => t.shape).reduce((a, b) => broadcastShapes(op.name, a, b));
  return record(
    op,
    tensors.map((t) => expand(t, shape)),
    shape,
    { attributes, dtype: dtype === "f32" && type === "f16" ? type : (dtype ?? type) },
  );
}
