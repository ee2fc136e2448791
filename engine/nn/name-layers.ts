/** Names for layers, so that explanations can say which layer a kernel or a number belongs to. */
import { inLayer } from "../graph/node.ts";
import { Module, walk } from "./module.ts";

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
  walk(model, (value, path) => {
    const full = name && path ? `${name}.${path}` : name || path || model.constructor.name;
    if (value instanceof Module) wrap(value, full);
  });
  return model;
}

function wrap(module: Module, path: string): void {
  if (named.has(module) || !("forward" in module) || typeof module.forward !== "function") return;
  named.add(module);
  const forward = module.forward;
  // Not enumerable, so that a search through the module's fields does not meet it.
  Object.defineProperty(module, "forward", {
    value: (...args: unknown[]) => inLayer(path, () => forward.apply(module, args)),
  });
}
