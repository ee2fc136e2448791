/** What all optimisers share: flat buffers, parameter groups, clipping, state for checkpoints. One dispatch updates all. */
import { grad } from "../autograd.ts";
import { expectFunction, expectMap, GanvasError, InputError, shown } from "../errors.ts";
import { foldGrid } from "../gpu/kernel.ts";
import { type EffectOp, Node } from "../graph/node.ts";
import { runtime } from "../graph/runtime.ts";
import { type HostTensor, hostTensor, toFloat32 } from "../io/host-tensor.ts";
import { exportWeights, importWeights, type Weight, type Weights } from "../nn/weight.ts";
import { elu } from "../ops/activations.ts";
import { reshape } from "../ops/broadcast.ts";
import { ceilDiv } from "../ops/kernels.ts";
import { add, div, eq, mul, pow, sub, where } from "../ops/pointwise.ts";
import { assign } from "../ops/state.ts";
import { checkOptions } from "../options.ts";
import { showShape } from "../shape.ts";
import { expectTensors, Parameter, type Tensor, tensor } from "../tensor.ts";
import { clipFactor } from "./clip.ts";
import { BLOCK, FlatStore } from "./flat.ts";

/** Settings that every optimiser has. They are data: changing one between steps compiles nothing. */
export interface OptimizerOptions {
  /** Learning rate, at least 0. */
  readonly lr?: number;
  /** Weight decay, at least 0. */
  readonly weightDecay?: number;
}

/** Parameters in order, by name where they come with names (`module.parameters()`), else numbered from 0. */
export type Parameters = Iterable<Parameter> | ReadonlyMap<string, Parameter>;

/** Parameters with settings of their own; a setting that a group does not name is the optimiser's. */
export type ParameterGroup<O> = O & { readonly parameters: Parameters };

/** A group of an optimiser. Its settings may be changed between steps. */
type Group<O> = { -readonly [K in keyof O]: O[K] } & { readonly parameters: readonly Parameter[] };

/** What one step is to do with the gradients before it uses them, in this order. */
export interface StepOptions {
  /**
   * Makes a single number from all gradients (one flat tensor, zeros between) that every gradient is multiplied by, on the
   * GPU. Where it is 0 the step changes nothing, which is how loss scaling leaves out a step that overflowed. `steps` counts
   * it all the same (schedules and data go on), bias corrections do not.
   */
  readonly scale?: (gradients: Tensor) => Tensor;
  /** Shrinks all gradients together so that their global norm is at most this (Pascanu et al. 2013). */
  readonly maxNorm?: number;
  /** Holds every entry of every gradient within ± this. */
  readonly maxValue?: number;
}

/** A coefficient's place, and β and p of its factor (1 - βᵗ)⁻ᵖ. */
export type Correction = readonly [at: number, beta: number, power: number];

/** Numbers of a group before its coefficients: `end` and `limit`. */
const HEAD = 2;

const LEFT_OUT = "skipped";

/** An update rule's kernel, and the names (PyTorch's) of the state it keeps for each parameter. */
export interface UpdateRule {
  readonly name: string;
  readonly source: string;
  readonly slots: readonly string[];
  /** Floating-point operations for one element. */
  readonly flops: number;
  /** Hooks of the kernel in another form. */
  readonly hooks?: Readonly<Record<string, string>>;
}

/** The kernel binds gradient, settings, scale, the parameters, then the slots; the settings of a group begin with `end` and `limit`. */
const effectOf = ({ name, source, slots, flops, hooks = {} }: UpdateRule, groups: number): EffectOp => ({
  kind: "effect",
  name,
  launches: (node) => {
    const { size } = node.inputs[0] as Node;
    return [
      {
        name,
        source,
        constants: { SIZE: size / 4, GROUPS: groups },
        hooks,
        bindings: [
          ...[0, 1, 2].map((input) => ({ input })),
          ...[0, ...slots.map((_, k) => k + 1)].map((state) => ({ state, write: true })),
        ],
        grid: foldGrid(ceilDiv(size / 4, 64)),
        flops: size * flops,
      },
    ];
  },
});

/**
 * Base of the optimisers. The parameters move into one flat buffer, and gradients are packed into another, so that a step is
 * one dispatch whatever their number.
 */
