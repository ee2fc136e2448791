/** What a random graph is made of: pointwise functions, reductions, movements, products, indices. */
import { type Shape, sizeOf } from "../../../engine/shape.ts";
import type { Ops } from "../../reference/ops.ts";
import type { Builder, Instruction, Maker, Value } from "./graph-builder.ts";

/** An op of one value. */
export function one(
  text: string,
  x: Value,
  shape: Shape,
  bound: number,
  f: <T>(k: Ops<T>, a: T) => T,
): Instruction {
  return { reads: [x], shape, bound, text, apply: <T>(k: Ops<T>, args: readonly T[]) => f(k, args[0] as T) };
}

/** An op of two values. */
export function two(
  text: string,
  reads: readonly [Value, Value],
  shape: Shape,
  bound: number,
  f: <T>(k: Ops<T>, a: T, b: T) => T,
): Instruction {
  return {
    reads,
    shape,
    bound,
    text,
    apply: <T>(k: Ops<T>, args: readonly T[]) => f(k, args[0] as T, args[1] as T),
  };
}

/** An op of three values. */
export function three(
  text: string,
  reads: readonly [Value, Value, Value],
  shape: Shape,
  bound: number,
  f: <T>(k: Ops<T>, a: T, b: T, c: T) => T,
): Instruction {
  return {
    reads,
    shape,
    bound,
    text,
    apply: <T>(k: Ops<T>, args: readonly T[]) => f(k, args[0] as T, args[1] as T, args[2] as T),
  };
}

/** An argument of functions that level off: where they are flat, 1 - y² would be rounding errors alone. */
const LEVEL = 3;

/** Scales a value so that it stays where such functions are not flat. */
function scaled<T>(k: Ops<T>, x: Value, a: T): T {
  return x.bound > LEVEL ? k.mul(a, LEVEL / x.bound) : a;
}

/** Functions and a bound of their result, by the bound of their argument. */
const FUNCTIONS: readonly (readonly [
  name: "tanh" | "sigmoid" | "sin" | "cos" | "softplus" | "neg" | "gelu" | "erf" | "relu" | "abs" | "square",
  bound: (x: number) => number,
])[] = [
  ["tanh", () => 1],
  ["sigmoid", () => 1],
  ["sin", () => 1],
  ["cos", () => 1],
  ["softplus", (x) => x + 1],
  ["neg", (x) => x],
  ["gelu", (x) => x],
  ["erf", () => 1],
  ["relu", (x) => x],
  ["abs", (x) => x],
  ["square", (x) => x * x],
];

const unary: Maker = (b, x) => {
  const [name, bound] = b.pick(FUNCTIONS);
  return one(name, x, x.shape, bound(Math.min(x.bound, LEVEL)), (k, a) => k[name](scaled(k, x, a)));
};

const bounded: Maker = (b, x) => {
  switch (b.roll(5)) {
    case 0:
      return one("exp tanh", x, x.shape, 3, (k, a) => k.exp(k.tanh(scaled(k, x, a))));
    case 1:
      return one("sqrt(1 + square)", x, x.shape, x.bound + 1, (k, a) => k.sqrt(k.add(k.square(a), 1)));
    case 2:
      return one("leakyRelu 0.2", x, x.shape, x.bound, (k, a) => k.leakyRelu(a, 0.2));
    case 3:
      return one("elu", x, x.shape, x.bound, (k, a) => k.elu(scaled(k, x, a)));
    default:
      return one("log(1.5 + sin)", x, x.shape, 1, (k, a) => k.log(k.add(k.sin(scaled(k, x, a)), 1.5)));
  }
};

function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let k = 1; k <= rank; k++) {
    const m = a[a.length - k] ?? 1;
    const n = b[b.length - k] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    out.unshift(m === 1 ? n : m);
  }
  return out;
}

const binary: Maker = (b, x) => {
  const y = b.partner((shape) => broadcast(x.shape, shape) !== undefined) as Value;
  const shape = broadcast(x.shape, y.shape) as Shape;
  switch (b.roll(6)) {
    case 0:
      return two("add", [x, y], shape, x.bound + y.bound, (k, u, v) => k.add(u, v));
    case 1:
      return two("sub", [x, y], shape, x.bound + y.bound, (k, u, v) => k.sub(u, v));
    case 2:
    case 3:
      return two("mul", [x, y], shape, x.bound * y.bound, (k, u, v) => k.mul(u, v));
    case 4:
      return two("u / (sigmoid v + 0.5)", [x, y], shape, 2 * x.bound, (k, u, v) =>
        k.div(u, k.add(k.sigmoid(scaled(k, y, v)), 0.5)),
      );
    default: {
      const mask = b.fresh(x.shape);
      return three("where m > 0", [mask, x, y], shape, Math.max(x.bound, y.bound), (k, m, u, v) =>
        k.where(k.gt(m, 0), u, v),
      );
    }
  }
};

