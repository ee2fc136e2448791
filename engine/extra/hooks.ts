/** Looking at what flows through a network, forwards and back, and holding a part of it still. */
import { expectFunction, GanvasError, shown } from "../errors.ts";
import type { MovementOp, Node } from "../graph/node.ts";
import { expectModule, Module, type Weight, walk } from "../nn/module.ts";
import { expectTensors, record, Tensor } from "../tensor.ts";

/** Sees a gradient, and may give another in its place. */
export type GradientHook = (gradient: Tensor) => Tensor | undefined;

const hooks = new WeakMap<Node, GradientHook>();

/** The value as it is; its gradient passes by the hook. One op for all hooks, so that steps that differ in them share a program. */
const WATCHED: MovementOp = {
  kind: "movement",
  name: "watched",
  gradient: (dy, node) => {
    const gradient = new Tensor(dy);
    const other = hooks.get(node)?.(gradient);
    return [(other ?? gradient).node];
  },
};

/**
 * Calls `hook` with the gradient that flows into x, whenever one is taken; what it returns takes the gradient's place.
 * @returns x, to be used from here on in its place (PyTorch's `register_hook` changes x itself)
 */
export function onGradient(x: Tensor, hook: GradientHook): Tensor {
  expectTensors("onGradient", { x });
  expectFunction("onGradient", "hook", hook);
  const watched = record(WATCHED, [x], x.shape);
  hooks.set(watched.node, hook);
  return watched;
}

/** Sees what a layer gave, and what for, and may give another output in its place. */
export type ForwardHook = (output: Tensor, inputs: readonly unknown[], layer: Module) => Tensor | undefined;

/**
 * Calls `hook` after every forward pass of a layer or network.
 * @returns takes the hook off again
 * @throws GanvasError for what has no `forward`
 */
export function onForward(layer: Module, hook: ForwardHook): () => void {
  const of = layer as Module & { forward?: (...inputs: unknown[]) => Tensor };
  if (!(layer instanceof Module) || typeof of.forward !== "function")
    throw new GanvasError(`onForward: needs a layer or a network, got ${shown(layer)}`);
  expectFunction("onForward", "hook", hook);
  const forward = of.forward;
  let isOn = true;
  // Not enumerable, so that a search through the module's fields does not meet it. Hooks put on later lie around this one.
  Object.defineProperty(of, "forward", {
    configurable: true,
    writable: true,
    value(...inputs: unknown[]) {
      const output = forward.apply(layer, inputs);
      return isOn ? (hook(output, inputs, layer) ?? output) : output;
    },
  });
  return () => {
    isOn = false;
  };
}

/** Calls `hook` with the gradient of a layer's output, whenever one is taken. @returns takes the hook off again */
export function onBackward(
  layer: Module,
  hook: (gradient: Tensor, layer: Module) => Tensor | undefined,
): () => void {
  expectFunction("onBackward", "hook", hook);
  return onForward(layer, (output) => onGradient(output, (gradient) => hook(gradient, layer)));
}

const frozen = new WeakSet<Weight>();

/**
 * Whether the weights of a network are trained (PyTorch's `requires_grad_`): with `false` its `parameters()` are none, so that an optimiser
 * made from then on leaves them as they are; with `true` those that were trained before are again. Running statistics are neither: see `eval`.
 */
export function requiresGrad<M extends Module>(network: M, on: boolean): M {
  expectModule("requiresGrad", "network", network);
  if (typeof on !== "boolean")
    throw new GanvasError(`requiresGrad: on should be true or false, got ${shown(on)}`);
  walk(network, (value) => {
    if (!(value instanceof Module)) return;
    for (const weight of value.weights().values()) {
      if (on ? !frozen.has(weight) : !weight.trained) continue;
      Object.assign(weight, { trained: on });
      if (on) frozen.delete(weight);
      else frozen.add(weight);
    }
  });
  return network;
}
