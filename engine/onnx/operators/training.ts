/** What training has beside a network: losses, dropout and the updates of ONNX's training domain. */
import * as ops from "../../ops/index.ts";
import { rand, Rng } from "../../ops/random.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Call, type Family, reading } from "../call.ts";
import { filled } from "../movement.ts";
import { uniformNumbers } from "../mersenne-twister.ts";
import { Value } from "../value.ts";

const { add, div, mul, sqrt, square, sub, where } = ops;

/** Zero with probability `ratio`, where the file says that it trains. */
function dropout(call: Call): Value[] {
  const x = call.input(0);
  const ratio = call.version < 12 ? call.float("ratio", 0.5) : call.scalar(1, 0.5);
  const isTraining = call.version >= 12 && call.scalar(2, 0) !== 0;
  if (!isTraining || ratio === 0) return [x, filled("bool", x.shape, 1)];
  const drawn = call.has("seed")
    ? tensor(fixedMask(call.int("seed", 0), ratio, x.size), x.shape)
    : ops.ge(rand(x.shape, new Rng()), ratio);
  return [
    Value.computed(x.type, where(drawn, mul(x.tensor, ratio < 1 ? 1 / (1 - ratio) : 0), 0)),
    Value.computed("bool", drawn),
  ];
}

function fixedMask(seed: number, ratio: number, size: number): Float32Array {
  const numbers = uniformNumbers(seed);
  return Float32Array.from({ length: size }, () => Number(numbers.next().value >= ratio));
}

/**
 * The negative logarithm of the probability of each label.
 * @param logs [n, c, ...], logarithms of probabilities
 */
function likelihoodLoss(call: Call, logs: Tensor): Tensor {
  const labels = call.input(1);
  const c = logs.shape[1] as number;
  const ignored = call.of("ignore_index", "int")?.value;
  const names = tensor(
    Int32Array.from({ length: c }, (_, k) => k),
    logs.shape.map((_, k) => (k === 1 ? c : 1)),
  );
  const [n = 1, ...rest] = labels.shape;
  const isLabel = ops.eq(ops.reshape(labels.tensor, [n, 1, ...rest]), names); // [n, c, ...]
  // Chosen, not multiplied: a probability of 0 has no finite logarithm.
  const picked = ops.neg(ops.sum(where(isLabel, logs, 0), 1)); // [n, ...]
  const weights = call.inputs[2]
    ? ops.sum(mul(isLabel, ops.reshape(call.input(2).tensor, names.shape)), 1)
    : undefined;
  const counts = ignored === undefined ? undefined : ops.ne(labels.tensor, ignored);
  const shares = counts ? (weights ? mul(weights, counts) : counts) : weights;
  const losses = shares ? where(ops.eq(shares, 0), 0, mul(picked, shares)) : picked;
  const reduction = call.string("reduction", "mean", ["none", "sum", "mean"]);
  if (reduction === "none") return losses;
  if (reduction === "sum") return ops.sum(losses);
  return shares ? div(ops.sum(losses), ops.sum(shares)) : ops.mean(losses);
}

function crossEntropy(call: Call): Value[] {
  const x = call.input(0);
  const logs = ops.logSoftmax(x.tensor, 1);
  return [Value.computed(x.type, likelihoodLoss(call, logs)), Value.computed(x.type, logs)];
}

/** The inputs of an update: rate, count, then as many tensors of each kind as are trained. */
function states(call: Call, kinds: number): { rate: Tensor; step: number; groups: Tensor[][] } {
  const count = (call.inputs.length - 2) / kinds;
  if (!Number.isInteger(count))
    call.refuse(`has ${call.inputs.length} inputs, not 2 and ${kinds} for each tensor`);
  const groups = Array.from({ length: kinds }, (_, kind) =>
    Array.from({ length: count }, (_, k) => call.input(2 + kind * count + k).tensor),
  );
  return { rate: call.input(0).tensor, step: call.scalar(1, 0), groups };
}

/** Results in the same order: of each kind, all tensors. */
const inKinds = (rows: readonly (readonly Tensor[])[]): Value[] =>
  (rows[0] ?? []).flatMap((_, kind) => rows.map((row) => Value.computed("float32", row[kind] as Tensor)));

function adam(call: Call): Value[] {
  const { rate, step, groups } = states(call, 4);
  const [xs = [], gs = [], vs = [], hs = []] = groups;
  const [alpha, beta] = [call.float("alpha", 0.9), call.float("beta", 0.999)];
  const [decay, decayAfter] = [call.float("norm_coefficient", 0), call.float("norm_coefficient_post", 0)];
  const eps = call.float("epsilon", 1e-6);
  const corrected = step > 0 ? Math.sqrt(1 - beta ** step) / (1 - alpha ** step) : 1;
  return inKinds(
    xs.map((x, k) => {
      const g = add(gs[k] as Tensor, mul(x, decay));
      const v = add(mul(vs[k] as Tensor, alpha), mul(g, 1 - alpha));
      const h = add(mul(hs[k] as Tensor, beta), mul(square(g), 1 - beta));
      const next = sub(x, div(mul(v, mul(rate, corrected)), add(sqrt(h), eps)));
      return [mul(next, 1 - decayAfter), v, h];
    }),
  );
}

function adagrad(call: Call): Value[] {
  const { rate, step, groups } = states(call, 3);
  const [xs = [], gs = [], hs = []] = groups;
  const slowed = div(rate, 1 + step * call.float("decay_factor", 0));
  return inKinds(
    xs.map((x, k) => {
      const g = add(gs[k] as Tensor, mul(x, call.float("norm_coefficient", 0)));
      const h = add(hs[k] as Tensor, square(g));
      return [sub(x, div(mul(slowed, g), add(sqrt(h), call.float("epsilon", 1e-6)))), h];
    }),
  );
}

function momentum(call: Call): Value[] {
  const { rate, step, groups } = states(call, 3);
  const [xs = [], gs = [], vs = []] = groups;
  const [alpha, beta] = [call.float("alpha", 0), step > 0 ? call.float("beta", 0) : 1];
  const isNesterov = call.string("mode", "standard", ["standard", "nesterov"]) === "nesterov";
  return inKinds(
    xs.map((x, k) => {
      const g = add(gs[k] as Tensor, mul(x, call.float("norm_coefficient", 0)));
      const v = add(mul(vs[k] as Tensor, alpha), mul(g, beta));
      return [sub(x, mul(rate, isNesterov ? add(g, mul(v, alpha)) : v)), v];
    }),
  );
}

export const TRAINING: Family = {
  Dropout: reading([1, 2], dropout),
  NegativeLogLikelihoodLoss: (call) =>
    Value.computed(call.input(0).type, likelihoodLoss(call, call.input(0).tensor)),
  SoftmaxCrossEntropyLoss: crossEntropy,
  Adam: reading([1], adam),
  Adagrad: reading([1], adagrad),
  Momentum: reading([1], momentum),
};
