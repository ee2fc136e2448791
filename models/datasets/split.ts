/** Parts of a set: held-out pictures drawn by counter, and some of its classes. */
import { InputError } from "../../engine/errors.ts";
import { permutation } from "../../engine/random.ts";
import { type Dataset, subset } from "./dataset.ts";

/** Purpose of the random numbers. */
const HELD_OUT = 0x5b03;

/**
 * Divides a set at random into what is trained on and `count` pictures that are kept for judging. Both parts keep the set's
 * order, and follow from the seed alone.
 * @throws InputError where nothing would be left to train on
 */
export function holdOut(
  dataset: Dataset,
  count: number,
  seed: number,
): { training: Dataset; heldOut: Dataset } {
  if (!Number.isInteger(count) || count < 1 || count >= dataset.size)
    throw new InputError(
      `${dataset.name} holds ${dataset.size} pictures: from 1 to ${dataset.size - 1} can be held out, got ${count}`,
    );
  const held = permutation(dataset.size, seed, HELD_OUT, 0, count).sort();
  const isHeld = new Set(held);
  const rest = Uint32Array.from({ length: dataset.size }, (_, k) => k).filter((k) => !isHeld.has(k));
  return { training: subset(dataset, rest), heldOut: subset(dataset, held, `${dataset.name}, held out`) };
}

/**
 * The pictures of some classes, which are counted anew in the order of `names`.
 * @throws InputError where the set has no such class, or no picture of one
 */
export async function onlyClasses(dataset: Dataset, names: readonly string[]): Promise<Dataset> {
  for (const name of names)
    if (!dataset.classes.includes(name))
      throw new InputError(
        `${dataset.name} has no class "${name}"; ${dataset.classes.length === 0 ? "it has none" : `it has ${dataset.classes.join(", ")}`}`,
      );
  const numbers = names.map((name) => dataset.classes.indexOf(name));
  const wanted: number[] = [];
  const found = new Set<number>();
  for (let k = 0; k < dataset.size; k++) {
    const { label } = await dataset.item(k);
    if (!numbers.includes(label)) continue;
    wanted.push(k);
    found.add(label);
  }
  const missing = names.filter((_, k) => !found.has(numbers[k] as number));
  if (missing.length > 0) throw new InputError(`${dataset.name} has no picture of the class ${missing[0]}`);
  const part = subset(dataset, wanted, `${dataset.name}: ${names.join(", ")}`);
  return {
    ...part,
    classes: names,
    async item(index) {
      const item = await part.item(index);
      return { ...item, label: numbers.indexOf(item.label) };
    },
  };
}

/** @throws InputError where a set has fewer than two classes, for systems that are told which one to draw */
export function requireClasses(dataset: Dataset): void {
  if (dataset.classes.length >= 2) return;
  const has = dataset.classes.length === 1 ? `one class only (${dataset.classes[0]})` : "no classes";
  throw new InputError(
    `${dataset.name} has ${has}; at least two are needed: put the pictures of each into a subfolder of its own`,
  );
}
