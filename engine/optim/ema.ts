/** Exponential moving averages of weights. */
import { GanvasError, shown } from "../errors.ts";
import type { HostTensor } from "../io/host-tensor.ts";
import { expectModule, type Module } from "../nn/module.ts";
import { exportWeights, importWeights, type Weight, type Weights } from "../nn/weight.ts";
import { assign, lerp } from "../ops/state.ts";
import { FlatStore } from "./flat.ts";
import { checkSetting, named, Optimizer } from "./optimizer.ts";

/**
 * average = beta · average + (1 - beta) · weights, after each step of an optimiser and for all its parameters in one dispatch
 * (Yazici et al. 2019). The average begins as the weights are when it is made.
 *
 * Running statistics are not averaged: `copyTo` takes those that the trained network has (as StyleGAN's training does).
 */
export class EMA {
  /** Share of the average that an update keeps; may be changed between updates. */
  beta: number;
  /** One tensor for each of the optimiser's parameters, in their order. */
  readonly average: readonly Weight[];
  private readonly optimizer: Optimizer;
  private readonly store: FlatStore<Weight>;

  /** @param beta 0.999 for short runs, up to 0.9999 for long ones */
  constructor(optimizer: Optimizer, beta = 0.999) {
    if (!(optimizer instanceof Optimizer))
      throw new GanvasError(`EMA: needs the optimiser whose parameters it averages, got ${shown(optimizer)}`);
    checkSetting("EMA", "beta", beta, 0, 1);
    this.beta = beta;
    this.optimizer = optimizer;
    this.store = FlatStore.zerosLike("average", optimizer.parameters);
    this.average = this.store.parts;
    assign(this.store.whole, optimizer.values.whole);
  }

  /** Moves the average towards the weights' newest values. */
  update(): void {
    checkSetting("EMA", "beta", this.beta, 0, 1);
    lerp(this.store.whole, this.optimizer.values.whole, 1 - this.beta);
  }

  /**
   * Gives `target`, a network of the same structure as `trained`, the averages of the weights that the optimiser updates, and the
   * newest values of all others: running statistics, frozen weights.
   * @throws GanvasError when the two networks differ in names
   */
  copyTo(target: Module, trained: Module): void {
    expectModule("EMA", "the target", target);
    expectModule("EMA", "the trained network", trained);
    const { parameters } = this.optimizer;
    const averages = new Map(parameters.map((p, k) => [p, this.average[k] as Weight]));
    const from = trained.weights();
    for (const [name, weight] of target.weights()) {
      const own = from.get(name);
      if (!own) throw new GanvasError(`EMA: the trained network has no ${name}, which the target has`);
      assign(weight, averages.get(own) ?? own);
    }
  }

  /** The averages under `ema.<parameter>`, in PyTorch's layouts. */
  stateDict(): Promise<Map<string, HostTensor>> {
    return exportWeights(this.stored);
  }

  /** Goes on with averages that `stateDict` gave. @throws InputError naming the first that does not fit */
  loadStateDict(dict: ReadonlyMap<string, HostTensor>, file = "the given state"): void {
    importWeights(this.stored, dict, file, "the averages of these weights");
  }

  private get stored(): Weights {
    return new Map(named("ema.", this.optimizer.names, this.average));
  }
}
