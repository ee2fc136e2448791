/** An imported network. */
import { InputError } from "../errors.ts";
import { Module, Weight } from "../nn/module.ts";
import { showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Interpreter } from "./interpret.ts";
import type { Constant, Model, Port } from "./model.ts";
import { type ElementType, isFloating, type Numbers, storedAs } from "./types.ts";
import { Value } from "./value.ts";

/** Numbers of any type in host memory: a result, or an input that is no image (indices, sizes). */
export interface OnnxNumbers {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly numbers: Numbers;
}

/** What an input may be: a tensor, through which gradients flow, or numbers. */
export type OnnxInput = Tensor | OnnxNumbers;

/** A result: its type and shape, as a tensor and as numbers. */
export interface OnnxResult {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Truth is f32 0 or 1, whole numbers are i32. */
  readonly tensor: Tensor;
  numbers(): Promise<Numbers>;
}

/**
 * A network that was read from an ONNX file. Its weights are trained by any optimiser; its ops are the engine's, so that gradients flow
 * through them to weights and inputs.
 */
export class OnnxNetwork extends Module {
  /** What the file says of its inputs (without weights) and results, in order. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Weights by the names that the file has for them. */
  readonly tensors: ReadonlyMap<string, Weight>;
  declare private readonly constants: ReadonlyMap<string, Value>;
  declare private readonly interpreter: Interpreter;

  constructor(model: Model, weights: ReadonlyMap<string, { readonly trained: boolean }>) {
    super();
    const { graph } = model;
    const isConstant = new Set(graph.constants.map(({ name }) => name));
    this.inputs = graph.inputs.filter(({ name }) => !isConstant.has(name));
    this.outputs = graph.outputs;
    const asWeight = ({ name, shape, numbers }: Constant, trained: boolean) =>
      new Weight(name, shape, () => Float32Array.from(numbers), { trained });
    this.tensors = new Map(
      graph.constants.flatMap((c): [string, Weight][] => {
        const weight = weights.get(c.name);
        return weight ? [[c.name, asWeight(c, weight.trained)]] : [];
      }),
    );
    const known = graph.constants
      .filter(({ name }) => !weights.has(name))
      .map(({ name, type, shape, numbers }): [string, Value] => [name, Value.known(type, shape, numbers)]);
    // Neither is a layer or a weight: searches for those need not see them.
    Object.defineProperty(this, "constants", { value: new Map(known) });
    Object.defineProperty(this, "interpreter", { value: new Interpreter(model) });
  }

  /**
   * The result, or the first of several, of tensors in the order of the file's inputs, axes in the file's order (images are NCHW).
   * Records only, as any layer does.
   * @throws InputError for inputs that do not fit, and where an operator's result has a size that only the numbers tell (see `run`)
   */
  forward(...inputs: Tensor[]): Tensor {
    const named = new Map(inputs.map((input, k) => [this.inputs[k]?.name ?? `input ${k + 1}`, input]));
    const work = this.interpreter.run(this.givenOf(named));
    const step = work.next();
    if (!step.done)
      throw new InputError(
        "onnx: this network has operators that must see numbers before they know what to compute (TopK, NonZero, If and the like); use run()",
      );
    const [first] = step.value;
    if (!first) throw new InputError("onnx: this network has no result");
    return first.tensor;
  }

  /**
   * All results by name. Reads what an operator must see on the way, so it takes any network; gradients flow as through `forward`.
   * @throws InputError for inputs that do not fit, by name
   */
  async run(inputs: Readonly<Record<string, OnnxInput>>): Promise<Map<string, OnnxResult>> {
    const work = this.interpreter.run(this.givenOf(new Map(Object.entries(inputs))));
    let step = work.next();
    while (!step.done) step = work.next(step.value.withHost(await numbersOf(step.value)));
    const results = step.value;
    return new Map(this.outputs.map(({ name }, k) => [name, asResult(results[k] as Value)]));
  }

  private givenOf(inputs: ReadonlyMap<string, OnnxInput>): Map<string, Value> {
    const given = new Map(this.constants);
    for (const [name, weight] of this.tensors) given.set(name, Value.computed("float32", weight));
    for (const name of inputs.keys())
      if (!this.inputs.some((port) => port.name === name) && !given.has(name))
        throw new InputError(
          `onnx: there is no input ${JSON.stringify(name)}; this network takes ${this.inputs.map((port) => port.name).join(", ")}`,
        );
    for (const port of this.inputs) {
      const input = inputs.get(port.name);
      if (!input) throw new InputError(`onnx: input ${JSON.stringify(port.name)} is missing`);
      given.set(port.name, asValue(port, input));
    }
    // The file may have a weight among its inputs, which then may be given.
    for (const [name, input] of inputs) {
      const port = { name, type: undefined, axes: undefined };
      if (!this.inputs.some((p) => p.name === name)) given.set(name, asValue(port, input));
    }
    return given;
  }
}

function asValue({ name, type, axes }: Port, input: OnnxInput): Value {
  const { shape } = input;
  const fits =
    !axes ||
    (axes.length === shape.length &&
      axes.every((axis, k) => typeof axis !== "number" || axis <= 0 || axis === shape[k]));
  if (!fits)
    throw new InputError(
      `onnx: input ${JSON.stringify(name)} should be [${axes?.map((axis) => axis ?? "?").join(", ")}], got ${showShape(shape)}`,
    );
  if (!(input instanceof Tensor)) return Value.known(input.type, shape, storedAs(input.type, input.numbers));
  const isFloat = input.dtype === "f32" || input.dtype === "f16";
  const wanted = type ?? (isFloat ? "float32" : "int64");
  const needsFloat = isFloating(wanted) || wanted === "bool";
  if (isFloat !== needsFloat)
    throw new InputError(
      `onnx: input ${JSON.stringify(name)} is of type ${wanted}: a tensor of type ${needsFloat ? "f32" : "i32"}, got ${input.dtype}`,
    );
  return Value.computed(
    wanted,
    input.dtype === "u32" || input.dtype === "f16" ? input.cast(isFloat ? "f32" : "i32") : input,
  );
}

const numbersOf = async (value: Value): Promise<Numbers> =>
  value.host ?? storedAs(value.type, await value.tensor.data());

const asResult = (value: Value): OnnxResult => ({
  type: value.type,
  shape: value.shape,
  get tensor() {
    return value.tensor;
  },
  numbers: () => numbersOf(value),
});
