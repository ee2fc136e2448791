/** Dynamic loss scaling for training in half precision, on the GPU: no step has to be read to know whether it overflowed. */
import { grad } from "../autograd.ts";
import { GanvasError } from "../errors.ts";
import { runtime } from "../graph/runtime.ts";
import type { HostTensor } from "../io/host-tensor.ts";
import { exportWeights, importWeights, Weight } from "../nn/weight.ts";
import { checkOptions } from "../options.ts";
import { min } from "../ops/reduce.ts";
import { reshape } from "../ops/broadcast.ts";
import { stack } from "../ops/movement.ts";
import { add, finite, ge, minimum, mul, reciprocal, sub, where } from "../ops/pointwise.ts";
import { slice } from "../ops/slice.ts";
import { assign } from "../ops/state.ts";
import type { Tensor } from "../tensor.ts";
import { checkSetting, type Optimizer, type StepOptions } from "./optimizer.ts";

/** Options of `GradScaler`; the defaults are PyTorch's. */
export interface GradScalerOptions {
  /** Factor of the loss at first; default 65536. */
  readonly initialScale?: number;
  /** What the factor is multiplied by after `growthInterval` steps in a row without overflow; default 2. */
  readonly growthFactor?: number;
  /** What it is multiplied by after an overflow; default 0.5. */
  readonly backoffFactor?: number;
  /** Default 2000. */
  readonly growthInterval?: number;
}

/**
 * Loss scaling with the rules of PyTorch's `GradScaler` (Micikevicius et al. 2018, section 3.2): gradients are those of the loss
 * times a factor, so that small ones are not lost in half precision. A step with an infinite gradient or NaN changes nothing and
 * makes the factor smaller; the optimiser's `steps` counts it, its bias correction does not.
 *
 *     const loss = autocast(() => mse(net.forward(x), y));
 *     scaler.step(optimizer, scaler.grad(loss, optimizer.parameters));
 *     scaler.update();
 */
export class GradScaler {
  /** [factor, steps in a row without overflow, steps left out in all], f32. */
  readonly state: Weight;
  private readonly options: Required<GradScalerOptions>;
  /** 1 for every optimiser whose gradients were finite since the last update of the factor, else 0. */
  private found: Tensor[] = [];

  /** @throws GanvasError when a setting is out of range */
  constructor(options: GradScalerOptions = {}) {
    const defaults = { initialScale: 65536, growthFactor: 2, backoffFactor: 0.5, growthInterval: 2000 };
    checkOptions("GradScaler", options, Object.keys(defaults));
    this.options = { ...defaults, ...options };
    const { initialScale, growthFactor, backoffFactor, growthInterval } = this.options;
    checkSetting("GradScaler", "initialScale", initialScale, Number.MIN_VALUE);
    checkSetting("GradScaler", "growthFactor", growthFactor, 1);
    checkSetting("GradScaler", "backoffFactor", backoffFactor, Number.MIN_VALUE, 1);
    checkSetting("GradScaler", "growthInterval", growthInterval, 1);
    this.state = new Weight("loss scale", [3], Float32Array.of(initialScale, 0, 0));
  }

  /** Gradients of the factor times `loss`, which is a single number in f32. */
  grad(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
    return grad(loss, parameters, reshape(this.entry(0), loss.shape));
  }

  /**
   * Records one update from gradients that `grad` gave: divided by the factor, and nothing at all where one is not finite.
   * @returns what the optimiser's `step` returns
   */
  step(optimizer: Optimizer, gradients: readonly Tensor[], options: Omit<StepOptions, "scale"> = {}) {
    return optimizer.step(gradients, {
      ...options,
      scale: (flat) => {
        const flag = min(finite(flat));
        runtime.keep(flag.node, "scalar");
        this.found.push(flag);
        return where(flag, reciprocal(this.entry(0)), 0);
      },
    });
  }

  /**
   * Records the next factor, once all optimisers have made their step.
   * @throws GanvasError when there was no step since the last one
   */
  update(): void {
    const [first, ...others] = this.found;
    if (!first) throw new GanvasError("GradScaler: update needs a step before it");
    this.found = [];
    const { growthFactor, backoffFactor, growthInterval } = this.options;
    const allFinite = others.reduce(minimum, first);
    const [factor, streak, skipped] = [0, 1, 2].map((k) => this.entry(k)) as [Tensor, Tensor, Tensor];
    const longer = add(streak, 1);
    const isLong = ge(longer, growthInterval);
    const grown = mul(factor, growthFactor);
    const next = where(mul(isLong, finite(grown)), grown, factor);
    assign(
      this.state,
      stack([
        where(allFinite, next, mul(factor, backoffFactor)),
        where(allFinite, where(isLong, 0, longer), 0),
        add(skipped, sub(1, allFinite)),
      ]),
    );
  }

  /** The state as files hold it. */
  stateDict(): Promise<Map<string, HostTensor>> {
    return exportWeights(new Map([["scale", this.state]]));
  }

  /** Goes on with what `stateDict` gave. @throws InputError when `file` does not hold it */
  loadStateDict(dict: ReadonlyMap<string, HostTensor>, file: string): void {
    importWeights(new Map([["scale", this.state]]), dict, file, "the state of the loss scaling");
  }

  /** A single number of the state. */
  private entry(k: number): Tensor {
    return reshape(slice(this.state, [k], [k + 1]), []);
  }
}
