/**
 * Random graphs of smooth ops: the same computation for the engine, for the reference, and for anything else that has
 * the reference's ops. Values stay within a few units, so that errors can be compared.
 */
import { type Shape, sizeOf } from "../../../engine/shape.ts";
import { type Input, real, uniform } from "../../reference/cases/case.ts";
import type { Ops } from "../../reference/ops.ts";

export interface RandomGraph {
  readonly name: string;
  readonly inputs: readonly Input[];
  /** Every value on the way, in order; the inputs are not among them. */
  run<T>(k: Ops<T>, xs: readonly T[]): T[];
  /** Positions of the values that nothing else uses. */
  readonly ends: readonly number[];
}

/** One op: reads values by their numbers (inputs first). */
interface Instruction {
  readonly reads: readonly number[];
  readonly shape: Shape;
  apply<T>(k: Ops<T>, args: readonly T[]): T;
}

type Dice = (n: number) => number;

const LARGEST = 2048;
const SHAPES: readonly Shape[] = [
  [2, 3, 4],
  [4],
  [3, 4],
  [5],
  [3, 5],
  [2, 4, 3, 4],
  [1, 5, 6, 3],
  [],
  [8, 1],
  [33],
];
const FUNCTIONS = ["tanh", "sigmoid", "sin", "cos", "softplus", "neg"] as const;
const ARITHMETIC = ["add", "sub", "mul"] as const;
const REDUCTIONS = ["mean", "sum", "logsumexp", "variance"] as const;

const broadcast = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let k = 1; k <= rank; k++) {
    const m = a[a.length - k] ?? 1;
    const n = b[b.length - k] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    out.unshift(m === 1 ? n : m);
  }
  return out;
};

function unary(x: number, shape: Shape, roll: Dice): Instruction {
  const which = roll(FUNCTIONS.length + 2);
  const name = FUNCTIONS[which];
  return {
    reads: [x],
    shape,
    apply: (k, [a]) => {
      const value = a as NonNullable<typeof a>;
      if (name) return k[name](value);
      return which === FUNCTIONS.length ? k.exp(k.tanh(value)) : k.square(k.tanh(value));
    },
  };
}

function binary(x: number, y: number, shape: Shape, roll: Dice): Instruction {
  const name = ARITHMETIC[roll(ARITHMETIC.length + 1)];
  return {
    reads: [x, y],
    shape,
    apply: (k, args) => {
      const [a, b] = args as [(typeof args)[0] & {}, (typeof args)[0] & {}];
      return name ? k[name](a, b) : k.div(a, k.add(k.sigmoid(b), 0.5));
    },
  };
}

function reduction(x: number, shape: Shape, roll: Dice): Instruction {
  const name = REDUCTIONS[roll(REDUCTIONS.length)] as (typeof REDUCTIONS)[number];
  const axes = shape.map((_, axis) => axis).filter(() => roll(2) === 1);
  const keepDims = roll(2) === 1;
  const out = shape.flatMap((n, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [n]));
  return {
    reads: [x],
    shape: out,
    apply: (k, [a]) => k[name](a as NonNullable<typeof a>, axes, { keepDims }),
  };
}

function movement(x: number, shape: Shape, roll: Dice): Instruction {
  const axes = shape.map((_, axis) => axis);
  const of = (out: Shape, apply: <T>(k: Ops<T>, a: T) => T): Instruction => ({
    reads: [x],
    shape: out,
    apply: (k, [a]) => apply(k, a as NonNullable<typeof a>),
  });
  switch (roll(6)) {
    case 0: {
      const order = [...axes];
      for (let i = order.length - 1; i > 0; i--) {
        const j = roll(i + 1);
        [order[i], order[j]] = [order[j] as number, order[i] as number];
      }
      return of(
        order.map((axis) => shape[axis] as number),
        (k, a) => k.permute(a, order),
      );
    }
    case 1: {
      const to = roll(2) || shape.length === 0 ? [sizeOf(shape), 1] : [...shape.slice(1), shape[0] as number];
      return of(to, (k, a) => k.reshape(a, to));
    }
    case 2: {
      const begin = shape.map((n) => roll(n));
      const step = shape.map(() => 1 + roll(2));
      const out = shape.map((n, axis) => Math.ceil((n - (begin[axis] as number)) / (step[axis] as number)));
      return of(out, (k, a) => k.slice(a, begin, [...shape], step));
    }
    case 3: {
      const some = axes.filter(() => roll(2) === 1);
      return of(shape, (k, a) => k.flip(a, some));
    }
    case 4: {
      const before = shape.map(() => roll(3));
      const after = shape.map(() => roll(2));
      return of(
        shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number)),
        (k, a) => k.pad(a, before, after),
      );
    }
    default: {
      const n = 1 + roll(4);
      return of([n, ...shape], (k, a) => k.expand(a, [n, ...shape]));
    }
  }
}

