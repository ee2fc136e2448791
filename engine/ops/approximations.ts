/**
 * WGSL for functions that the language lacks or promises too coarsely: tanh only to 1e-5, sin to 2^-11, exp with overflow
 * on the way to a finite result. Each is an expression of `x`, a name, for element type `t` (a scalar or a vector of four),
 * right to a few units in the last place from the smallest to the largest argument: nothing overflows, and near 0 the
 * result is as precise as its argument.
 */

import { infinityOf, isFiniteOf, isNaNOf, passNaN } from "../graph/codegen.ts";

/** c₀ + x (c₁ + x (c₂ + …)). */
const polynomial = (x: string, c: readonly number[]): string =>
  c.reduceRight((sum, k) => (sum ? `(${k} + ${x} * ${sum})` : `(${k})`), "");

/**
 * max(x, 0), and NaN of NaN, which WGSL's max may drop: 0 for the bits from those behind -0 to those of minus infinity. Compilers may
 * take a comparison of floats to be free of NaN, and make a max of it.
 */
export const reluOf = (x: string, t: string): string => {
  const bits = t === "f32" ? "u32" : "vec4u";
  return `select(${x}, ${t}(0), bitcast<${bits}>(${x}) - ${bits}(0x80000001u) < ${bits}(0x7f800000u))`;
};

/** 1 / (1 + e^-x), from e^-|x|, which never overflows. */
export const sigmoidOf = (x: string, t: string): string =>
  `(select(exp(-abs(${x})), ${t}(1), ${x} >= ${t}(0)) / (1 + exp(-abs(${x}))))`;

/** (1 - e) / (1 + e) with e = e^(-2|x|), and Taylor's series up to x^11 where 1 - e would cancel. */
export const tanhOf = (x: string, t: string): string => {
  const e = `exp(-2 * abs(${x}))`;
  const series = polynomial(`(${x} * ${x})`, [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925]);
  return `select(sign(${x}) * (1 - ${e}) / (1 + ${e}), ${x} * ${series}, abs(${x}) < ${t}(0.3))`;
};

/** e^x - 1, by its series where the difference would cancel. */
export const expm1Of = (x: string, t: string): string => {
  const series = polynomial(x, [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040]);
  return `select(exp(${x}) - 1, ${x} * ${series}, abs(${x}) < ${t}(0.4))`;
};

/** log(1 + x), where x is small 2 artanh s with s = x / (2 + x). */
export const log1pOf = (x: string, t: string): string => {
  const s = `(${x} / (2 + ${x}))`;
  const series = polynomial(`(${s} * ${s})`, [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13]);
  return `select(log(1 + ${x}), 2 * ${s} * ${series}, abs(${x}) < ${t}(0.5))`;
};

/**
 * atan x: beyond tan π/8 and tan 3π/8 as π/4 + atan((x - 1) / (x + 1)) and π/2 + atan(-1 / x); a fit serves what is left, whose error
 * is below 1e-7 of the result (Moshier, Cephes).
 */
export const atanOf = (x: string, t: string): string => {
  const a = `abs(${x})`;
  const [isLarge, isMiddle] = [`${a} > ${t}(2.4142135)`, `${a} > ${t}(0.41421357)`];
  const r = `select(select(${a}, (${a} - 1) / (${a} + 1), ${isMiddle}), -1 / ${a}, ${isLarge})`;
  const turned = `select(select(${t}(0), ${t}(${Math.PI / 4}), ${isMiddle}), ${t}(${Math.PI / 2}), ${isLarge})`;
  const fit = polynomial(
    `(${r} * ${r})`,
    [1, -3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2],
  );
  return passNaN(`sign(${x}) * (${turned} + ${r} * ${fit})`, [x], t);
};

/** log(1 + e^x) = max(x, 0) + log(1 + e) with e = e^-|x|, by the logarithm's series where e is lost in the 1. */
export const softplusOf = (x: string, t: string): string => {
  const e = `exp(-abs(${x}))`;
  const series = polynomial(e, [1, -1 / 2, 1 / 3, -1 / 4, 1 / 5]);
  return `(${reluOf(x, t)} + select(log(1 + ${e}), ${e} * ${series}, ${e} < ${t}(0.05)))`;
};

/** 1 - erf|x|, a fit in u = 1 / (1 + |x| / 2) whose error is below 1.2e-7 of the result everywhere (Press et al., Numerical Recipes). */
const erfcOfMagnitude = (x: string, t: string): string => {
  const u = `(1 / (1 + 0.5 * abs(${x})))`;
  const fit = polynomial(
    u,
    [
      -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
      -0.82215223, 0.17087277,
    ],
  );
  // Beyond 12 the result is below the smallest float; the square of what is far beyond would overflow.
  const square = `(min(abs(${x}), ${t}(12)) * min(abs(${x}), ${t}(12)))`;
  return `(${u} * exp(${fit} - ${square}))`;
};

