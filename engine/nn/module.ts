/** Networks: parameters under names, training and evaluation mode, files in PyTorch's names and layouts. */
import type { HostTensor } from "../io/host-tensor.ts";
import { exportWeights, fileShapes, importWeights, Weight } from "./weight.ts";

export { Weight } from "./weight.ts";

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
    return fileShapes(this.weights());
  }

  /** The values of all weights, in PyTorch's layout. */
  stateDict(): Promise<Map<string, HostTensor>> {
    return exportWeights(this.weights());
  }

  /**
   * Takes over the values of a file.
   * @throws InputError naming the first tensor that does not fit, with both shapes, and how many are missing or unexpected
   */
  loadStateDict(dict: ReadonlyMap<string, HostTensor>, file: string): void {
    importWeights(this.weights(), dict, file, "the weights of this network");
  }
}
