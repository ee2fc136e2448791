/**
 * A tape of scalars with exact first and second derivatives.
 *
 * Every scalar is a place on the tape: its value, its tangent (a dual number's second part), and for each of at
 * most two arguments the partial derivative with that partial's own tangent. One sweep backwards then gives both
 * the gradient and, since the partials carry tangents, the Hessian times the tangent vector: forward over reverse
 * (Pearlmutter, "Fast exact multiplication by the Hessian", 1994). Nothing is approximated.
 *
 * The tape holds float64 numbers. On a float32 tape every stored number is rounded once, which turns the same loops
 * into one honest sample of what float32 arithmetic does to them (`check.ts` derives its tolerances from it); on a
 * float16 tape likewise.
 */

declare const placeOnTape: unique symbol;

/** A scalar: the index of its record on the current tape. */
export type Scalar = number & { readonly [placeOnTape]: true };

/** The number type that a tape stores. */
export type Precision = "f64" | "f32" | "f16";

/** The nearest number that half precision holds, ties to even; from 65520 on infinity. */
export function toHalf(x: number): number {
  const size = Math.abs(x);
  if (size >= 65520) return x * Number.POSITIVE_INFINITY;
  // Below 2^-14 the steps are as wide as just above it.
  const step = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const steps = x / step;
  const low = Math.floor(steps);
  const up = steps - low > 0.5 || (steps - low === 0.5 && low % 2 !== 0);
  return Number.isNaN(x) || x === 0 ? x : (up ? low + 1 : low) * step;
}

const ROUND: Readonly<Record<Precision, (x: number) => number>> = {
  f64: (x) => x,
  f32: Math.fround,
  f16: toHalf,
};

type Floats = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

const NONE = -1;

class Tape {
  readonly precision: Precision;
  length = 0;
  values: Floats;
  tangents: Floats;
  /** Arguments of the scalar at the same index, `NONE` where it has fewer. */
  left: Int32Array;
  right: Int32Array;
  /** Partial derivatives by the arguments, and the tangents of these partials. */
  leftPartials: Floats;
  rightPartials: Floats;
  leftPartialTangents: Floats;
  rightPartialTangents: Floats;

  constructor(precision: Precision, capacity: number) {
    this.precision = precision;
    const floats = (): Floats => new (precision === "f64" ? Float64Array : Float32Array)(capacity);
    this.values = floats();
    this.tangents = floats();
    this.left = new Int32Array(capacity);
    this.right = new Int32Array(capacity);
    this.leftPartials = floats();
    this.rightPartials = floats();
    this.leftPartialTangents = floats();
    this.rightPartialTangents = floats();
  }

  /** The same records in twice the space. */
  grown(): Tape {
    const larger = new Tape(this.precision, 2 * this.values.length);
    larger.length = this.length;
    larger.values.set(this.values);
    larger.tangents.set(this.tangents);
    larger.left.set(this.left);
    larger.right.set(this.right);
    larger.leftPartials.set(this.leftPartials);
    larger.rightPartials.set(this.rightPartials);
    larger.leftPartialTangents.set(this.leftPartialTangents);
    larger.rightPartialTangents.set(this.rightPartialTangents);
    return larger;
  }
}

const tapes: Record<Precision, Tape> = {
  f64: new Tape("f64", 1 << 12),
  f32: new Tape("f32", 1 << 12),
  f16: new Tape("f16", 1 << 12),
};
let tape = tapes.f64;

/** Forgets all scalars and starts to record in the given precision. */
export function startTape(precision: Precision = "f64"): void {
  tape = tapes[precision];
  tape.length = 0;
}

function record(
  value: number,
  tangent: number,
  left: number,
  leftPartial: number,
  leftPartialTangent: number,
  right: number,
  rightPartial: number,
  rightPartialTangent: number,
): Scalar {
  if (tape.length === tape.values.length) {
    tape = tape.grown();
    tapes[tape.precision] = tape;
  }
  const t = tape;
  const i = t.length++;
  const round = ROUND[t.precision];
  t.values[i] = round(value);
  t.tangents[i] = round(tangent);
  t.left[i] = left;
  t.leftPartials[i] = round(leftPartial);
  t.leftPartialTangents[i] = round(leftPartialTangent);
  t.right[i] = right;
  t.rightPartials[i] = round(rightPartial);
  t.rightPartialTangents[i] = round(rightPartialTangent);
  return i as Scalar;
}

/** A new independent scalar; `tangent` is its component of the direction of a Hessian-vector product. */
export function variable(value: number, tangent = 0): Scalar {
  return record(value, tangent, NONE, 0, 0, NONE, 0, 0);
}

/** A scalar nothing is differentiated by. */
export function constant(value: number): Scalar {
  return variable(value);
}

/** The value of a scalar. */
export function primal(x: Scalar): number {
  return tape.values[x] as number;
}

/** 0 stays 0 even where the other factor is infinite or undefined: an argument that does not move moves nothing. */
function scaled(tangent: number, derivative: () => number): number {
  return tangent === 0 ? 0 : tangent * derivative();
}

/**
 * f(x) for a function of one argument.
 * @param value f(x)
 * @param first f'(x)
 * @param second f''(x), asked for only when x has a tangent
 */