const REDUCTIONS = ["mean", "sum", "logsumexp", "variance", "max", "min"] as const;

const reduction: Maker = (b, x) => {
  const name = b.pick(REDUCTIONS);
  const axes = x.shape.map((_, axis) => axis).filter(() => b.roll(2) === 1);
  const keepDims = b.roll(2) === 1;
  const shape = x.shape.flatMap((n, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [n]));
  const text = `${name} over ${axes}${keepDims ? " kept" : ""}`;
  const count = sizeOf(x.shape) / sizeOf(shape);
  const bound =
    { mean: 1, sum: count, logsumexp: 2, variance: x.bound, max: 1, min: 1 }[name] * (x.bound + 2);
  if (name !== "max" && name !== "min")
    return one(text, x, shape, bound, (k, a) => k[name](scaled(k, x, a), axes, { keepDims }));
  // Values may repeat; with numbers of their own added they do not, so that the maximum is unique.
  const own = b.fresh(x.shape);
  return two(text, [x, own], shape, bound, (k, a, c) => k[name](k.add(a, c), axes, { keepDims }));
};

const softmax: Maker = (b, x) => {
  if (x.shape.length === 0) return undefined;
  const axis = b.roll(x.shape.length);
  const name = b.pick(["softmax", "logSoftmax"] as const);
  const bound = name === "softmax" ? 1 : 2 * LEVEL + 4;
  return one(`${name} along ${axis}`, x, x.shape, bound, (k, a) => k[name](scaled(k, x, a), axis));
};

const permutation: Maker = (b, x) => {
  const order = x.shape.map((_, axis) => axis);
  for (let i = order.length - 1; i > 0; i--) {
    const j = b.roll(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return one(
    `permute ${order}`,
    x,
    order.map((axis) => x.shape[axis] as number),
    x.bound,
    (k, a) => k.permute(a, order),
  );
};

const reshaping: Maker = (b, { shape, ...rest }) => {
  const x = { shape, ...rest };
  const size = sizeOf(shape);
  const factor = [4, 3, 2, 5].find((n) => size % n === 0 && b.roll(2) === 1) ?? 1;
  const to = b.pick([
    [size, 1],
    [...shape.slice(1), ...shape.slice(0, 1)],
    [factor, size / factor],
    [size / factor, 1, factor],
    [1, ...shape],
  ]);
  return one(`reshape to ${to}`, x, to, x.bound, (k, a) => k.reshape(a, to));
};

const slicing: Maker = (b, x) => {
  const begin = x.shape.map((n) => b.roll(n));
  const step = x.shape.map(() => 1 + b.roll(3));
  const shape = x.shape.map((n, axis) => Math.ceil((n - (begin[axis] as number)) / (step[axis] as number)));
  return one(`slice from ${begin} by ${step}`, x, shape, x.bound, (k, a) =>
    k.slice(a, begin, [...x.shape], step),
  );
};

const flipping: Maker = (b, x) => {
  const some = x.shape.map((_, axis) => axis).filter(() => b.roll(2) === 1);
  if (some.length === 0 || b.roll(2) === 1)
    return one(`flip ${some}`, x, x.shape, x.bound, (k, a) => k.flip(a, some));
  const axis = some[0] as number;
  const shift = b.roll(7) - 3;
  return one(`roll ${shift} along ${axis}`, x, x.shape, x.bound, (k, a) => k.roll(a, shift, axis));
};

const padding: Maker = (b, x) => {
  const mode = b.pick(["constant", "constant", "reflect", "replicate"] as const);
  const most = (n: number, wanted: number) => (mode === "reflect" ? Math.min(wanted, n - 1) : wanted);
  const before = x.shape.map((n) => most(n, b.roll(3)));
  const after = x.shape.map((n) => most(n, b.roll(2)));
  const shape = x.shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number));
  const value = mode === "constant" && b.roll(2) === 1 ? 0.5 : 0;
  return one(`pad ${mode} ${value} by ${before} and ${after}`, x, shape, x.bound + 1, (k, a) =>
    k.pad(a, before, after, mode === "constant" ? { value } : { mode }),
  );
};

