/** Does a file hold the weights of this network? */
import { InputError } from "../errors.ts";
import type { HostTensor } from "./host-tensor.ts";

/**
 * Checks names and shapes of a file's tensors against those a network expects. PyTorch's `*.num_batches_tracked`, mere
 * counters, may be there without being expected.
 * @param expected shapes by name, in the network's order
 * @param file the file's name, for the message
 * @param network the network's name, for the message
 * @throws InputError naming the first tensor that does not fit with both shapes, and how many are missing or unexpected
 */
export function checkStateDict(
  expected: ReadonlyMap<string, readonly number[]>,
  got: ReadonlyMap<string, HostTensor>,
  file: string,
  network = "this network",
): void {
  const missing = [...expected].filter(([name]) => !got.has(name));
  const unexpected = [...got].filter(
    ([name]) => !expected.has(name) && !name.endsWith(".num_batches_tracked"),
  );
  const misshapen = [...expected].find(([name, shape]) => {
    const tensor = got.get(name);
    return tensor !== undefined && !sameShape(tensor.shape, shape);
  });
  if (!misshapen && missing.length === 0 && unexpected.length === 0) return;

  const parts: string[] = [];
  if (misshapen) {
    const [name, shape] = misshapen;
    parts.push(`tensor ${name} has shape ${show(got.get(name)?.shape)}, expected ${show(shape)}`);
  }
  const [firstMissing] = missing;
  if (firstMissing) {
    parts.push(`${count(missing.length)} missing (first ${firstMissing[0]} ${show(firstMissing[1])})`);
  }
  const [firstUnexpected] = unexpected;
  if (firstUnexpected) {
    parts.push(
      `${count(unexpected.length)} unexpected (first ${firstUnexpected[0]} ${show(firstUnexpected[1].shape)})`,
    );
  }
  throw new InputError(`${file} does not hold the weights of ${network}: ${parts.join("; ")}`);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function show(shape: readonly number[] | undefined): string {
  return `[${(shape ?? []).join(", ")}]`;
}

function count(n: number): string {
  return n === 1 ? "1 tensor" : `${n} tensors`;
}
