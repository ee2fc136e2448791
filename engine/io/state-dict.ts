/** Does a file hold the weights of this network? */
import { InputError } from "../errors.ts";
import { sameShape, type Shape, showShape } from "../shape.ts";
import type { HostTensor } from "./host-tensor.ts";

/**
 * Checks names and shapes of a file's tensors against those a network expects. PyTorch's `*.num_batches_tracked`, mere
 * counters, may be there without being expected.
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
    .filter(([name]) => !expected.has(name) && !name.endsWith(".num_batches_tracked"))
    .map(([name, { shape }]) => [name, shape] as const);
  const problems = [misshapen, count(missing, "missing"), count(unexpected, "unexpected")].filter(Boolean);
  if (problems.length > 0) throw new InputError(`${file} does not hold ${what}: ${problems.join("; ")}`);
}

function count(tensors: readonly (readonly [string, Shape])[], how: string): string | undefined {
  const [first] = tensors;
  const many = tensors.length === 1 ? "1 tensor" : `${tensors.length} tensors`;
  return first && `${many} ${how} (first ${first[0]} ${showShape(first[1])})`;
}
