/** State that belongs to parameters, as files hold it: under a prefix and the parameter's name, in the parameter's file layout. */
import { type HostTensor, hostTensor, toFloat32 } from "../io/host-tensor.ts";
import { InputError } from "../errors.ts";
import { fileShape, fromFile, type Layout, toFile } from "../nn/layout.ts";
import { Weight } from "../nn/module.ts";
import { assign } from "../ops/state.ts";
import { sameShape, showShape } from "../shape.ts";
import { type Parameter, type Tensor, tensor } from "../tensor.ts";

const layoutOf = (parameter: Parameter): Layout => (parameter instanceof Weight ? parameter.layout : "plain");

/** The tensors (one for each parameter, of its shape) under `<prefix><name>`. */
export async function exportState(
  prefix: string,
  names: readonly string[],
  parameters: readonly Parameter[],
  tensors: readonly Tensor[],
): Promise<Map<string, HostTensor>> {
  const entries = names.map(async (name, k) => {
    const x = tensors[k] as Tensor;
    const layout = layoutOf(parameters[k] as Parameter);
    const data = toFile((await x.data()) as Float32Array, x.shape, layout);
    return [prefix + name, hostTensor(data, fileShape(x.shape, layout))] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Gives the tensors the values that lie under `<prefix><name>`. */
export function importState(
  dict: ReadonlyMap<string, HostTensor>,
  prefix: string,
  names: readonly string[],
  parameters: readonly Parameter[],
  tensors: readonly Parameter[],
): void {
  names.forEach((name, k) => {
    const { shape } = parameters[k] as Parameter;
    const data = toFloat32(dict.get(prefix + name) as HostTensor);
    assign(
      tensors[k] as Parameter,
      tensor(fromFile(data, shape, layoutOf(parameters[k] as Parameter)), shape),
    );
  });
}

/**
 * Checks that a file holds `<kind>.<name>` for all kinds and names in the parameters' shapes, the `extras`, and nothing else.
 * @throws InputError naming the first tensor that does not fit
 */
export function checkStates(
  dict: ReadonlyMap<string, HostTensor>,
  kinds: readonly string[],
  names: readonly string[],
  parameters: readonly Parameter[],
  extras: readonly string[],
  file: string,
): void {
  const shapes = parameters.map((p) => fileShape(p.shape, layoutOf(p)));
  const expected = new Map<string, readonly number[]>(
    kinds.flatMap((kind) => names.map((name, k) => [`${kind}.${name}`, shapes[k] ?? []] as const)),
  );
  for (const extra of extras) expected.set(extra, []);
  for (const [name, shape] of expected) {
    const got = dict.get(name);
    if (!got) throw new InputError(`${file} has no ${name}, which the optimiser's state needs`);
    if (!sameShape(got.shape, shape))
      throw new InputError(
        `${file}: ${name} has shape ${showShape(got.shape)}, expected ${showShape(shape)}`,
      );
  }
  for (const name of dict.keys())
    if (!expected.has(name)) throw new InputError(`${file}: ${name} is no state of this optimiser`);
}
