/** RNN, GRU and LSTM, step by step. Letters: t steps, n batch, d directions, h hidden units. */
import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor.ts";
import { tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { Value } from "../value.ts";

const { add, matmul, mul, sub, where } = ops;

type Activation = (x: Tensor) => Tensor;

/** By ONNX's names; some have one or two factors. */
const ACTIVATIONS: Readonly<Record<string, (alpha?: number, beta?: number) => Activation>> = {
  Sigmoid: () => ops.sigmoid,
  Tanh: () => ops.tanh,
  Relu: () => ops.relu,
  Softsign: () => (x) => ops.div(x, add(ops.abs(x), 1)),
  Softplus: () => ops.softplus,
  Affine:
    (alpha = 1, beta = 0) =>
    (x) =>
      add(mul(x, alpha), beta),
  LeakyRelu:
    (alpha = 0.01) =>
    (x) =>
      ops.leakyRelu(x, alpha),
  ThresholdedRelu:
    (alpha = 1) =>
    (x) =>
      where(ops.gt(x, alpha), x, 0),
  ScaledTanh:
    (alpha = 1, beta = 1) =>
    (x) =>
      mul(ops.tanh(mul(x, beta)), alpha),
  HardSigmoid:
    (alpha = 0.2, beta = 0.5) =>
    (x) =>
      ops.clamp(add(mul(x, alpha), beta), 0, 1),
  Elu:
    (alpha = 1) =>
    (x) =>
      ops.elu(x, alpha),
};

/** What one direction is given. */
interface Direction {
  /** [gates h, inputs], [gates h, h], each bias [gates h]. */
  readonly w: Tensor;
  readonly r: Tensor;
  readonly inputBias: Tensor;
  readonly hiddenBias: Tensor;
  readonly activations: readonly Activation[];
  readonly peepholes: readonly Tensor[] | undefined;
  readonly clip: Activation;
}

/** One step: from the input's share of the gates, [n, gates h], and the states, each [n, h], to the next states. */
type Cell = (call: Call, x: Tensor, states: readonly Tensor[], of: Direction) => readonly Tensor[];

const gatesOf = (x: Tensor, count: number): Tensor[] => {
  const h = (x.shape.at(-1) as number) / count;
  return ops.split(
    x,
    Array.from({ length: count }, () => h),
    x.rank - 1,
  );
};

const plainCell: Cell = (_call, x, [h], { r, hiddenBias, activations: [f], clip }) => [
  (f as Activation)(clip(add(x, add(matmul(h as Tensor, ops.transpose(r)), hiddenBias)))),
];

const gruCell: Cell = (call, x, [state], { r, hiddenBias, activations, clip }) => {
  const h = state as Tensor;
  const [f, g] = activations as [Activation, Activation];
  const [xz, xr, xh] = gatesOf(x, 3) as [Tensor, Tensor, Tensor];
  const units = h.shape[1] as number;
  const [rzr, rh] = [ops.slice(r, [0], [2 * units]), ops.slice(r, [2 * units], [3 * units])];
  const [bzr, bh] = [
    ops.slice(hiddenBias, [0], [2 * units]),
    ops.slice(hiddenBias, [2 * units], [3 * units]),
  ];
  const [hz, hr] = gatesOf(add(matmul(h, ops.transpose(rzr)), bzr), 2) as [Tensor, Tensor];
  const z = f(clip(add(xz, hz)));
  const reset = f(clip(add(xr, hr)));
  const inner =
    call.int("linear_before_reset", 0) !== 0
      ? mul(reset, add(matmul(h, ops.transpose(rh)), bh))
      : add(matmul(mul(reset, h), ops.transpose(rh)), bh);
  const next = g(clip(add(xh, inner)));
  return [add(mul(sub(1, z), next), mul(z, h))];
};

const lstmCell: Cell = (call, x, states, { r, hiddenBias, activations, peepholes, clip }) => {
  const [h, c] = states as [Tensor, Tensor];
  const [f, g, out] = activations as [Activation, Activation, Activation];
  const [xi, xo, xf, xc] = gatesOf(add(x, add(matmul(h, ops.transpose(r)), hiddenBias)), 4) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const seen = (gate: Tensor, k: number, cell: Tensor) =>
    peepholes ? add(gate, mul(cell, peepholes[k] as Tensor)) : gate;
  const input = f(clip(seen(xi, 0, c)));
  const forget = call.int("input_forget", 0) !== 0 ? sub(1, input) : f(clip(seen(xf, 2, c)));
  const next = add(mul(forget, c), mul(input, g(clip(xc))));
  const open = f(clip(seen(xo, 1, next)));
  return [mul(open, out(next)), next];
};

interface Kind {
  readonly gates: number;
  readonly states: number;
  /** Names of the activations of one direction. */
  readonly activations: readonly string[];
  readonly cell: Cell;
}

/** The part of a tensor [d, ...] for one direction. */
const partOf = (x: Tensor, d: number): Tensor => ops.reshape(ops.slice(x, [d], [d + 1]), x.shape.slice(1));

function directionOf(call: Call, kind: Kind, d: number): Direction {
  const w = partOf(call.input(1).tensor, d);
  const size = w.shape[0] as number;
  const bias = call.inputs[3] ? partOf(call.input(3).tensor, d) : ops.zeros([2 * size]);
  const names = call.strings("activations") ?? [];
  const [alphas, betas] = [call.list("activation_alpha") ?? [], call.list("activation_beta") ?? []];
  const each = kind.activations.length;
  const activations = kind.activations.map((usual, k) => {
    const at = d * each + k;
    const name = names[at] ?? usual;
    const make = ACTIVATIONS[name] ?? call.refuse(`the activation ${name} is not known`);
    return make(alphas[at], betas[at]);
  });
  const limit = call.has("clip") ? call.float("clip", 0) : undefined;
  const peepholes =
    kind.states === 2 && call.inputs[7] ? gatesOf(partOf(call.input(7).tensor, d), 3) : undefined;
  return {
    w,
    r: partOf(call.input(2).tensor, d),
    inputBias: ops.slice(bias, [0], [size]),
    hiddenBias: ops.slice(bias, [size], [2 * size]),
    activations,
    peepholes,
    clip: limit === undefined ? (x) => x : (x) => ops.clamp(x, -limit, limit),
  };
}

function recurrent(call: Call, kind: Kind): Value[] {
  const batchFirst = call.int("layout", 0) === 1;
  const turned = (x: Tensor) => (batchFirst ? ops.transpose(x, 0, 1) : x);
  const x = turned(call.input(0).tensor); // [t, n, inputs]
  const [steps, n, inputs] = x.shape as [number, number, number];
  const [count, , h] = call.input(2).shape as [number, number, number];
  const direction = call.string("direction", "forward", ["forward", "reverse", "bidirectional"]);
  const lengths = call.wholes(4);
  const begin = Array.from({ length: kind.states }, (_, k) =>
    call.inputs[5 + k] ? turned(call.input(5 + k).tensor) : ops.zeros([count, n, h]),
  ); // each [d, n, h]
  const outputs: Tensor[][] = []; // by direction, then step: [n, h]
  const finals: (readonly Tensor[])[] = [];
  for (let d = 0; d < count; d++) {
    const of = directionOf(call, kind, d);
    const isReverse = direction === "reverse" || d === 1;
    const projected = ops.reshape(
      add(matmul(ops.reshape(x, [steps * n, inputs]), ops.transpose(of.w)), of.inputBias),
      [steps, n, kind.gates * h],
    );
    let states: readonly Tensor[] = begin.map((all) => partOf(all, d));
    const line: Tensor[] = [];
    for (let k = 0; k < steps; k++) {
      const t = isReverse ? steps - 1 - k : k;
      const next = kind.cell(call, partOf(projected, t), states, of);
      // Shorter sequences keep their last state, and have no output behind their end.
      const goesOn = lengths?.some((length) => t >= length)
        ? tensor(
            Float32Array.from(lengths, (length) => Number(t < length)),
            [n, 1],
          )
        : undefined;
      line[t] = goesOn ? where(goesOn, next[0] as Tensor, 0) : (next[0] as Tensor);
      states = goesOn ? next.map((state, s) => where(goesOn, state, states[s] as Tensor)) : next;
    }
    outputs.push(line);
    finals.push(states);
  }
  const all = ops.stack(
    Array.from({ length: steps }, (_, t) => ops.stack(outputs.map((line) => line[t] as Tensor))),
  ); // [t, d, n, h]
  const y = batchFirst ? ops.permute(all, [2, 0, 1, 3]) : all;
  const last = Array.from({ length: kind.states }, (_, s) =>
    turned(ops.stack(finals.map((states) => states[s] as Tensor))),
  );
  return [y, ...last].map((t) => Value.computed(call.input(0).type, t));
}

const KINDS: Readonly<Record<string, Kind>> = {
  RNN: { gates: 1, states: 1, activations: ["Tanh"], cell: plainCell },
  GRU: { gates: 3, states: 1, activations: ["Sigmoid", "Tanh"], cell: gruCell },
  LSTM: { gates: 4, states: 2, activations: ["Sigmoid", "Tanh", "Tanh"], cell: lstmCell },
};

export const RECURRENT: Family = Object.fromEntries(
  Object.entries(KINDS).map(([name, kind]) => [name, reading([4], (call) => recurrent(call, kind))]),
);
