/** A small network with convolutions, batch norm and dropout, and its training on random images. */
import {
  type Adam,
  BatchNorm,
  Conv2d,
  Dropout,
  flatten,
  flush,
  grad,
  Linear,
  leakyRelu,
  Module,
  mse,
  Rng,
  type Tensor,
  tensor,
} from "../../../engine/index.ts";
import { Initializer } from "../../../engine/nn/init.ts";
import { fillUniform } from "../../../engine/random.ts";

const N = 4;

export class SmallNet extends Module {
  readonly conv1: Conv2d;
  readonly bn: BatchNorm;
  readonly conv2: Conv2d;
  readonly drop: Dropout;
  readonly fc: Linear;
  readonly rng: Rng;

  /** @param dropoutSeed of the numbers drawn while training */
  constructor(seed: number, dropoutSeed = seed) {
    super();
    const init = new Initializer(seed);
    this.conv1 = new Conv2d(3, 6, 3, init, { stride: 2, padding: 1 });
    this.bn = new BatchNorm(6);
    this.conv2 = new Conv2d(6, 5, 3, init, { padding: 1, bias: false });
    this.rng = new Rng(dropoutSeed);
    this.drop = new Dropout(0.5, this.rng);
    this.fc = new Linear(80, 1, init);
  }

  forward(x: Tensor): Tensor {
    const first = leakyRelu(this.bn.forward(this.conv1.forward(x)), 0.2); // [n, 4, 4, 6]
    const second = this.drop.forward(leakyRelu(this.conv2.forward(first), 0.2)); // [n, 4, 4, 5]
    return this.fc.forward(flatten(second)); // [n, 1]
  }
}

const uniform = (shape: readonly number[], stream: number): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(fillUniform(new Float32Array(size), 21, stream), shape);
};

/** The loss of step t. */
function lossOf(net: SmallNet, t: number): Tensor {
  net.rng.at(t);
  return mse(net.forward(uniform([N, 8, 8, 3], t)), uniform([N, 1], 1000 + t));
}

/** Steps `from` up to, but without, `to`. */
export function train(
  net: SmallNet,
  adam: Adam,
  from: number,
  to: number,
  each: () => void = () => {},
): void {
  for (let t = from; t < to; t++) {
    adam.step(grad(lossOf(net, t), adam.parameters), { maxNorm: 1 });
    each();
    flush();
  }
}
