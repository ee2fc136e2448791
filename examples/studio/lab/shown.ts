/** Tensors as pages are shown them, and what is told of an update that was taken apart. */
import type { Parameter, Tensor } from "../../../engine/index.ts";
import { type Dissection, type KeptMove, PLAYERS, type Player } from "../../../models/training/dissection.ts";
import { layerOfWeight } from "../../../models/training/observation.ts";
import type { Trainer } from "../../../models/training/trainer.ts";
import type { Inside, LayerNorm, Shown, SubStep } from "./types.ts";

/** Items of a batch that are shown. */
const ITEMS = 16;
/** Points of the plane, and numbers of other rows: they are small. */
const ROWS = 512;

/** The first items of a tensor. */
export const shown = async (x: Tensor): Promise<Shown> =>
  firstItems({ shape: x.shape, data: (await x.data()) as Float32Array });

/** @param items how many of them; by default as many as can be drawn */
export function firstItems({ shape, data }: Pick<Shown, "shape" | "data">, items?: number): Shown {
  const [n = 1, ...rest] = shape;
  const most = items ?? (rest.length === 1 && (rest[0] as number) <= 4 ? ROWS : ITEMS);
  const count = Math.min(n, most);
  return { shape: [count, ...rest], data: data.slice(0, (data.length / n) * count), whole: shape };
}

/** Lengths by layer, in the order of the network. */
function byLayer(player: Player, squares: ReadonlyMap<string, number>): LayerNorm[] {
  const sums = new Map<string, number>();
  for (const [name, square] of squares)
    sums.set(layerOfWeight(name), (sums.get(layerOfWeight(name)) ?? 0) + square);
  return [...sums].map(([layer, sum]) => ({ layer: `${player}.${layer}`, norm: Math.sqrt(sum) }));
}

export const squareOf = (data: ArrayLike<number>): number => {
  let sum = 0;
  for (let k = 0; k < data.length; k++) sum += (data[k] as number) ** 2;
  return sum;
};

async function gradientNorms(player: Player, { gradients }: KeptMove): Promise<LayerNorm[]> {
  const squares = [...gradients].map(async ([name, x]) => [name, squareOf(await x.data())] as const);
  return byLayer(player, new Map(await Promise.all(squares)));
}

const numbersOf = async (x: Tensor | undefined): Promise<Float32Array> =>
  ((await x?.data()) ?? new Float32Array()) as Float32Array;

/** What of an update goes into histograms and bars. */
export async function insideOf(trainer: Trainer, parts: Dissection): Promise<Inside> {
  const [real, fake, wrong] = await Promise.all(
    [0, 1, 2].map((k) => numbersOf(parts.discriminator.answers[k])),
  );
  const [discriminator, generator] = await Promise.all(PLAYERS.map((who) => gradientNorms(who, parts[who])));
  return {
    step: trainer.step,
    real: real as Float32Array,
    fake: fake as Float32Array,
    wrong: wrong as Float32Array,
    norms: { discriminator: discriminator ?? [], generator: generator ?? [] },
  };
}

/** Weights as they are, to see later how far they went. */
export async function weightsOf(trainer: Trainer): Promise<Map<string, Float32Array>> {
  const all = Object.entries(trainer.networks).flatMap(([network, module]) =>
    [...module.parameters()].map(([name, weight]) => [`${network}.${name}`, weight] as const),
  );
  const read = async ([name, weight]: readonly [string, Parameter]) =>
    [name, (await weight.data()).slice() as Float32Array] as const;
  return new Map(await Promise.all(all.map(read)));
}

/** One update in its parts, seven for each player. @param before its weights */
export async function subStepsOf(
  trainer: Trainer,
  parts: Dissection,
  before: ReadonlyMap<string, Float32Array>,
): Promise<SubStep[]> {
  const after = await weightsOf(trainer);
  const moved = (player: Player): LayerNorm[] => {
    const squares = [...after]
      .filter(([name]) => name.startsWith(`${player}.`))
      .map(([name, now]) => {
        const was = before.get(name) as Float32Array;
        return [
          name.slice(player.length + 1),
          squareOf(now.map((value, k) => value - (was[k] as number))),
        ] as const;
      });
    return byLayer(player, new Map(squares));
  };
  const all = await Promise.all(PLAYERS.map((player) => moveSteps(player, parts, moved(player))));
  return all.flat();
}

async function moveSteps(player: Player, parts: Dissection, moved: readonly LayerNorm[]): Promise<SubStep[]> {
  const move = parts[player];
  const part = (kind: SubStep["kind"], rest: Partial<SubStep>): SubStep => ({
    ...{ player, kind, numbers: {}, tensors: [], layers: [] },
    ...rest,
  });
  const tensorOf = async (title: string, x: Tensor, signed = false) => ({
    title,
    values: await shown(x),
    signed,
  });
  const means = move.answers.map(async (x) => {
    const data = await x.data();
    return (data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length;
  });
  const answers = await Promise.all(means);
  const named = player === "discriminator" ? ["D(real)", "D(fake)", "D(wrong)"] : ["D(fake)"];
  const norms = await gradientNorms(player, move);
  const length = (layers: readonly LayerNorm[]) => Math.hypot(...layers.map(({ norm }) => norm));
  return [
    part("noise", {
      tensors: await Promise.all(
        move.inputs.map((x, k) => tensorOf(k === 0 ? "noise" : "what it is told beside it", x, k === 0)),
      ),
    }),
    part("samples", {
      tensors: [
        await tensorOf("generated", move.samples),
        ...(player === "discriminator" ? [await tensorOf("real", parts.real)] : []),
      ],
    }),
    part("answers", {
      numbers: Object.fromEntries(answers.map((answer, k) => [named[k] as string, answer])),
      tensors: await Promise.all(move.answers.map((x, k) => tensorOf(named[k] as string, x))),
    }),
    part("loss", { numbers: { loss: await move.loss.item() } }),
    part("picture-gradient", {
      numbers: { length: Math.sqrt(squareOf(await move.samplesGradient.data())) },
      tensors: [
        await tensorOf("gradient", move.samplesGradient, true),
        await tensorOf("at the samples", move.samples),
      ],
    }),
    part("layers", { numbers: { length: length(norms) }, layers: norms }),
    part("update", { numbers: { length: length(moved) }, layers: moved }),
  ];
}