/** 2/√π ∫₀ˣ e^(-s²) ds, by Taylor's series up to x^13 where 1 - erfc would cancel. */
export const erfOf = (x: string, t: string): string => {
  const terms = [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320, 1 / 9360];
  const series = polynomial(
    `(${x} * ${x})`,
    terms.map((c) => (2 / Math.sqrt(Math.PI)) * c),
  );
  return `select(sign(${x}) * (1 - ${erfcOfMagnitude(x, t)}), ${x} * ${series}, abs(${x}) < ${t}(0.5))`;
};

/** 1 - erf x, precise where it is small. */
export const erfcOf = (x: string, t: string): string =>
  `select(2 - ${erfcOfMagnitude(x, t)}, ${erfcOfMagnitude(x, t)}, ${x} >= ${t}(0))`;

/**
 * a^b by IEEE 754: WGSL's pow knows no infinities, and no base below 0.
 */
export function powerOf(a: string, b: string, t: string): string {
  const isWhole = `floor(${b}) == ${b}`;
  const isOdd = `abs(${b} - 2 * floor(${b} * 0.5)) == ${t}(1)`;
  const [base, isNegative] = [
    `abs(${a})`,
    `bitcast<${t === "f32" ? "i32" : "vec4i"}>(${a}) < ${t === "f32" ? "0" : "vec4i(0)"}`,
  ];
  const isZero = `${base} == ${t}(0)`;
  // Powers of 0 and infinity are one of the two: infinity for infinity to a positive exponent, or 0 to a negative one.
  const extreme = `select(${t}(0), ${infinityOf(base, t)}, (${isZero}) == (${b} < ${t}(0)))`;
  const size = `select(pow(${base}, ${b}), ${extreme}, (${isZero}) | !(${isFiniteOf(a, t)}))`;
  const signed = `select(${size}, -${size}, (${isNegative}) & (${isOdd}))`;
  const hasNone = `(${a} < ${t}(0)) & (${isFiniteOf(a, t)}) & !(${isWhole})`;
  const power = `select(${signed}, ${infinityOf(a, t, "0x7fffffff")}, ${hasNone})`;
  const isOne = `(${b} == ${t}(0)) | (${a} == ${t}(1)) | ((${base} == ${t}(1)) & !(${isFiniteOf(b, t)}) & !${isNaNOf(b, t)})`;
  return `select(${passNaN(power, [a, b], t)}, ${t}(1), ${isOne})`;
}

/**
 * sin(x + shift π/2). Up to 2^15 the nearest multiple of π is taken off in three parts (Cody and Waite); beyond, x / 2π without its
 * whole turns is computed in whole numbers, from as many bits of 1 / 2π as meet those of x (Payne and Hanek 1983), in units of 2^-32
 * turns. Then an odd polynomial of degree 11 serves [-π/2, π/2].
 */
export const SINE = [
  "fn sine(x: f32, shift: f32) -> f32 {",
  `var n = round(x * ${1 / Math.PI} - 0.5 * shift); let turns = n + 0.5 * shift;`,
  "var r = (1 - 2 * shift) * (((x - turns * 3.140625) - turns * 0.000967025756835938) - turns * 6.278329e-7);",
  "let b = bitcast<u32>(x);",
  "if ((b & 0x7fffffffu) > 0x47000000u) {",
  // 32 zeros, then 1 / 2π: from bit `at` on its products with x are less than a turn.
  "var t = array<u32, 7>(0u, 0x28be60dbu, 0x9391054au, 0x7f09d5f4u, 0x7d4d3770u, 0x36d8a566u, 0x4f10e410u);",
  "let at = ((b >> 23u) & 255u) - 118u; let k = at >> 5u; let s = at & 31u;",
  "let high = (t[k] << s) | ((t[k + 1u] >> 1u) >> (31u - s));",
  "let low = (t[k + 1u] << s) | ((t[k + 2u] >> 1u) >> (31u - s));",
  "let m = (b & 0x7fffffu) | 0x800000u;",
  `let part = m * high + u32(f32(m) * (f32(low) * ${2 ** -32}));`,
  "let turn = select(part, 0u - part, x < 0) + u32(shift) * 0x40000000u;",
  "let half = (turn + 0x40000000u) >> 31u; n = f32(half);",
  `r = f32(bitcast<i32>(turn - (half << 31u))) * ${(2 * Math.PI) / 2 ** 32};`,
  "if (at == 137u) { r = bitcast<f32>(b | 0x7fffffffu); } }",
  `let q = r * r; let p = ${polynomial("q", [-1.6666667e-1, 8.3333333e-3, -1.984127e-4, 2.7557319e-6, -2.5052108e-8])};`,
  "return (1 - 2 * abs(n - 2 * floor(n * 0.5))) * (r + r * q * p); }",
].join(" ");

/** The sine of x or (shift 1) its cosine. */
export const sineOf = (x: string, t: string, shift: 0 | 1): string =>
  t === "f32"
    ? `sine(${x}, ${shift})`
    : `vec4f(${[..."xyzw"].map((lane) => `sine(${x}.${lane}, ${shift})`)})`;
