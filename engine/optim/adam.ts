/** Adam and AdamW: one dispatch a step, whatever the number of parameters. */
import { foldGrid } from "../gpu/kernel.ts";
import { type EffectOp, Node } from "../graph/node.ts";
import { runtime } from "../graph/runtime.ts";
import { ceilDiv } from "../ops/kernels.ts";
import { assign } from "../ops/state.ts";
import adamSource from "../../shaders/adam.wgsl";
import { type Parameter, type Tensor, tensor } from "../tensor.ts";
import { FlatStore } from "./flat.ts";

export interface AdamOptions {
  /** Learning rate; may be changed between steps by setting `lr`. */
  readonly lr?: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly weightDecay?: number;
  /** True for AdamW: the decay acts on the parameter itself, not through the gradient (Loshchilov and Hutter 2019). */
  readonly decoupled?: boolean;
}

const ADAM: EffectOp = {
  kind: "effect",
  name: "adam",
  launches: (node) => {
    const vectors = (node.inputs[0] as Node).size / 4;
    return [
      {
        name: "adam",
        source: adamSource,
        constants: { SIZE: vectors },
        bindings: [
          { input: 0 },
          { input: 1 },
          { state: 0, write: true },
          { state: 1, write: true },
          { state: 2, write: true },
        ],
        grid: foldGrid(ceilDiv(vectors, 64)),
        flops: vectors * 48,
      },
    ];
  },
};

/** Adam (Kingma and Ba 2015) with PyTorch's conventions: eps outside the root, bias-corrected moments. */
export class Adam {
  lr: number;
  /** Steps done. */
  steps = 0;
  readonly parameters: readonly Parameter[];
  /** Running means of the gradients and of their squares, one tensor a parameter. */
  readonly first: readonly Parameter[];
  readonly second: readonly Parameter[];
  private readonly options: Required<Omit<AdamOptions, "lr">>;
  private readonly values: FlatStore;
  private readonly firstStore: FlatStore;
  private readonly secondStore: FlatStore;

  constructor(parameters: Iterable<Parameter>, options: AdamOptions = {}) {
    this.parameters = [...parameters];
    this.lr = options.lr ?? 1e-3;
    const { betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, decoupled = false } = options;
    this.options = { betas, eps, weightDecay, decoupled };
    this.values = FlatStore.adopt(this.parameters);
    ({ store: this.firstStore, tensors: this.first } = FlatStore.zerosLike("first moment", this.parameters));
    ({ store: this.secondStore, tensors: this.second } = FlatStore.zerosLike(
      "second moment",
      this.parameters,
    ));
  }

  /** Records one update from gradients in the order of `parameters`. */
  step(gradients: readonly Tensor[]): void {
    // The update before this one must be under way, or recording would grow without bound.
    if (runtime.isPending(this.values.storage)) runtime.flush();
    this.steps++;
    const { betas, eps, weightDecay, decoupled } = this.options;
    const [beta1, beta2] = betas;
    const hyper = tensor([
      this.lr / (1 - beta1 ** this.steps),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      eps,
      1 / Math.sqrt(1 - beta2 ** this.steps),
      decoupled ? 0 : weightDecay,
      decoupled ? 1 - this.lr * weightDecay : 1,
    ]);
    const gradient = this.values.pack(gradients, this.parameters);
    const writes = [this.values.storage, this.firstStore.storage, this.secondStore.storage];
    const effect = new Node(ADAM, [gradient.node, hyper.node], [], "f32", { writes });
    runtime.addEffect(effect);
    for (const p of [...this.parameters, ...this.first, ...this.second]) p.updatedBy(effect);
  }

  /** Takes over moments (same order and shapes as `parameters`) and the number of steps they stand for. */
  restore(steps: number, first: readonly Tensor[], second: readonly Tensor[]): void {
    this.steps = steps;
    first.forEach((value, k) => {
      assign(this.first[k] as Parameter, value);
    });
    second.forEach((value, k) => {
      assign(this.second[k] as Parameter, value);
    });
  }
}