/** a aᵀ / k, a convolution with a part of its own image, softmax, or a value beside itself. */
function product(x: number, shape: Shape, roll: Dice): Instruction {
  const last = shape.at(-1) ?? 1;
  if (shape.length === 4 && roll(2)) {
    const [, h, w, c] = shape as [number, number, number, number];
    const kernel = Math.min(h, w, 3);
    const out = [shape[0] as number, h - kernel + 1, w - kernel + 1, 2];
    return {
      reads: [x],
      shape: out,
      apply: (k, [a]) => {
        const image = a as NonNullable<typeof a>;
        const part = k.slice(image, [0, 0, 0, 0], [1, kernel, kernel, c]);
        const weight = k.stack(
          [k.reshape(part, [kernel, kernel, c]), k.tanh(k.reshape(part, [kernel, kernel, c]))],
          3,
        );
        return k.mul(k.conv2d(image, weight), 1 / (kernel * kernel * c));
      },
    };
  }
  if ((shape.length === 2 || shape.length === 3) && roll(2))
    return {
      reads: [x],
      shape: [...shape.slice(0, -1), shape.at(-2) as number],
      apply: (k, [a]) =>
        k.mul(k.matmul(a as NonNullable<typeof a>, k.transpose(a as NonNullable<typeof a>)), 1 / last),
    };
  if (shape.length > 0 && roll(2))
    return { reads: [x], shape, apply: (k, [a]) => k.softmax(a as NonNullable<typeof a>, -1) };
  if (shape.length === 0) return unary(x, shape, roll);
  return {
    reads: [x],
    shape: [...shape.slice(0, -1), 2 * last],
    apply: (k, [a]) =>
      k.concat([k.tanh(a as NonNullable<typeof a>), a as NonNullable<typeof a>], shape.length - 1),
  };
}

/** A graph of 5 to 30 ops; the same seed gives the same graph. */
export function randomGraph(seed: string): RandomGraph {
  const next = uniform(seed);
  const roll: Dice = (n) => Math.floor(next() * n);
  const shapes: Shape[] = Array.from({ length: 2 + roll(7) }, () => SHAPES[roll(SHAPES.length)] as Shape);
  const inputs = shapes.map((shape) => real(shape, -1.5, 1.5));
  const instructions: Instruction[] = [];
  // 5 to 30, small ones likelier.
  const count = 5 + Math.min(roll(26), roll(26));
  while (instructions.length < count) {
    // Later values are likelier, so that graphs become deep.
    const x = Math.max(roll(shapes.length), roll(shapes.length));
    const shape = shapes[x] as Shape;
    const partners = shapes.flatMap((other, y) => (broadcast(shape, other) ? [y] : []));
    const y = partners[roll(partners.length)] as number;
    const kind = roll(10);
    const instruction =
      kind < 2
        ? unary(x, shape, roll)
        : kind < 6
          ? binary(x, y, broadcast(shape, shapes[y] as Shape) as Shape, roll)
          : kind < 7
            ? reduction(x, shape, roll)
            : kind < 9
              ? movement(x, shape, roll)
              : product(x, shape, roll);
    if (sizeOf(instruction.shape) > LARGEST) continue;
    instructions.push(instruction);
    shapes.push(instruction.shape);
  }
  const used = new Set(instructions.flatMap(({ reads }) => reads));
  const ends = instructions.flatMap((_, k) => (used.has(inputs.length + k) ? [] : [k]));
  return {
    name: `random graph ${seed}`,
    inputs,
    ends,
    run(k, xs) {
      const values = [...xs];
      for (const { reads, apply } of instructions)
        values.push(
          apply(
            k,
            reads.map((at) => values[at] as (typeof values)[number]),
          ),
        );
      return values.slice(xs.length);
    },
  };
}