export function unary(x: Scalar, value: number, first: number, second: () => number): Scalar {
  const dx = tape.tangents[x] as number;
  const tangent = scaled(dx, () => first);
  return record(value, tangent, x, first, scaled(dx, second), NONE, 0, 0);
}

/**
 * f(a, b) for a function of two arguments.
 * @param first f by a and by b
 * @param second f by aa, ab and bb, asked for only when a or b has a tangent
 */
export function binary(
  a: Scalar,
  b: Scalar,
  value: number,
  [byA, byB]: readonly [number, number],
  second: () => readonly [number, number, number],
): Scalar {
  const da = tape.tangents[a] as number;
  const db = tape.tangents[b] as number;
  const [aa, ab, bb] = da === 0 && db === 0 ? [0, 0, 0] : second();
  return record(value, byA * da + byB * db, a, byA, aa * da + ab * db, b, byB, ab * da + bb * db);
}

export function add(a: Scalar, b: Scalar): Scalar {
  const { values: v, tangents: d } = tape;
  return record((v[a] as number) + (v[b] as number), (d[a] as number) + (d[b] as number), a, 1, 0, b, 1, 0);
}

export function sub(a: Scalar, b: Scalar): Scalar {
  const { values: v, tangents: d } = tape;
  return record((v[a] as number) - (v[b] as number), (d[a] as number) - (d[b] as number), a, 1, 0, b, -1, 0);
}

export function mul(a: Scalar, b: Scalar): Scalar {
  const { values: v, tangents: d } = tape;
  const va = v[a] as number;
  const vb = v[b] as number;
  const da = d[a] as number;
  const db = d[b] as number;
  return record(va * vb, va * db + vb * da, a, vb, db, b, va, da);
}

export function div(a: Scalar, b: Scalar): Scalar {
  const { values: v, tangents: d } = tape;
  const q = (v[a] as number) / (v[b] as number);
  const r = 1 / (v[b] as number);
  const da = d[a] as number;
  const db = d[b] as number;
  const tangent = da === 0 && db === 0 ? 0 : (da - q * db) * r;
  const rTangent = scaled(db, () => -r * r);
  const qTangent = tangent === 0 && rTangent === 0 ? 0 : -(tangent * r + q * rTangent);
  return record(q, tangent, a, r, rTangent, b, -q * r, qTangent);
}

/** a^b for a variable exponent; the derivative by b at a = 0 is 0, as in PyTorch. */
export function pow(a: Scalar, b: Scalar): Scalar {
  const x = primal(a);
  const y = primal(b);
  const value = x ** y;
  const log = x === 0 && y >= 0 ? 0 : Math.log(x);
  const byBase = y === 0 ? 0 : y * x ** (y - 1);
  const byExponent = value * log;
  const da = tape.tangents[a] as number;
  const db = tape.tangents[b] as number;
  const mixed = (): number => x ** (y - 1) * (1 + y * log);
  return record(
    value,
    scaled(da, () => byBase) + scaled(db, () => byExponent),
    a,
    byBase,
    scaled(da, () => y * (y - 1) * x ** (y - 2)) + scaled(db, mixed),
    b,
    byExponent,
    scaled(da, mixed) + scaled(db, () => value * log * log),
  );
}

/** What one sweep backwards finds: derivatives of L = Σ seed·output. */
export interface Sweep {
  /** dL/dx. */
  gradient(x: Scalar): number;
  /** The component of (d²L/dx²)·v that belongs to x, v being the tangents given to the variables. */
  hessianVector(x: Scalar): number;
}

/** Sweeps the tape backwards from L = Σ seeds[i]·outputs[i]. */
export function sweep(outputs: readonly Scalar[], seeds: ArrayLike<number>): Sweep {
  const t = tape;
  const floats = (): Floats => new (t.precision === "f64" ? Float64Array : Float32Array)(t.length);
  const round = ROUND[t.precision];
  const adjoints = floats();
  const tangents = floats();
  const propagate = (
    to: number,
    adjoint: number,
    tangent: number,
    partial: number,
    dPartial: number,
  ): void => {
    if (to === NONE) return;
    adjoints[to] = round((adjoints[to] as number) + adjoint * partial);
    // Where nothing moves, an infinite partial (sqrt at 0) must not turn 0 into NaN.
    if (tangent !== 0) tangents[to] = round((tangents[to] as number) + tangent * partial);
    if (dPartial !== 0) tangents[to] = round((tangents[to] as number) + adjoint * dPartial);
  };
  outputs.forEach((output, i) => {
    adjoints[output] = (adjoints[output] as number) + (seeds[i] as number);
  });
  for (let i = t.length - 1; i >= 0; i--) {
    const adjoint = adjoints[i] as number;
    const tangent = tangents[i] as number;
    if (adjoint === 0 && tangent === 0) continue;
    const { left, right, leftPartials, rightPartials, leftPartialTangents, rightPartialTangents } = t;
    propagate(
      left[i] as number,
      adjoint,
      tangent,
      leftPartials[i] as number,
      leftPartialTangents[i] as number,
    );
    propagate(
      right[i] as number,
      adjoint,
      tangent,
      rightPartials[i] as number,
      rightPartialTangents[i] as number,
    );
  }
  return { gradient: (x) => adjoints[x] as number, hessianVector: (x) => tangents[x] as number };
}