const expansion: Maker = (b, x) => {
  const lead = b.roll(2) === 1 ? [1 + b.roll(4)] : [];
  const shape = [...lead, ...x.shape.map((n) => (n === 1 ? 1 + b.roll(4) : n))];
  return one(`expand to ${shape}`, x, shape, x.bound, (k, a) => k.expand(a, shape));
};

const joining: Maker = (b, x) => {
  if (x.shape.length === 0) return undefined;
  const axis = b.roll(x.shape.length);
  const alike = (shape: Shape) =>
    shape.length === x.shape.length && shape.every((n, k) => k === axis || n === x.shape[k]);
  const y = b.partner(alike) as Value;
  const bound = Math.max(x.bound, y.bound);
  if (b.roll(3) === 0 && y.shape[axis] === x.shape[axis]) {
    const at = b.roll(x.shape.length + 1);
    const shape = [...x.shape.slice(0, at), 2, ...x.shape.slice(at)];
    return two(`stack at ${at}`, [x, y], shape, bound, (k, u, v) => k.stack([u, v], at));
  }
  const joined = (x.shape[axis] as number) + (y.shape[axis] as number);
  const shape = x.shape.map((n, k) => (k === axis ? joined : n));
  return two(`concat along ${axis}`, [x, y], shape, bound, (k, u, v) => k.concat([u, k.neg(v)], axis));
};

const splitting: Maker = (b, x) => {
  const axis = x.shape.findIndex((n) => n >= 2);
  if (axis < 0) return undefined;
  const n = x.shape[axis] as number;
  const first = 1 + b.roll(n - 1);
  const shape = x.shape.map((m, k) => (k === axis ? first : m));
  return one(
    `split ${first} off axis ${axis}, times the mean of the rest`,
    x,
    shape,
    x.bound ** 2,
    (k, a) => {
      const [u, v] = k.split(a, [first, n - first], axis) as [typeof a, typeof a];
      return k.mul(u, k.mean(v, axis, { keepDims: true }));
    },
  );
};

const product: Maker = (b, x) => {
  const last = x.shape.at(-1);
  if (last === undefined || x.shape.length < 2) return undefined;
  if (b.roll(2) === 1) {
    const shape = [...x.shape.slice(0, -1), x.shape.at(-2) as number];
    return one("a aᵀ / k", x, shape, x.bound ** 2, (k, a) => k.mul(k.matmul(a, k.transpose(a)), 1 / last));
  }
  const other = b.partner((shape) => shape.length === 2 && shape[0] === last);
  const w = other && b.roll(2) === 1 ? other : b.fresh([last, b.pick([1, 3, 8, 17])]);
  const shape = [...x.shape.slice(0, -1), w.shape[1] as number];
  return two("matmul / k", [x, w], shape, x.bound * w.bound, (k, u, v) => k.mul(k.matmul(u, v), 1 / last));
};

const choosing: Maker = (b, x) => {
  if (x.shape.length === 0) return undefined;
  const axis = b.roll(x.shape.length);
  const n = x.shape[axis] as number;
  const count = 1 + b.roll(4);
  const shape = x.shape.map((m, k) => (k === axis ? count : m));
  if (b.roll(2) === 1) {
    const index = b.indices([count], n);
    return two(`indexSelect along ${axis}`, [x, index], shape, x.bound, (k, a, i) =>
      k.indexSelect(a, i, axis),
    );
  }
  const index = b.indices(shape, n);
  return two(`gather along ${axis}`, [x, index], shape, x.bound, (k, a, i) => k.gather(a, i, axis));
};

const normalising: Maker = (b: Builder, x: Value) => {
  const c = x.shape.at(-1);
  if (c === undefined || x.shape.length < 2) return undefined;
  const gamma = b.fresh([c]);
  const beta = b.fresh([c]);
  const name = b.pick(["batchNorm", "layerNorm"] as const);
  // A large eps: groups of equal values must not make rounding errors grow.
  return three(name, [x, gamma, beta], x.shape, 6, (k, a, g, o) => k[name](a, g, o, { eps: 0.05 }));
};

/** Likelier ones stand there more than once. */
export const makers: readonly Maker[] = [
  unary,
  unary,
  bounded,
  binary,
  binary,
  binary,
  binary,
  reduction,
  reduction,
  softmax,
  permutation,
  reshaping,
  slicing,
  flipping,
  padding,
  expansion,
  joining,
  splitting,
  product,
  product,
  choosing,
  normalising,
];
