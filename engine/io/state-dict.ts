/** Does a file hold the weights of this network, under whatever prefix, and are they numbers to compute with? */
import { InputError } from "../errors.ts";
import { sameShape, type Shape, showShape } from "../shape.ts";
import { type HostTensor, toFloat32 } from "./host-tensor.ts";

type Tensors = ReadonlyMap<string, HostTensor>;

/** Parts of names that PyTorch's wrappers add: of parallel, averaged, compiled and recomputed modules. */
const WRAPPERS = /(^|\.)(?:(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.)+/g;

/**
 * The tensors of one network among those of a file that may hold several, without the prefix that it has there
 * (`netG.`, `generator.`, `model.generator.`, …) and without what wrappers add to names (`module.`, `_orig_mod.`).
 * Of several, averaged weights come first, then those called a generator, then the shortest prefix.
 * @param first the name of a tensor that every such network has
 * @returns undefined where there is no such tensor
 */
export function networkWithin(tensors: Tensors, first: string): Map<string, HostTensor> | undefined {
  const unwrapped = new Map([...tensors].map(([name, tensor]) => [name.replace(WRAPPERS, "$1"), tensor]));
  const dict = unwrapped.size === tensors.size ? unwrapped : tensors;
  const prefixes = [...dict.keys()]
    .filter((name) => name.endsWith(first) && !name.startsWith("optimizer."))
    .map((name) => name.slice(0, name.length - first.length))
    .filter((prefix) => prefix === "" || prefix.endsWith("."));
  const [prefix] = prefixes.sort((a, b) => rank(a) - rank(b) || a.length - b.length);
  if (prefix === undefined) return undefined;
  const own = [...dict].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

const rank = (prefix: string): number =>
  /ema|average/i.test(prefix) ? 0 : /gen|netG|(^|\.)G\./.test(prefix) ? 1 : 2;

/** A mere counter of PyTorch's: of batch norm, and of averaged models. */
export const isCounter = (name: string): boolean => /(^|\.)(num_batches_tracked|n_averaged)$/.test(name);

/** The largest magnitude that half precision rounds to a finite number lies below this. */
const F16_OVERFLOW = 65520;

/**
 * Checks that a network can compute with these numbers: finite, not beyond f32, no variance below zero.
 * @param precision with "f16" also that products can be made in half precision, of kernels and matrices
 * @throws InputError naming the first tensor that holds another, and the number
 */
export function checkNumbers(tensors: Tensors, file: string, precision: "f32" | "f16" = "f32"): void {
  for (const [name, tensor] of tensors) {
    if (!/^b?f\d/.test(tensor.dtype)) continue;
    const values = tensor.data instanceof Float64Array ? tensor.data : toFloat32(tensor);
    const halved = precision === "f16" && tensor.shape.length > 1;
    const positive = name.endsWith("running_var");
    for (const value of values) {
      const rounded = Math.fround(value);
      if (!Number.isFinite(rounded))
        throw new InputError(
          Number.isFinite(value)
            ? `${file}: tensor ${name} holds ${value}, beyond the largest number of f32 (3.4e38)`
            : `${file}: tensor ${name} holds a value that is not a finite number`,
        );
      if (positive && rounded < 0)
        throw new InputError(`${file}: tensor ${name} holds ${rounded}, but a variance cannot be negative`);
      if (halved && Math.abs(rounded) >= F16_OVERFLOW)
        throw new InputError(
          `${file}: tensor ${name} holds ${rounded}, but half precision ends at 65504; compute in f32`,
        );
    }
  }
}

/**
 * Checks names and shapes of a file's tensors against those a network expects. PyTorch's counters (`num_batches_tracked`,
 * `n_averaged`) may be there without being expected.
 * @param expected shapes by name, in the network's order
 * @param file the file's name, for the message
 * @param network the network's name, for the message
 * @throws InputError naming the first tensor that does not fit with both shapes, and how many are missing or unexpected
 */
export const checkStateDict = (
  expected: ReadonlyMap<string, Shape>,
  got: ReadonlyMap<string, HostTensor>,
  file: string,
  network = "this network",
): void => checkTensors(expected, got, file, `the weights of ${network}`);

/** The same for `what` in general. */
export function checkTensors(
  expected: ReadonlyMap<string, Shape>,
  got: ReadonlyMap<string, HostTensor>,
  file: string,
  what: string,
): void {
  const [misshapen] = [...expected].flatMap(([name, shape]) => {
    const { shape: came } = got.get(name) ?? { shape };
    return sameShape(came, shape)
      ? []
      : [`tensor ${name} has shape ${showShape(came)}, expected ${showShape(shape)}`];
  });
  const missing = [...expected].filter(([name]) => !got.has(name));
  const unexpected = [...got]
    .filter(([name]) => !expected.has(name) && !isCounter(name))
    .map(([name, { shape }]) => [name, shape] as const);
  const problems = [misshapen, count(missing, "missing"), count(unexpected, "unexpected")].filter(Boolean);
  if (problems.length > 0) throw new InputError(`${file} does not hold ${what}: ${problems.join("; ")}`);
}

function count(tensors: readonly (readonly [string, Shape])[], how: string): string | undefined {
  const [first] = tensors;
  const many = tensors.length === 1 ? "1 tensor" : `${tensors.length} tensors`;
  return first && `${many} ${how} (first ${first[0]} ${showShape(first[1])})`;
}
