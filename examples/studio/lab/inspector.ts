/** Looks at the layers of a run while it trains: what they put out, weights, gradients, batch norm's statistics. */
import type { Batch } from "../../../engine/data/index.ts";
import { concat, type Parameter, reshape, slice, type Tensor } from "../../../engine/index.ts";
import type { LayerBox } from "../../../engine/inspect/index.ts";
import { layerOfWeight, type Observation, observe, sketch } from "../../../models/training/observation.ts";
import type { Trainer } from "../../../models/training/trainer.ts";
import { partOf } from "./selector.ts";
import { firstItems, squareOf } from "./shown.ts";
import type * as T from "./types.ts";

/** Of small pictures: pixels of a channel up to which four are shown; rows and columns of a matrix. */
const [SIDE, ROWS] = [32, 48];
/** Layers that are looked at closely at a time, at most. */
const MOST = 8;

export class Inspector {
  private readonly trainer: Trainer;
  private seen:
    | { readonly step: number; readonly observation: Observation; readonly picture: readonly number[] }
    | undefined;

  constructor(trainer: Trainer) {
    this.trainer = trainer;
  }

  /** @param batch any: only its shapes matter */
  drawing(batch: Batch): T.DrawnLayer[] {
    return described(this.trainer, sketch(this.trainer, batch));
  }

  /** Makes an update and remembers it until the next. @returns what `Trainer.update` does */
  update(batch: Batch): Tensor {
    this.close();
    const observation = observe(this.trainer, batch, () => true);
    this.seen = { step: this.trainer.step, observation, picture: batch.fields.picture?.shape ?? [] };
    return observation.measures;
  }

  /** What the update shows that was looked at last; undefined before the first. */
  async look(wanted: readonly T.Wanted[]): Promise<T.Look | undefined> {
    if (!this.seen) return undefined;
    const { step, observation, picture } = this.seen;
    const { trainer } = this;
    const problems: string[] = [];
    const looked: T.Looked[] = [];
    for (const of of wanted.slice(0, MOST)) {
      try {
        looked.push(await closely(trainer, observation, of, picture));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        problems.push(error.message);
      }
    }
    if (wanted.length > MOST)
      problems.push(`${wanted.length} layers fit: the first ${MOST} of them are shown.`);
    const { boxes } = observation;
    return {
      step,
      layers: described(trainer, boxes),
      small: await small(boxes, observation, picture),
      looked,
      problem: problems.join(" "),
    };
  }

  close(): void {
    this.seen?.observation.dispose();
    this.seen = undefined;
  }
}

/** The weights of a layer, by their names in it: those with more axes first. */
function weightsOf({ networks }: Trainer, layer: string): [string, Parameter & { trained: boolean }][] {
  const [name = "", ...path] = layer.split(".");
  return [...(networks[name]?.weights() ?? [])]
    .filter(([weight]) => layerOfWeight(weight) === path.join("."))
    .sort(([, a], [, b]) => b.rank - a.rank);
}

function described(trainer: Trainer, boxes: readonly LayerBox[]): T.DrawnLayer[] {
  return boxes.map((box) => {
    const weights = weightsOf(trainer, box.layer);
    const trained = weights.filter(([, { trained }]) => trained);
    const words = weights.map(([, { name }]) => name);
    const kind = (trained[0]?.[1].name ?? "").replace(/ \S+$/, "");
    const more = words.includes("left singular vector") ? ", spectral norm" : "";
    return { ...box, kind: kind + more, parameters: trained.reduce((sum, [, { size }]) => sum + size, 0) };
  });
}

async function closely(
  trainer: Trainer,
  observation: Observation,
  of: T.Wanted,
  picture: readonly number[],
): Promise<T.Looked> {
  const { name, x } = valuesOf(trainer, observation, of);
  const isBatched = of.view === "out" || of.view === "grad";
  const shape = isBatched ? shownShape(of.layer, x.shape, picture) : x.shape;
  const whole = { shape, data: (await x.data()) as Float32Array };
  const part = partOf(whole, of.part);
  const isBatch = of.part === "" && isBatched;
  const channels = await channelsOf(trainer, observation, of.layer);
  return {
    of,
    name,
    values: isBatch
      ? firstItems(part, featureMaps(part.shape) ? 1 : undefined)
      : { ...part, whole: part.shape },
    statistics: statisticsOf(part.data),
    ...(channels && { channels }),
  };
}

