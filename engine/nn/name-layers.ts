/** Names for layers, so that explanations can say which layer a kernel or a number belongs to. */
import { Scope } from "../scope.ts";
import { expectFunction } from "../errors.ts";
import { inLayer } from "../graph/node.ts";
import { expectModule, Module, walk } from "./module.ts";

const named = new WeakSet<Module>();

/**
 * Gives everything that a model's layers record from now on the name of its layer (`body.0.conv1`; gradients
 * `body.0.conv1 (backward)`): profiles, graphs and reports of numbers that are not finite then tell it. Costs next to
 * nothing; a second call changes nothing.
 *
 * @param name of the model among several, with which all names then begin; by default what it records outside of its layers
 *   has the name of its class, and layers have their paths
 * @returns the model
 */
export function nameLayers<M extends Module>(model: M, name = ""): M {
  expectModule("nameLayers", "model", model);
  walk(model, (value, path) => {
    const full = name && path ? `${name}.${path}` : name || path || model.constructor.name;
    if (value instanceof Module) wrap(value, full);
  });
  return model;
}

/** A layer that was applied: to what, and what came out. */
export interface LayerCall {
  readonly layer: string;
  readonly inputs: readonly unknown[];
  readonly output: unknown;
}

const watcher = new Scope<((call: LayerCall) => void) | undefined>(undefined);

/**
 * Tells of every layer with a name (see `nameLayers`) that is applied while `work` records, in the order in which they end: to
 * look at what flows through a network, `keep` it.
 */
export function watchLayers<T>(onCall: (call: LayerCall) => void, work: () => T): T {
  expectFunction("watchLayers", "onCall", onCall);
  expectFunction("watchLayers", "work", work);
  return watcher.during(onCall, work);
}

function wrap(module: Module, path: string): void {
  if (named.has(module) || !("forward" in module) || typeof module.forward !== "function") return;
  named.add(module);
  const forward = module.forward;
  // Not enumerable, so that a search through the module's fields does not meet it.
  Object.defineProperty(module, "forward", {
    configurable: true,
    writable: true,
    value(...inputs: unknown[]) {
      const output = inLayer(path, () => forward.apply(module, inputs));
      watcher.current?.({ layer: path, inputs, output });
      return output;
    },
  });
}
