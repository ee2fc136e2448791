/** Parameters that files hold, under PyTorch's names and in its layouts. */
import { expectMap, InputError, shown } from "../errors.ts";
import { type HostTensor, toFloat32 } from "../io/host-tensor.ts";
import { checkTensors } from "../io/state-dict.ts";
import { assign } from "../ops/state.ts";
import { Parameter, tensor } from "../tensor.ts";
import { fileShape, fromFile, type Layout, toFile } from "./layout.ts";

/** A parameter of a network: trained, or kept up to date (running statistics, an optimiser's state). */
export class Weight extends Parameter {
  readonly layout: Layout;
  readonly trained: boolean;

  constructor(
    name: string,
    shape: readonly number[],
    data: ConstructorParameters<typeof Parameter>[2],
    options: { readonly layout?: Layout; readonly trained?: boolean } = {},
  ) {
    super(name, shape, data);
    this.layout = options.layout ?? "plain";
    this.trained = options.trained ?? true;
  }
}

/** A parameter as a weight: one that is not is trained, and lies in files as it is. */
export const asWeight = (parameter: Parameter): Weight =>
  parameter instanceof Weight
    ? parameter
    : Object.assign(parameter, { layout: "plain", trained: true } as const);

/** By the names that they have in a file. */
export type Weights = ReadonlyMap<string, Weight>;

export const fileShapes = (weights: Weights): Map<string, readonly number[]> =>
  new Map([...weights].map(([name, { shape, layout }]) => [name, fileShape(shape, layout)]));

/** The values as files hold them. */
export async function exportWeights(weights: Weights): Promise<Map<string, HostTensor>> {
  const entries = [...weights].map(async ([name, weight]): Promise<[string, HostTensor]> => {
    const { shape, layout } = weight;
    const data = toFile((await weight.data()) as Float32Array, shape, layout);
    return [name, { shape: fileShape(shape, layout), dtype: "f32", data }];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Takes over the values of a file.
 * @param what all of them are, for the message
 * @throws InputError naming the first tensor that does not fit, and how many are missing or unexpected
 */
export function importWeights(
  weights: Weights,
  dict: ReadonlyMap<string, HostTensor>,
  file: string,
  what: string,
): void {
  expectMap("loadStateDict", "the state", dict);
  for (const [name, given] of dict)
    if (!Array.isArray(given?.shape) || !ArrayBuffer.isView(given.data))
      throw new InputError(`${file}: ${name} is no tensor, got ${shown(given)}`);
  checkTensors(fileShapes(weights), dict, file, what);
  for (const [name, weight] of weights) {
    const { shape, layout } = weight;
    assign(weight, tensor(fromFile(toFloat32(dict.get(name) as HostTensor), shape, layout), shape));
  }
}
