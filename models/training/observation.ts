/** One update of any trainer, watched from outside: what its layers are given and put out, and the gradients that come back to them. */
import type { Batch } from "../../engine/data/index.ts";
import {
  flush,
  type GradientWatcher,
  type LayerCall,
  type Module,
  Tensor,
  watchGradients,
  watchLayers,
} from "../../engine/index.ts";
import { comesFrom, type LayerBox, layerGraph } from "../../engine/inspect/layer-graph.ts";
import type { Trainer } from "./trainer.ts";

/** Values of one layer, of the last time that it was applied in the update. */
export interface KeptLayer {
  /** The first tensor that it was applied to. */
  readonly input: Tensor | undefined;
  /** What it put out, [n, ...]. */
  readonly output: Tensor;
  /** Of the last loss that depends on it, with respect to the output; none where no loss does. */
  readonly gradient: Tensor | undefined;
}

/** All of it is kept on the GPU until `dispose`. */
export interface Observation {
  /** What `Trainer.update` returns. */
  readonly measures: Tensor;
  readonly boxes: readonly LayerBox[];
  /** Of those that were wanted, by name. */
  readonly layers: ReadonlyMap<string, KeptLayer>;
  /** Of the loss that was last lowered by them, with respect to their weights: by the names of network and weight. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  dispose(): void;
}

type Networks = Readonly<Record<string, Module>>;

/** The layer whose weight this is, by names. */
export const layerOfWeight = (name: string): string => name.replace(/\.?[^.]*$/, "");

/** By network and path. */
const weightsOf = (networks: Networks): Map<Tensor, string> =>
  new Map(
    Object.entries(networks).flatMap(([name, network]) =>
      [...network.weights()].map(([path, weight]) => [weight as Tensor, `${name}.${path}`] as const),
    ),
  );

/** Follows layers and losses while an update is recorded. */
export class Watching {
  readonly calls: LayerCall[] = [];
  private readonly names: ReadonlyMap<Tensor, string>;
  private readonly wanted: (layer: string) => boolean;
  /** Of outputs, by layer: the latest is of the last loss that depends on it. */
  private readonly slopes = new Map<string, { readonly output: Tensor; readonly gradient: Tensor }>();
  private readonly gradients = new Map<string, Tensor>();

  /** @param wanted whose values are to be kept, by the names of layers */
  constructor(networks: Networks, wanted: (layer: string) => boolean) {
    this.names = weightsOf(networks);
    this.wanted = wanted;
  }

  follow<T>(record: () => T): T {
    return watchLayers(
      (call) => this.calls.push(call),
      () => watchGradients(this.asked, record),
    );
  }

  /** What is wanted of the update, before it is flushed. */
  kept(keep: (x: Tensor) => Tensor): Pick<Observation, "layers" | "gradients"> {
    const layers = new Map(
      [...this.outputs()].map(([layer, { inputs, output }]): [string, KeptLayer] => {
        const input = inputs.find((x) => x instanceof Tensor);
        const slope = this.slopes.get(layer);
        return [
          layer,
          {
            input: input && keep(input),
            output: keep(output),
            gradient: slope?.output === output ? keep(slope.gradient) : undefined,
          },
        ];
      }),
    );
    return { layers, gradients: new Map([...this.gradients].map(([name, x]) => [name, keep(x)])) };
  }

  /** Where weights of the networks learn, the gradient is wanted of what their layers put out, too. */
  private readonly asked: GradientWatcher = ({ y, xs }) => {
    const weights = xs.map((x) => this.names.get(x));
    if (weights.every((name) => name === undefined)) return undefined;
    const outputs = [...this.outputs()].filter(([, { output }]) => comesFrom([y], [output]));
    return {
      xs: outputs.map(([, { output }]) => output),
      told: (own, besides) => {
        for (const [k, [layer, { output }]] of outputs.entries())
          this.slopes.set(layer, { output, gradient: besides[k] as Tensor });
        for (const [k, name] of weights.entries())
          if (name !== undefined && this.wanted(layerOfWeight(name)))
            this.gradients.set(name, own[k] as Tensor);
      },
    };
  };