export abstract class Optimizer<O extends OptimizerOptions = OptimizerOptions> {
  /** Settings of all groups that have none of their own; may be changed between steps. */
  readonly options: { -readonly [K in keyof O]-?: O[K] };
  /** Steps recorded, those included that were left out on the GPU. */
  steps = 0;
  /** All parameters, those of the first group first: the order of the gradients that `step` takes. */
  readonly parameters: readonly Parameter[];
  readonly groups: readonly Group<O>[];
  /** What is remembered from step to step: by the name of the kind (`exp_avg`), one tensor a parameter. */
  readonly state: ReadonlyMap<string, readonly Weight[]>;
  /** The parameters side by side. */
  readonly values: FlatStore;
  /** Names of the parameters, in order. */
  readonly names: readonly string[];
  private readonly slots: readonly FlatStore<Weight>[];
  private readonly effect: EffectOp;
  /** Steps that were left out, a single number; `undefined` where none can have been. */
  private leftOut: Parameter | undefined;
  private readonly label: string;
  /** First block behind each group. */
  private readonly ends: readonly number[];

  /**
   * @throws GanvasError when there is no parameter, one occurs twice or belongs to another optimiser, or a setting is not known or
   *   out of range
   */
  constructor(
    rule: UpdateRule,
    source: Parameters | readonly ParameterGroup<O>[],
    defaults: Required<O>,
    options: O,
  ) {
    this.label = rule.name;
    const known = Object.keys(defaults);
    checkOptions(rule.name, options, known);
    this.options = { ...defaults, ...options };
    const named = namedGroups<O>(rule.name, source);
    for (const { settings } of named) checkOptions(`${rule.name} group`, settings, known);
    const all = named.flatMap(({ entries }) => entries);
    this.names = all.map(([name]) => name);
    this.parameters = all.map(([, parameter]) => parameter);
    if (all.length === 0) throw new GanvasError(`${rule.name}: needs at least one parameter, got none`);
    checkOnce(rule.name, "parameter", this.parameters, (p) => p.name);
    checkOnce(rule.name, "name", this.names, (name) => name);
    this.groups = named.map(({ entries, settings }) => ({
      ...settings,
      parameters: entries.map(([, parameter]) => parameter),
    }));
    for (const group of this.groups) this.numbers(group, 1);
    this.effect = effectOf(rule, this.groups.length);
    this.values = FlatStore.adopt(this.parameters);
    this.slots = rule.slots.map((slot) => FlatStore.zerosLike(slot, this.parameters));
    this.state = new Map(rule.slots.map((slot, k) => [slot, (this.slots[k] as FlatStore<Weight>).parts]));
    let count = 0;
    this.ends = this.groups.map(({ parameters }) => {
      count += parameters.length;
      return (this.values.offsets[count] ?? this.values.size) / BLOCK;
    });
  }

  /** The numbers of one group for the kernel in step `t`, counted from 1; throws when a setting is out of range. */
  protected abstract coefficients(options: Required<O>, t: number): readonly number[];

  /** Which of them hold a factor (1 - βᵗ)⁻ᵖ: its place among them, β and p. */
  protected corrections(_options: Required<O>): readonly Correction[] {
    return [];
  }

  /** Learning rate of all groups without one of their own. */
  get lr(): number {
    return this.options.lr as number;
  }

  set lr(lr: number) {
    this.options.lr = lr;
  }

