/**
 * Recurrent networks, unrolled over time, as the char-CNN-RNN text encoders have them (Reed et al., CVPR 2016; Torch's
 * `FixedRNN` and `FixedGRU`). Sequences are [steps, n, features].
 */
import { ShapeError } from "../errors.ts";
import { relu, sigmoid, tanh } from "../ops/activations.ts";
import { reshape } from "../ops/broadcast.ts";
import { stack } from "../ops/movement.ts";
import { slice } from "../ops/slice.ts";
import { add, mul, sub } from "../ops/pointwise.ts";
import { expectShape } from "../shape.ts";
import { expectTensors, type Tensor } from "../tensor.ts";
import { Initializer } from "./init.ts";
import { Linear, type LinearOptions } from "./layers.ts";
import { Module } from "./module.ts";

/** Applies a layer to all steps at once, which is one large product instead of many small ones; one [n, out] a step. */
function project(x: Tensor, layer: Linear, steps: number, n: number): Tensor[] {
  const all = layer.forward(reshape(x, [steps * n, -1]));
  return Array.from({ length: steps }, (_, t) => slice(all, [t * n], [(t + 1) * n]));
}

function unroll(name: string, x: Tensor) {
  expectTensors(name, { x });
  const { steps, n, features } = expectShape(name, "x", x.shape, "steps n features");
  if (steps === 0) throw new ShapeError(`${name}: x has no steps, got [0, ${n}, ${features}]`);
  return { steps, n };
}

/** Elman's network with ReLU: h_t = relu(W x_t + b + U h_(t-1) + c), the first state from x alone. */
export class ReluRnn extends Module {
  readonly i2h: Linear;
  readonly h2h: Linear;

  constructor(
    features: number,
    hidden: number,
    init: Initializer = new Initializer(),
    options: LinearOptions = {},
  ) {
    super();
    this.i2h = new Linear(features, hidden, init, options);
    this.h2h = new Linear(hidden, hidden, init, options);
  }

  /**
   * One step.
   * @param fromX W x_t + b, [n, hidden]
   * @param h the state before, [n, hidden]; none before the first step
   */
  cell(fromX: Tensor, h: Tensor | undefined): Tensor {
    return relu(h ? add(fromX, this.h2h.forward(h)) : fromX);
  }

  /**
   * @param x [steps, n, features]
   * @param initial the state before the first step, [n, hidden]; by default there is none
   * @returns all states, [steps, n, hidden]
   * @throws ShapeError when x is no sequence or has no steps
   */
  forward(x: Tensor, initial?: Tensor): Tensor {
    const { steps, n } = unroll("ReluRnn", x);
    const states: Tensor[] = [];
    for (const fromX of project(x, this.i2h, steps, n))
      states.push(this.cell(fromX, states.at(-1) ?? initial));
    return stack(states);
  }
}

/** What the gates of a GRU get from one input. */
export interface GruInput {
  readonly update: Tensor;
  readonly reset: Tensor;
  readonly candidate: Tensor;
}

/**
 * Gated recurrent units (Cho et al. 2014):
 *
 *     u   = σ(W_u x + U_u h)
 *     r   = σ(W_r x + U_r h)
 *     h~  = tanh(W x + U (r·h))
 *     h'  = u·h~ + (1 - u)·h
 *
 * with a bias at every product; the first state is tanh(W x + b). PyTorch's `nn.GRU` differs: it resets after the
 * product, U·(r h) against r·(U h), and its update gate keeps the old state.
 */
export class Gru extends Module {
  readonly i_update: Linear;
  readonly h_update: Linear;
  readonly i_reset: Linear;
  readonly h_reset: Linear;
  readonly i_cand: Linear;
  readonly h_cand: Linear;

  constructor(
    features: number,
    hidden: number,
    init: Initializer = new Initializer(),
    options: LinearOptions = {},
  ) {
    super();
    const fromX = () => new Linear(features, hidden, init, options);
    const fromH = () => new Linear(hidden, hidden, init, options);
    this.i_update = fromX();
    this.h_update = fromH();
    this.i_reset = fromX();
    this.h_reset = fromH();
    this.i_cand = fromX();
    this.h_cand = fromH();
  }

  /**
   * One step.
   * @param fromX what the gates get from x_t, each [n, hidden]
   * @param h the state before, [n, hidden]; none before the first step
   */
  cell(fromX: GruInput, h: Tensor | undefined): Tensor {
    if (!h) return tanh(fromX.candidate);
    const update = sigmoid(add(fromX.update, this.h_update.forward(h)));
    const reset = sigmoid(add(fromX.reset, this.h_reset.forward(h)));
    const candidate = tanh(add(fromX.candidate, this.h_cand.forward(mul(reset, h))));
    return add(mul(update, candidate), mul(sub(1, update), h));
  }

  /**
   * @param x [steps, n, features]
   * @param initial the state before the first step, [n, hidden]; by default there is none
   * @returns all states, [steps, n, hidden]
   * @throws ShapeError when x is no sequence or has no steps
   */
  forward(x: Tensor, initial?: Tensor): Tensor {
    const { steps, n } = unroll("Gru", x);
    const [update, reset, candidate] = [this.i_update, this.i_reset, this.i_cand].map((layer) =>
      project(x, layer, steps, n),
    ) as [Tensor[], Tensor[], Tensor[]];
    const states: Tensor[] = [];
    candidate.forEach((c, t) => {
      const fromX = { update: update[t] as Tensor, reset: reset[t] as Tensor, candidate: c };
      states.push(this.cell(fromX, states.at(-1) ?? initial));
    });
    return stack(states);
  }
}
