/** Networks: parameters under names, training and evaluation mode, files in PyTorch's names and layouts. */
import { GanvasError } from "../errors.ts";
import { hostTensor, type HostTensor, toFloat32 } from "../io/host-tensor.ts";
import { checkStateDict } from "../io/state-dict.ts";
import { assign } from "../ops/state.ts";
import { Parameter, tensor } from "../tensor.ts";
import { fileShape, fromFile, type Layout, toFile } from "./layout.ts";

/** A parameter of a network: trained, or kept up to date (running statistics). */
export class Weight extends Parameter {
  readonly layout: Layout;
  readonly trained: boolean;

  constructor(
    name: string,
    shape: readonly number[],
    data: Float32Array | (() => Float32Array),
    options: { readonly layout?: Layout; readonly trained?: boolean } = {},
  ) {
    super(name, shape, data);
    this.layout = options.layout ?? "plain";
    this.trained = options.trained ?? true;
  }
}

/** Base of layers and networks. Fields that hold weights or modules (or lists of them) are found by their names. */
export abstract class Module {
  /** Batch norm uses the batch's statistics, dropout drops; both act otherwise in evaluation. */
  training = true;

  /** All weights under their paths, e.g. `body.0.conv1.weight`. */
  weights(): Map<string, Weight> {
    const found = new Map<string, Weight>();
    const visit = (value: unknown, path: string) => {
      if (value instanceof Weight) found.set(path, value);
      else if (value instanceof Module || Array.isArray(value))
        for (const [key, inner] of Object.entries(value)) visit(inner, path === "" ? key : `${path}.${key}`);
    };
    visit(this, "");
    return found;
  }

  /** What an optimiser updates, under its path. */
  parameters(): Map<string, Weight> {
    return new Map([...this.weights()].filter(([, weight]) => weight.trained));
  }

  /** Number of trained numbers. */
  get parameterCount(): number {
    return [...this.parameters().values()].reduce((sum, p) => sum + p.size, 0);
  }

  /** Switches this module and all below to training (or evaluation) mode. */
  train(on = true): this {
    const visit = (value: unknown) => {
      if (value instanceof Module) value.training = on;
      if (value instanceof Module || Array.isArray(value)) Object.values(value).forEach(visit);
    };
    visit(this);
    return this;
  }

  /** Switches this module and all below to evaluation mode. */
  eval(): this {
    return this.train(false);
  }

  /** Shapes of all tensors of this network's file, in PyTorch's layout. */
  fileShapes(): Map<string, readonly number[]> {
    return new Map([...this.weights()].map(([name, w]) => [name, fileShape(w.shape, w.layout)]));
  }

  /** The values of all weights, in PyTorch's layout. */
  async stateDict(): Promise<Map<string, HostTensor>> {
    const entries = [...this.weights()].map(async ([name, weight]) => {
      const data = toFile((await weight.data()) as Float32Array, weight.shape, weight.layout);
      return [name, hostTensor(data, fileShape(weight.shape, weight.layout))] as const;
    });
    return new Map(await Promise.all(entries));
  }

  /**
   * Takes over the values of a file.
   * @throws InputError naming the first tensor that does not fit, with both shapes
   */
  loadStateDict(dict: ReadonlyMap<string, HostTensor>, file: string): void {
    checkStateDict(this.fileShapes(), new Map(dict), file);
    for (const [name, weight] of this.weights()) {
      const stored = dict.get(name);
      if (!stored) throw new GanvasError(`${file} has no ${name}`);
      assign(weight, tensor(fromFile(toFloat32(stored), weight.shape, weight.layout), weight.shape));
    }
  }
}