/** Pictures that a network makes as rows of numbers are shown as pictures. @param picture the shape of the batch's */
function shownShape(layer: string, shape: readonly number[], [, ...picture]: readonly number[]) {
  const [n = 1, size, ...more] = shape;
  const isRow = more.length === 0 && picture.length === 3 && size === picture.reduce((a, b) => a * b, 1);
  return isRow && !layer.includes(".") ? [n, ...picture] : shape;
}

/** @throws RangeError saying what the layer has not */
function valuesOf(
  trainer: Trainer,
  { layers, gradients }: Observation,
  { layer, view }: T.Wanted,
): { readonly name: string; readonly x: Tensor } {
  const found = layers.get(layer);
  if (view === "out" || view === "grad") {
    const x = view === "out" ? found?.output : found?.gradient;
    if (!x) throw new RangeError(`no loss of the last update depends on what ${layer} puts out`);
    return { name: view === "out" ? "activation" : "gradient of the loss there", x };
  }
  const [[path, weight] = []] = weightsOf(trainer, layer).filter(([, { trained }]) => trained);
  if (path === undefined || !weight) throw new RangeError(`${layer} has no weight of its own`);
  const x = view === "weight" ? weight : gradients.get(`${layer.split(".")[0]}.${path}`);
  if (!x) throw new RangeError(`the weight of ${layer} did not learn in the last update`);
  return { name: view === "weight" ? weight.name : `gradient of the ${weight.name}`, x };
}

export function statisticsOf(data: Float32Array): T.Statistics {
  let [min, max, sum, bad] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const x of data) {
    if (!Number.isFinite(x)) {
      bad++;
      continue;
    }
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
  }
  const finite = bad === 0 ? data : data.filter(Number.isFinite);
  return {
    count: data.length,
    min,
    max,
    mean: sum / finite.length,
    norm: Math.sqrt(squareOf(finite)),
    bad,
  };
}

/** Of a batch norm. */
async function channelsOf(
  trainer: Trainer,
  { layers }: Observation,
  layer: string,
): Promise<T.ChannelStatistics | undefined> {
  const own = (name: string) => weightsOf(trainer, layer).find(([, weight]) => weight.name === name)?.[1];
  const [runningMean, runningVariance] = [own("running mean"), own("running variance")];
  const input = layers.get(layer)?.input;
  if (!runningMean || !runningVariance || !input) return undefined;
  const channels = input.shape.at(-1) as number;
  const data = await input.data();
  const rows = data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const add = (to: Float64Array, value: (x: number, channel: number) => number) => {
    for (let k = 0; k < data.length; k++) {
      const channel = k % channels;
      to[channel] = (to[channel] as number) + value(data[k] as number, channel) / rows;
    }
  };
  add(mean, (x) => x);
  add(variance, (x, channel) => (x - (mean[channel] as number)) ** 2);
  return {
    mean,
    variance,
    runningMean: await runningMean.data(),
    runningVariance: await runningVariance.data(),
  };
}

/** Pictures of what each layer has put out, read together. */
async function small(
  boxes: readonly LayerBox[],
  { layers }: Observation,
  picture: readonly number[],
): Promise<T.Shown[]> {
  const parts = boxes.map(({ layer }) => {
    const output = layers.get(layer)?.output as Tensor;
    const shape = shownShape(layer, output.shape, picture);
    return slice(
      reshape(output, shape),
      shape.map(() => 0),
      smallShape(shape),
    );
  });
  const all = (await concat(parts.map((part) => reshape(part, [-1]))).data()) as Float32Array;
  let at = 0;
  return parts.map(({ shape, size }, k) => {
    at += size;
    return { shape, data: all.slice(at - size, at), whole: (boxes[k] as LayerBox).shape };
  });
}

/** Whether the channels of an item are pictures of their own. */
const featureMaps = ({ length, 3: channels = 1 }: readonly number[]): boolean => length === 4 && channels > 3;

/** Of pictures the first, or where they are small the first four; of feature maps four channels; of rows some. */
function smallShape(shape: readonly number[]): number[] {
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  if (shape.length !== 4) return shape.map((size) => Math.min(size, ROWS));
  const several = h * w <= SIDE ** 2 ? 4 : 1;
  return featureMaps(shape) ? [1, h, w, Math.min(c, several)] : [Math.min(n, several), h, w, c];
}