  /**
   * Records one update from gradients in the order of `parameters`.
   * @returns with `maxNorm`, the global norm that the gradients had, to be read when wanted; infinite or NaN where a gradient is
   * @throws GanvasError when gradients do not fit the parameters, or a setting is out of range
   */
  step(gradients: readonly Tensor[], options: StepOptions & { readonly maxNorm: number }): Tensor;
  step(gradients: readonly Tensor[], options?: StepOptions): Tensor | undefined;
  step(gradients: readonly Tensor[], options: StepOptions = {}): Tensor | undefined {
    checkOptions(`${this.label} step`, options, ["scale", "maxNorm", "maxValue"]);
    const { scale, maxNorm, maxValue } = options;
    if (maxNorm !== undefined) checkSetting(`${this.label} step`, "maxNorm", maxNorm, 0);
    if (maxValue !== undefined) checkSetting(`${this.label} step`, "maxValue", maxValue, 0);
    if (scale !== undefined) expectFunction(`${this.label} step`, "scale", scale);
    const settings = this.settings(this.steps + 1, maxValue);
    // The update before this one must be under way, or recording would grow without bound.
    runtime.flushUpdate(this.values.storage);
    const gradient = this.values.pack(gradients, scale !== undefined || maxNorm !== undefined);
    const given = scale?.(gradient) ?? tensor(1);
    expectTensors(`${this.label} step`, { "what scale returns": given });
    const { factor, norm } = clipFactor(gradient, given, maxNorm);
    if (scale) this.leftOut ??= new Parameter("steps left out", [], new Float32Array(1));
    const { leftOut } = this;
    const inputs = [gradient, leftOut ? this.without(leftOut, settings, maxValue) : settings, factor];
    this.steps++;
    const written = [this.values, ...this.slots];
    const effect = new Node(
      this.effect,
      inputs.map(({ node }) => node),
      [],
      "f32",
      { writes: written.map(({ storage }) => storage), step: this.steps },
    );
    runtime.addEffect(effect);
    for (const store of written) store.updatedBy(effect);
    if (scale && leftOut) assign(leftOut, add(leftOut, eq(reshape(factor, []), 0)));
    return norm;
  }

  /**
   * One step down the slope of `loss`: `step` with its gradients, in one line.
   * @param loss a single number
   * @throws ShapeError for a loss of another shape; else as `step`
   */
  minimize(loss: Tensor, options: StepOptions & { readonly maxNorm: number }): Tensor;
  minimize(loss: Tensor, options?: StepOptions): Tensor | undefined;
  minimize(loss: Tensor, options: StepOptions = {}): Tensor | undefined {
    return this.step(grad(loss, this.parameters), options);
  }

  /** All state as files hold it: `<kind>.<parameter>` in PyTorch's layouts, and `step`. Settings are not part of it. */
  async stateDict(): Promise<Map<string, HostTensor>> {
    // All of one moment, whatever steps are made while it is read.
    const { steps } = this;
    const [state, leftOut] = await Promise.all([exportWeights(this.stored), this.leftOut?.data()]);
    state.set("step", hostTensor(Int32Array.of(steps), []));
    if (leftOut) state.set(LEFT_OUT, hostTensor(leftOut as Float32Array, []));
    return state;
  }

  /**
   * Goes on with state that `stateDict` gave. With the same parameters, settings and gradients the next steps give the same bytes.
   * @throws InputError naming the first tensor that does not fit
   */
  loadStateDict(dict: ReadonlyMap<string, HostTensor>, file = "the given state"): void {
    expectMap("loadStateDict", "the state", dict);
    const state = new Map(dict);
    const [step, leftOut] = ["step", LEFT_OUT].map((name) => {
      const entry = state.get(name);
      state.delete(name);
      return entry;
    });
    const steps = Number(step?.data[0]);
    if (!Number.isSafeInteger(steps) || steps < 0)
      throw new InputError(
        `${file}: the optimiser's step is ${step ? steps : "missing"}, expected a whole number of at least 0`,
      );
    if (leftOut && leftOut.data.length !== 1)
      throw new InputError(`${file}: ${LEFT_OUT} is to be a single number, got ${showShape(leftOut.shape)}`);
    importWeights(this.stored, state, file, "the state of this optimiser");
    this.steps = steps;
    this.leftOut = leftOut && new Parameter("steps left out", [], toFloat32(leftOut).slice());
  }

  /** The state under its names in files. */
  private get stored(): Weights {
    const slots = [...this.state].map(([slot, tensors]) => named(`${slot}.`, this.names, tensors));
    return new Map(slots.flat());
  }

  private optionsOf({ parameters: _, ...own }: Group<O>): Required<O> {
    return { ...this.options, ...own } as unknown as Required<O>;
  }

  /** What the kernel of step `t` is to know of each group, [groups, numbers]. */
  private settings(t: number, maxValue = 0): Tensor {
    return tensor(
      this.groups.map((group, k) => [this.ends[k] as number, maxValue, ...this.numbers(group, t)]),
    );
  }