  /** The last time that each layer was applied so far. */
  private outputs(): Map<string, LayerCall & { readonly output: Tensor }> {
    return new Map(
      this.calls.flatMap((call) =>
        call.output instanceof Tensor && this.wanted(call.layer)
          ? [[call.layer, call as LayerCall & { readonly output: Tensor }]]
          : [],
      ),
    );
  }
}

/** Keeps copies of tensors: a state is there anyway, a copy is what it was in this update. */
export class Keeping {
  private readonly all: Tensor[] = [];

  readonly keep = (x: Tensor): Tensor => {
    const own = x.detach().keep();
    this.all.push(own);
    return own;
  };

  dispose(): void {
    for (const x of this.all) x.dispose();
  }
}

/** One update, like `Trainer.update`. @param wanted whose values are kept, by the names of layers */
export function observe(trainer: Trainer, batch: Batch, wanted: (layer: string) => boolean): Observation {
  const { networks } = trainer;
  const watching = new Watching(networks, wanted);
  const keeping = new Keeping();
  const measures = watching.follow(() => trainer.record(batch));
  const kept = watching.kept(keeping.keep);
  measures.watch();
  flush();
  return { measures, boxes: drawn(networks, watching.calls), ...kept, dispose: () => keeping.dispose() };
}

/** Layers that have weights of their own, and those that hold others; functions of a tensor are named on the arrows. */
function drawn(networks: Networks, calls: readonly LayerCall[]): LayerBox[] {
  const own = new Set([...weightsOf(networks).values()].map(layerOfWeight));
  const holds = (layer: string) => calls.some((other) => other.layer.startsWith(`${layer}.`));
  const isOurs = (layer: string) => Object.hasOwn(networks, layer.split(".")[0] as string);
  return layerGraph(calls, (layer) => isOurs(layer) && (own.has(layer) || holds(layer)));
}

/** Ends a recording. */
class Enough extends Error {}

/** The networks as an update applies them, before any is made: nothing that is recorded for it runs. */
export function sketch(trainer: Trainer, batch: Batch): LayerBox[] {
  const { networks } = trainer;
  const calls: LayerCall[] = [];
  const all = Object.values(networks).flatMap((network) => [...network.modules()]);
  const before = all.map((module) => module.training);
  // In evaluation no running statistics are moved.
  for (const module of all) module.training = false;
  try {
    watchLayers(
      (call) => calls.push(call),
      () =>
        watchGradients(
          () => {
            throw new Enough();
          },
          () => trainer.record(batch),
        ),
    );
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  } finally {
    for (const [k, module] of all.entries()) module.training = before[k] as boolean;
  }
  return drawn(networks, lastPasses(calls, Object.keys(networks)));
}

/** Of the times that a network was applied, the last on what another has made, where there is one: as the generator learns. */
function lastPasses(calls: readonly LayerCall[], networks: readonly string[]): LayerCall[] {
  const passes = networks.map((name) => passesOf(calls, name));
  const chosen = passes.map((own, k) => {
    const others = passes.flatMap((other, j) => (j === k ? [] : other.map((pass) => pass.at(-1)?.output)));
    const reads = (pass: readonly LayerCall[]) =>
      comesFrom(
        pass.flatMap(({ inputs }) => inputs),
        others,
      );
    return own.findLast(reads) ?? own.at(-1) ?? [];
  });
  const taken = new Set(chosen.flat());
  return calls.filter((call) => taken.has(call));
}

/** Each ends with the network itself, or where that is not applied as a whole, before a layer that it has already. */
function passesOf(calls: readonly LayerCall[], network: string): LayerCall[][] {
  const own = calls.filter(({ layer }) => layer === network || layer.startsWith(`${network}.`));
  const isWhole = own.some(({ layer }) => layer === network);
  const passes: LayerCall[][] = [];
  let pass: LayerCall[] = [];
  for (const call of own) {
    const ends = isWhole ? pass.at(-1)?.layer === network : pass.some(({ layer }) => layer === call.layer);
    if (ends || passes.length === 0) {
      pass = [];
      passes.push(pass);
    }
    pass.push(call);
  }
  return passes;
}
