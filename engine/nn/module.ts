/** Networks: parameters under names, training and evaluation mode, files in PyTorch's names and layouts. */
import { GanvasError, shown } from "../errors.ts";
import type { HostTensor } from "../io/host-tensor.ts";
import { Parameter, type Tensor } from "../tensor.ts";
import { asWeight, exportWeights, fileShapes, importWeights, type Weight } from "./weight.ts";

export { Weight } from "./weight.ts";

/**
 * Base of layers and networks. Fields that hold parameters or modules are found by their names, also in arrays, plain objects and
 * Maps. What has two names (tied layers) is one to optimisers, under the first, and has both in files. A field that is not to be
 * found is made with `Object.defineProperty`, not enumerable; those with a # cannot be seen, and a layer in one is an error.
 */
export abstract class Module {
  /** Batch norm uses the batch's statistics, dropout drops; both act otherwise in evaluation. */
  training = true;

  /** All weights under their paths, e.g. `body.0.conv1.weight`. @throws GanvasError where a layer lies in a field with a # */
  weights(): Map<string, Weight> {
    const found = new Map<string, Weight>();
    walk(this, (value, path) => {
      if (value instanceof Parameter) found.set(path, asWeight(value));
      else expectVisible(value);
    });
    return found;
  }

  /** What an optimiser updates, each once, under its path. */
  parameters(): Map<string, Weight> {
    const seen = new Set<Weight>();
    return new Map(
      [...this.weights()].filter(([, weight]) => weight.trained && !seen.has(weight) && seen.add(weight)),
    );
  }

  /** Number of trained numbers. */
  get parameterCount(): number {
    return [...this.parameters().values()].reduce((sum, p) => sum + p.size, 0);
  }

  /** This module and all below. */
  modules(): Set<Module> {
    const found = new Set<Module>();
    walk(this, (value) => {
      if (value instanceof Module) found.add(value);
    });
    return found;
  }

  /** Switches this module and all below to training (or evaluation) mode. */
  train(on = true): this {
    if (typeof on !== "boolean") throw new GanvasError(`train: on should be true or false, got ${shown(on)}`);
    for (const module of this.modules()) module.training = on;
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
  loadStateDict(dict: ReadonlyMap<string, HostTensor>, file = "the given state"): void {
    importWeights(this.weights(), dict, file, "the weights of this network");
  }
}

/** A layer or network by what its `forward` takes (one tensor unless said otherwise) and gives: `(net: Layer) => net.forward(x)`. */
export interface Layer<Inputs extends readonly unknown[] = [x: Tensor], Output = Tensor> extends Module {
  forward(...inputs: Inputs): Output;
}

/** Checks that an argument is a layer or a network. */
export function expectModule(owner: string, argument: string, value: unknown): void {
  if (!(value instanceof Module))
    throw new GanvasError(`${owner}: ${argument} should be a layer or a network, got ${shown(value)}`);
}

/** Names and values of what may hold modules; none of anything else. */
function membersOf(value: unknown): Iterable<readonly [unknown, unknown]> {
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof Map) return value;
  const isPlain = value.constructor === Object || value.constructor === undefined;
  return value instanceof Module || Array.isArray(value) || isPlain ? Object.entries(value) : [];
}

/** Visits a module and all that lies in it, with their paths; what holds itself is not visited in itself. */
export function walk(root: Module, visit: (value: unknown, path: string) => void): void {
  const above = new Set<unknown>();
  const enter = (value: unknown, path: string) => {
    if (above.has(value)) return;
    visit(value, path);
    above.add(value);
    for (const [key, inner] of membersOf(value)) enter(inner, path === "" ? String(key) : `${path}.${key}`);
    above.delete(value);
  };
  enter(root, "");
}

const checked = new Set<unknown>();

/** Looks through the text of a module's class, once, for layers that no search can find. */
function expectVisible(value: unknown): void {
  if (!(value instanceof Module)) return;
  for (let of = value.constructor; of !== Module && !checked.has(of); of = Object.getPrototypeOf(of)) {
    const [, field] = /this\.(#\w+)(?:\[[^\]]*\])?\.forward\(/.exec(String(of)) ?? [];
    if (field)
      throw new GanvasError(
        `${of.name}: ${field} is a layer in a private field, where its weights cannot be found; give the field a name without #`,
      );
    checked.add(of);
  }
}