  private numbers(group: Group<O>, t: number): readonly number[] {
    const options = this.optionsOf(group);
    checkSetting(this.label, "lr", options.lr as number, 0);
    checkSetting(this.label, "weightDecay", options.weightDecay as number, 0);
    return this.coefficients(options, t);
  }

  /** The settings of the next step, made for all of those before, as they are without those that were left out. */
  private without(leftOut: Tensor, settings: Tensor, maxValue?: number): Tensor {
    const columns = settings.shape[1] as number;
    const [logs, powers] = [-1, 0].map((rest) => this.groups.map(() => Array<number>(columns).fill(rest)));
    this.groups.forEach((group, k) => {
      for (const [at, beta, power] of this.corrections(this.optionsOf(group))) {
        (logs?.[k] as number[])[HEAD + at] = Math.max(Math.log(beta), -100);
        (powers?.[k] as number[])[HEAD + at] = power;
      }
    });
    // 1 - βᵗ, of which elu is the negative: precise where it is small.
    const rest = (t: Tensor) => elu(mul(t, tensor(logs as number[][])));
    const t = tensor(this.steps + 1);
    const later = mul(settings, pow(div(rest(t), rest(sub(t, leftOut))), tensor(powers as number[][])));
    const isFirst = eq(leftOut, tensor(this.steps));
    return where(eq(leftOut, 0), settings, where(isFirst, this.settings(1, maxValue), later));
  }
}

/** Tensors with their names, and what comes before these. */
export const named = (prefix: string, names: readonly string[], tensors: readonly Weight[]) =>
  names.map((name, k) => [prefix + name, tensors[k] as Weight] as const);

/**
 * Checks that a setting is a number from `least` on, and below `bound`.
 * @throws GanvasError naming whose setting it is and what came
 */
export function checkSetting(
  owner: string,
  name: string,
  value: number,
  least: number,
  bound = Number.POSITIVE_INFINITY,
): void {
  if (typeof value === "number" && value >= least && Math.fround(value) < bound) return;
  const range =
    bound === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to below ${bound}`;
  throw new GanvasError(`${owner}: ${name} must be a number ${range}, got ${shown(value)}`);
}

interface NamedGroup<O> {
  readonly entries: readonly (readonly [string, Parameter])[];
  readonly settings: O;
}

function namedGroups<O>(owner: string, source: Parameters | readonly ParameterGroup<O>[]): NamedGroup<O>[] {
  expectParameters(owner, source);
  const items: readonly unknown[] = source instanceof Map ? [] : [...source];
  const isGroups = items.length > 0 && items.every((item) => isGroup(item));
  const groups = (
    isGroups ? items : [{ parameters: source instanceof Map ? source : items }]
  ) as ParameterGroup<O>[];
  let count = 0;
  return groups.map(({ parameters, ...rest }) => {
    expectParameters(owner, parameters);
    const entries =
      parameters instanceof Map
        ? [...(parameters as ReadonlyMap<string, Parameter>)]
        : [...(parameters as Iterable<Parameter>)].map((p, k) => [String(count + k), p] as const);
    count += entries.length;
    for (const [name, p] of entries)
      if (!(p instanceof Parameter))
        throw new GanvasError(`${owner}: parameter ${name} should be a Parameter, got ${shown(p)}`);
    return { entries, settings: rest as unknown as O };
  });
}

function expectParameters(owner: string, source: unknown): void {
  if (typeof (source as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== "function")
    throw new GanvasError(
      `${owner}: needs the parameters of a network, net.parameters(), or an array of some, got ${shown(source)}`,
    );
}

const isGroup = (item: unknown): boolean => typeof item === "object" && item !== null && "parameters" in item;

function checkOnce<T>(owner: string, what: string, items: readonly T[], show: (item: T) => string): void {
  const twice = items.find((item, k) => items.indexOf(item) !== k);
  if (twice !== undefined)
    throw new GanvasError(
      `${owner}: the ${what} ${JSON.stringify(show(twice))} occurs twice; every parameter belongs to one group`,
    );
}
