/** Pointwise ops: shapes with and without a remainder of four, and every kind of broadcasting. */

import { given, type Input, type OpCase, opCase, positive, real, whole } from "./case.ts";

const UNARY = [
  "neg",
  "exp",
  "abs",
  "tanh",
  "sigmoid",
  "softplus",
  "relu",
  "square",
  "sin",
  "cos",
  "erf",
  "erfc",
] as const;
const UNARY_POSITIVE = ["log", "sqrt", "rsqrt", "reciprocal"] as const;
const BINARY = ["add", "sub", "mul", "div", "pow", "maximum", "minimum"] as const;
const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

/** Pairs of shapes that broadcast, each in its own way. */
const BROADCASTS = [
  [[2, 3, 5], [5]],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[], [7]],
  [
    [1, 5, 1, 3],
    [4, 1, 7, 1],
  ],
] as const;

const unary: OpCase[] = [
  ...UNARY.map((op) => opCase(op, [real([3, 17])], (k, x) => k[op](x))),
  ...UNARY_POSITIVE.map((op) => opCase(op, [positive([3, 17])], (k, x) => k[op](x))),
  ...[[], [1], [7], [4, 4], [2, 3, 5], [1, 5, 3, 9], [31, 33]].map((shape) =>
    opCase(`tanh [${shape}]`, [real(shape)], (k, x) => k.tanh(x)),
  ),
];

/** Positive operands, since a power's base and a divisor are. */
const binary: OpCase[] = [
  ...BINARY.flatMap((op) => [
    opCase(`${op} [3,17]`, [positive([3, 17]), positive([3, 17])], (k, a, b) => k[op](a, b)),
    opCase(`${op} [2,3,5] [3,1]`, [positive([2, 3, 5]), positive([3, 1])], (k, a, b) => k[op](a, b)),
    opCase(`${op} by a number`, [positive([5, 3])], (k, a) => k[op](a, 1.5)),
    opCase(`${op} of a number`, [positive([5, 3])], (k, b) => k[op](1.5, b)),
  ]),
  ...BROADCASTS.map(([a, b]) =>
    opCase(`mul [${a}] [${b}]`, [positive(a), positive(b)], (k, x, y) => k.mul(x, y)),
  ),
];

const comparisons: OpCase[] = COMPARISONS.map((op) =>
  opCase(op, [given([4, 5], [1, 2, 3]), given([5], [1, 2])], (k, a, b) => k[op](a, b), { discrete: true }),
);

const activations: OpCase[] = [
  opCase("leakyRelu 0.2", [real([5, 9])], (k, x) => k.leakyRelu(x, 0.2)),
  opCase("elu", [real([5, 9])], (k, x) => k.elu(x)),
  opCase("elu 0.7", [real([5, 9])], (k, x) => k.elu(x, 0.7)),
  opCase("clamp", [real([5, 9])], (k, x) => k.clamp(x, -0.71, 1.13)),
  opCase("gelu", [real([5, 9])], (k, x) => k.gelu(x)),
  opCase("gelu tanh", [real([5, 9])], (k, x) => k.gelu(x, { approximate: "tanh" })),
  opCase("prelu per channel", [real([2, 3, 5, 7]), real([7], -0.5, 0.5)], (k, x, w) => k.prelu(x, w)),
  opCase("prelu shared", [real([2, 3, 5, 7]), given([1], [0.25])], (k, x, w) => k.prelu(x, w)),
  opCase("maxout", [real([3, 15])], (k, x) => k.maxout(x, 5)),
  opCase("maxout of pixels", [real([2, 3, 1, 6])], (k, x) => k.maxout(x, 2)),
  opCase("maxout of single pieces", [real([2, 3])], (k, x) => k.maxout(x, 1)),
  opCase("maxout of one unit", [real([7])], (k, x) => k.maxout(x, 7)),
];

const powers: OpCase[] = [0, 1, 2, 3, -1, 0.5].map((p) => {
  const x: Input = Number.isInteger(p) ? real([3, 5]) : positive([3, 5]);
  return opCase(`pow ${p}`, [x], (k, a) => k.pow(a, p));
});

