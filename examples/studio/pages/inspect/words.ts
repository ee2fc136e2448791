/** What the drawing of a network says in words. Pure functions, no DOM. */
import type { DrawnLayer } from "../../lab/types.ts";

/** Ops that change what numbers mean; others move them or make them fit. */
const TELLING: Readonly<Record<string, string>> = {
  relu: "ReLU",
  leakyRelu: "leaky ReLU",
  sigmoid: "sigmoid",
  tanh: "tanh",
  dropout: "dropout",
  maxPool2d: "max pool",
  avgPool2d: "mean pool",
  resample: "resize",
  pixelShuffle: "pixel shuffle",
  gather: "look up",
  concat: "join",
};
const NOISE = ["normal", "uniform"];

/** What a layer is, without its network's name. */
export const nameIn = (network: string, layer: string): string =>
  layer === network ? "result" : layer.slice(network.length + 1);

/** "14×14×48", without the axis of the batch; "numbers of one item". */
export const itemShape = ([, ...item]: readonly number[]): string => (item.length > 0 ? item.join("×") : "1");

/** What a layer is, as short as a box is wide. */
export const shortKind = ({ layer, kind }: Pick<DrawnLayer, "layer" | "kind">): string =>
  kind.replace("convolution", "conv").replace(", spectral norm", ", spectral") ||
  (layer.includes(".") ? "together" : "of the whole");

/** What lies before a layer: what it is given that no layer makes, and the functions on the way. */
export function before({ shape, given, through }: Pick<DrawnLayer, "shape" | "given" | "through">): string[] {
  const [n] = shape;
  const items = given.filter(([first, ...rest]) => first === n && rest.length > 0).map(itemShape);
  // Random numbers are drawn on the way; their seed is all that is given.
  const noise = through.some((op) => NOISE.includes(op)) && given.length > 0 ? ["noise"] : [];
  const told = items.map((item) => `given ${item}`);
  return [...noise, ...told, ...through.flatMap((op) => TELLING[op] ?? [])];
}

/** For those who hear it: what it is, puts out, and reads. */
export function described(layer: DrawnLayer, all: readonly DrawnLayer[]): string {
  const from = layer.inputs.map((k) => all[k]?.layer ?? "");
  const ways = before(layer);
  return [
    layer.layer,
    layer.kind || (layer.layer.includes(".") ? "several layers" : "what the network makes"),
    `puts out ${layer.shape.join(" × ")}`,
    ...(layer.parameters > 0 ? [`${layer.parameters.toLocaleString("en")} parameters`] : []),
    ...(from.length > 0 ? [`reads ${from.join(" and ")}`] : []),
    ...(ways.length > 0 ? [`by way of ${ways.join(", ")}`] : []),
  ].join(", ");
}

/** Into blocks of how many pixels a side pixel shuffle makes the channels of a layer; undefined where none does. */
export function shuffleOf(layer: string, all: readonly DrawnLayer[]): number | undefined {
  const at = all.findIndex((each) => each.layer === layer);
  const next = all.find(({ inputs, through }) => inputs.includes(at) && through.includes("pixelShuffle"));
  const [, before = 1, , channels = 1] = all[at]?.shape ?? [];
  const side = (next?.shape[1] ?? 0) / before;
  return Number.isInteger(side) && side > 1 && channels % side ** 2 === 0 ? side : undefined;
}

/** Whether what a network as a whole makes can be looked at as pictures. */
export const isPicture = (layer: string, shape: readonly number[]): boolean =>
  !layer.includes(".") &&
  shape.length === 4 &&
  [1, 3].includes(shape[3] as number) &&
  (shape[1] as number) > 1;
