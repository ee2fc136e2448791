/** Several networks and optimisers in one file. */
import { GanvasError, InputError, shown } from "../errors.ts";
import { type HostTensor, hostTensor, toFloat32 } from "../io/host-tensor.ts";
import { Module } from "../nn/module.ts";
import { Optimizer } from "../optim/optimizer.ts";
import { EMA } from "../optim/ema.ts";
import { LearningRate } from "./learning-rate.ts";

/** What a training is made of. */
export type Part = Module | Optimizer | EMA | LearningRate;

const RATE = "lr";
const STEPS = "steps";

function partsOf(owner: string, parts: Readonly<Record<string, Part>>): [string, Part][] {
  const entries = typeof parts === "object" && parts !== null ? Object.entries(parts) : [];
  for (const [name, part] of entries)
    if (![Module, Optimizer, EMA, LearningRate].some((kind) => part instanceof kind))
      throw new GanvasError(
        `${owner}: ${name} should be a network, an optimiser, an EMA or a LearningRate, got ${shown(part)}`,
      );
  if (entries.length === 0)
    throw new GanvasError(
      `${owner}: needs networks and optimisers by name, such as { generator, adam }, got ${shown(parts)}`,
    );
  return entries;
}

const single = (value: number): HostTensor => hostTensor(Float64Array.of(value), []);

/**
 * All state of a training under `<name>.<tensor>`, learning rates included: `writeSafetensors(await trainingState({ g, d, adamG, adamD }))`.
 * It is of the moment of the call.
 */
export async function trainingState(parts: Readonly<Record<string, Part>>): Promise<Map<string, HostTensor>> {
  const states = partsOf("trainingState", parts).map(async ([name, part]) => {
    const own = part instanceof LearningRate ? new Map([[STEPS, single(part.steps)]]) : part.stateDict();
    const rate = part instanceof Optimizer ? ([[`${name}.${RATE}`, single(part.lr)]] as const) : [];
    return [...[...(await own)].map(([key, value]) => [`${name}.${key}`, value] as const), ...rate];
  });
  return new Map((await Promise.all(states)).flat());
}

/**
 * Goes on with what `trainingState` gave, of the same parts.
 * @throws InputError naming the first tensor that does not fit, is missing, or is of no part
 */
export function loadTrainingState(
  parts: Readonly<Record<string, Part>>,
  state: ReadonlyMap<string, HostTensor>,
  file = "the given state",
): void {
  if (!(state instanceof Map))
    throw new GanvasError(
      `loadTrainingState: the state should be a Map of tensors by name, got ${shown(state)}`,
    );
  const entries = partsOf("loadTrainingState", parts);
  const left = new Map<string, HostTensor>(state);
  for (const [name, part] of entries) {
    const own = new Map<string, HostTensor>();
    for (const [key, value] of left)
      if (key.startsWith(`${name}.`)) own.set(key.slice(name.length + 1), value);
    for (const key of own.keys()) left.delete(`${name}.${key}`);
    const number = (key: string): number => {
      const found = own.get(key);
      own.delete(key);
      if (found?.data.length !== 1) throw new InputError(`${file}: ${name}.${key} is to be a single number`);
      return found.dtype === "f64" ? Number(found.data[0]) : (toFloat32(found)[0] as number);
    };
    if (part instanceof LearningRate) part.loadStateDict({ steps: number(STEPS) });
    else {
      if (part instanceof Optimizer) part.lr = number(RATE);
      part.loadStateDict(own, file);
    }
  }
  const [other] = left.keys();
  if (other !== undefined)
    throw new InputError(`${file}: ${other} is of none of ${entries.map(([name]) => name).join(", ")}`);
}