/** Fused chains, an input used more than once, and constants in between. */
const chains: OpCase[] = [
  opCase("x·tanh x + x·exp(-x²)", [real([7, 5])], (k, x) =>
    k.add(k.mul(x, k.tanh(x)), k.mul(k.exp(k.neg(k.mul(x, x))), x)),
  ),
  opCase("exp(-x)·√y / (1 + x²) + log y", [real([17]), positive([17])], (k, x, y) =>
    k.add(k.div(k.mul(k.exp(k.neg(x)), k.sqrt(y)), k.add(k.mul(x, x), 1)), k.log(y)),
  ),
  opCase("sigmoid(2·relu(x + b) - 1)", [real([4, 3, 5]), real([5])], (k, x, b) =>
    k.sigmoid(k.sub(k.mul(k.relu(k.add(x, b)), 2), 1)),
  ),
  opCase("where(x > y, x·y, y²)", [real([3, 7]), real([7])], (k, x, y) =>
    k.where(k.gt(x, y), k.mul(x, y), k.square(y)),
  ),
  opCase("where by whole numbers", [whole([3, 1], 2), real([5]), real([2, 3, 1])], (k, c, x, y) =>
    k.where(c, k.square(x), y),
  ),
  opCase(
    "where(i = 1, i, j) of whole numbers",
    [whole([3, 4], 3), whole([4], 9)],
    (k, i, j) => k.where(k.eq(i, 1), i, j),
    { discrete: true },
  ),
  opCase(
    "|2i - j| + max(i, min(j, 3)) of whole numbers",
    [whole([5], 9), whole([3, 1], 20)],
    (k, i, j) => k.add(k.abs(k.sub(k.mul(i, 2), j)), k.maximum(i, k.minimum(j, 3))),
    { discrete: true },
  ),
  opCase("where(x > 0, x, 0)", [real([9])], (k, x) => k.where(k.gt(x, 0), x, 0)),
];

/** Functions that are smooth at 0, where an implementation by pieces may not be. */
const smoothAtZero: OpCase[] = (["softplus", "sigmoid", "tanh", "erf", "gelu", "square"] as const).map((op) =>
  opCase(`${op} at 0`, [given([3], [0, -30, 30])], (k, x) => k[op](x)),
);

/** From where results vanish beside 1 to where e^x overflows. */
const EXTREMES = [100, 1e4, 88, 89, 50, 20, 12, 9, 5, 1, 0.3, 1e-3, 1e-7, 1e-20].flatMap((x) => [x, -x]);
const SMALL = [1e-3, -2e-3, 3e-4, 1e-5, -1e-6, 2e-4, -1e-8];
const extremes: OpCase[] = [
  ...(["tanh", "sigmoid", "softplus", "erf", "erfc", "gelu", "elu", "relu", "abs"] as const).flatMap((op) => {
    // Too near for central differences to see only one side.
    const kink = op === "elu" || op === "relu" || op === "abs";
    return [
      opCase(`${op} at extremes`, [given([28], EXTREMES)], (k, x) => k[op](x), { kink }),
      // Apart from the large ones, so that small results are seen beside their like.
      opCase(`${op} of small numbers`, [given([7], SMALL)], (k, x) => k[op](x), { kink }),
    ];
  }),
  opCase("gelu tanh at extremes", [given([28], EXTREMES)], (k, x) => k.gelu(x, { approximate: "tanh" })),
  opCase("-softplus(-x) at extremes", [given([28], EXTREMES)], (k, x) => k.neg(k.softplus(k.neg(x)))),
  opCase("pow 0 of 0", [given([3], [0, 2, 0])], (k, x) => k.pow(x, 0)),
  opCase("pow 2 of 0", [given([3], [0, 2, -3])], (k, x) => k.pow(x, 2)),
];

/** Where the derivative jumps. */
const kinks: OpCase[] = [
  opCase("relu at 0", [given([5], [0, -1, 1, 0, 2])], (k, x) => k.relu(x), { kink: true }),
  opCase("elu at 0", [given([3], [0, -1, 1])], (k, x) => k.elu(x), { kink: true }),
  opCase("leakyRelu at 0", [given([3], [0, -1, 1])], (k, x) => k.leakyRelu(x, 0.2), { kink: true }),
  opCase("prelu at 0", [given([3, 1], [0, -1, 1]), given([1], [0.25])], (k, x, w) => k.prelu(x, w), {
    kink: true,
  }),
  opCase("abs at 0", [given([3], [0, -1, 1])], (k, x) => k.abs(x), { kink: true }),
  opCase("clamp on its limits", [given([4], [-1, 0.5, 1, 2])], (k, x) => k.clamp(x, -1, 1), { kink: true }),
  opCase(
    "maximum of equals",
    [given([4], [1, 2, 3, 4]), given([4], [1, 3, 2, 4])],
    (k, a, b) => k.maximum(a, b),
    { kink: true },
  ),
  opCase(
    "minimum of equals",
    [given([4], [1, 2, 3, 4]), given([4], [1, 3, 2, 4])],
    (k, a, b) => k.minimum(a, b),
    { kink: true },
  ),
];

export const pointwiseCases: readonly OpCase[] = [
  ...unary,
  ...binary,
  ...comparisons,
  ...activations,
  ...powers,
  ...chains,
  ...smoothAtZero,
  ...extremes,
  ...kinks,
];
