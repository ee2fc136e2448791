/** Sums of products by Einstein's convention. */
import { ShapeError, shown } from "../errors.ts";
import { reshape, sum } from "../ops/broadcast.ts";
import { matmul } from "../ops/matmul.ts";
import { permute } from "../ops/movement.ts";
import { showShape, sizeOf } from "../shape.ts";
import { expectTensors, type Tensor } from "../tensor.ts";

/** A tensor and a letter for each of its axes. */
interface Lettered {
  readonly letters: readonly string[];
  readonly x: Tensor;
}

/** Sums over the axes whose letters are not wanted. */
function keeping({ letters, x }: Lettered, wanted: ReadonlySet<string>): Lettered {
  const gone = letters.flatMap((letter, axis) => (wanted.has(letter) ? [] : [axis]));
  return { letters: letters.filter((letter) => wanted.has(letter)), x: gone.length > 0 ? sum(x, gone) : x };
}

/** x with its axes in this order, those of each group as one. */
function grouped({ letters, x }: Lettered, groups: readonly (readonly string[])[]): Tensor {
  const axesOf = (group: readonly string[]) => group.map((letter) => letters.indexOf(letter));
  const turned = permute(x, groups.flatMap(axesOf));
  return reshape(
    turned,
    groups.map((group) => sizeOf(axesOf(group).map((axis) => x.shape[axis] as number))),
  );
}

/** Both as one matrix product with batches. @param wanted letters that somebody needs afterwards */
function product(a: Lettered, b: Lettered, wanted: ReadonlySet<string>): Lettered {
  const p = keeping(a, new Set([...wanted, ...b.letters]));
  const q = keeping(b, new Set([...wanted, ...p.letters]));
  const shared = p.letters.filter((letter) => q.letters.includes(letter));
  const batch = shared.filter((letter) => wanted.has(letter));
  const summed = shared.filter((letter) => !wanted.has(letter));
  const rows = p.letters.filter((letter) => !shared.includes(letter));
  const columns = q.letters.filter((letter) => !shared.includes(letter));
  const y = matmul(grouped(p, [batch, rows, summed]), grouped(q, [batch, summed, columns])); // [batch, rows, columns]
  const letters = [...batch, ...rows, ...columns];
  const sizes = new Map(
    [p, q].flatMap((of) => of.letters.map((letter, axis) => [letter, of.x.shape[axis] as number])),
  );
  return {
    letters,
    x: reshape(
      y,
      letters.map((letter) => sizes.get(letter) as number),
    ),
  };
}

/**
 * Sum of products: `einsum("bij,bjk->bik", a, b)` is a matrix product with batches. Each letter is an axis; those that the right side
 * does not name are summed over. Without `->` the result has the letters that occur once, in alphabetical order.
 * @throws ShapeError when letters and axes do not agree, or one operand has a letter twice
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  expectTensors("einsum", Object.fromEntries(operands.map((x, k) => [`operand ${k + 1}`, x])));
  if (typeof equation !== "string" || !/^[a-zA-Z, ]*(->[a-zA-Z ]*)?$/.test(equation))
    throw new ShapeError(
      `einsum: the equation is letters, commas and an arrow, such as "ij,jk->ik", got ${shown(equation)}`,
    );
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",").map((term) => [...term]);
  if (terms.length !== operands.length)
    throw new ShapeError(`einsum: "${equation}" has ${terms.length} operands, got ${operands.length}`);
  const sizes = new Map<string, number>();
  const lettered = terms.map((letters, k): Lettered => {
    const x = operands[k] as Tensor;
    if (letters.length !== x.rank || new Set(letters).size !== letters.length)
      throw new ShapeError(
        `einsum: operand ${k + 1} has shape ${showShape(x.shape)}; "${letters.join("")}" should name each of its axes by a letter of its own`,
      );
    letters.forEach((letter, axis) => {
      const n = x.shape[axis] as number;
      if ((sizes.get(letter) ?? n) !== n)
        throw new ShapeError(
          `einsum: "${letter}" is ${sizes.get(letter)} long in one operand and ${n} in operand ${k + 1}`,
        );
      sizes.set(letter, n);
    });
    return { letters, x };
  });
  const once = [...sizes.keys()].filter((letter) => left.split(letter).length === 2).sort();
  const result = right === undefined ? once : [...right];
  if (new Set(result).size !== result.length || result.some((letter) => !sizes.has(letter)))
    throw new ShapeError(`einsum: "${result.join("")}" should hold letters of the operands, each once`);
  const all = lettered.reduce((done, next, k) =>
    product(done, next, new Set([...result, ...terms.slice(k + 1).flat()])),
  );
  const { letters, x } = keeping(all, new Set(result));
  return permute(
    x,
    result.map((letter) => letters.indexOf(letter)),
  );
}
