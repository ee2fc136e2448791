/** Items put together to a batch. */
import { arrayOf, dtypeOf, type TypedArray } from "../dtype.ts";
import { GanvasError, shown } from "../errors.ts";
import { stack } from "../ops/movement.ts";
import { sameShape, type Shape, showShape, sizeOf } from "../shape.ts";
import { type Nested, Tensor, tensor } from "../tensor.ts";

/** Numbers of a shape, as batches of `ganvas/data` and items of data sets have them. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** What a batch of such items is: tensors, under the items' own names where they have names. */
export type Collated<Item> = Item extends Tensor | Numbers | TypedArray | Nested
  ? Tensor
  : { readonly [Name in keyof Item]: Collated<Item[Name]> };

const isArray = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);
const isNumbers = (value: unknown): value is Numbers =>
  isArray((value as Numbers | null)?.data) && Array.isArray((value as Numbers).shape);

/**
 * Items as tensors with one more axis in front: numbers, nested or typed arrays, `{ shape, data }`, tensors, or objects of such under the
 * same names in each. Types are those of `tensor`.
 * @throws GanvasError naming the first item that is of another kind or size than the first
 */
export function collate<Item>(items: readonly Item[]): Collated<Item> {
  if (!Array.isArray(items) || items.length === 0)
    throw new GanvasError(`collate: needs an array of at least one item, got ${shown(items)}`);
  return together<Item>("collate", items);
}

/** The same for a loader, which errors name. @param name of the part of each item that these are */
export function together<Item>(owner: string, items: readonly Item[], name = ""): Collated<Item> {
  const [first] = items as readonly unknown[];
  const where = (k: number) => `${owner}: ${name === "" ? "" : `${name} of `}item ${k} of the batch`;
  const alike = <T>(is: (item: unknown) => item is T, what: string): readonly T[] => {
    const other = items.findIndex((item) => !is(item));
    if (other >= 0)
      throw new GanvasError(`${where(other)} should be ${what} as the first is, got ${shown(items[other])}`);
    return items as readonly unknown[] as readonly T[];
  };
  const made = (): unknown => {
    if (first instanceof Tensor) return stack(alike((item) => item instanceof Tensor, "a tensor"));
    if (typeof first === "number" || Array.isArray(first)) return tensor(items as unknown as Nested);
    if (isArray(first)) {
      const arrays = alike(isArray, "a typed array");
      return joined(
        arrays.map((data) => ({ shape: [data.length], data })),
        where,
      );
    }
    if (isNumbers(first)) return joined(alike(isNumbers, "{ shape, data }"), where);
    if (typeof first === "object" && first !== null && Object.getPrototypeOf(first) === Object.prototype) {
      const objects = alike((item) => typeof item === "object" && item !== null, "an object") as object[];
      const of = (key: string) => objects.map((item) => (item as Record<string, unknown>)[key]);
      return Object.fromEntries(
        Object.keys(first).map((key) => [
          key,
          together(owner, of(key), name === "" ? key : `${name}.${key}`),
        ]),
      );
    }
    throw new GanvasError(
      `${where(0)} should be a number, an array, { shape, data }, a tensor or an object of such, got ${shown(first)}; say by the option collate what a batch is`,
    );
  };
  return made() as Collated<Item>;
}

/** Arrays of one shape, one after the other. */
function joined(items: readonly Numbers[], where: (k: number) => string): Tensor {
  const { shape, data } = items[0] as Numbers;
  const size = sizeOf(shape);
  const dtype = dtypeOf(data);
  const all = arrayOf(dtype, items.length * size);
  items.forEach((item, k) => {
    if (!sameShape(item.shape, shape) || item.data.length !== size || dtypeOf(item.data) !== dtype)
      throw new GanvasError(
        `${where(k)} should be ${showShape(shape)} of ${dtype} as the first is, got ${showShape(item.shape)} with ${item.data.length} numbers of ${dtypeOf(item.data)}`,
      );
    all.set(item.data, k * size);
  });
  return tensor(all, [items.length, ...shape], dtype);
}
