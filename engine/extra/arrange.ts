/** Arranging elements: triangles, repetitions, elements put in their places. */
import { ShapeError, shown } from "../errors.ts";
import { constant, expand, reshape } from "../ops/broadcast.ts";
import { scatterAdd } from "../ops/indexing.ts";
import { div, gt, le, maximum, sub, where } from "../ops/pointwise.ts";
import { padZeros } from "../ops/slice.ts";
import { checkShape, normalizeAxis, type Shape, showShape } from "../shape.ts";
import { expectTensors, type Tensor, tensor } from "../tensor.ts";

/** 0, 1, … n - 1 as a tensor of this shape. */
const count = (n: number, shape: Shape): Tensor =>
  tensor(
    Float32Array.from({ length: n }, (_, k) => k),
    shape,
  );

/** Column less row of every element of the last two axes, at most `diagonal` - `less`: 1, else 0; [h, w]. */
function upTo(op: string, x: Tensor, diagonal: number, less: number): Tensor {
  expectTensors(op, { x });
  if (x.rank < 2) throw new ShapeError(`${op}: x needs rows and columns, got shape ${showShape(x.shape)}`);
  if (!Number.isInteger(diagonal))
    throw new ShapeError(`${op}: the diagonal is a whole number, got ${shown(diagonal)}`);
  const [h, w] = x.shape.slice(-2) as [number, number];
  return le(sub(count(w, [1, w]), count(h, [h, 1])), diagonal - less);
}

/**
 * Keeps the lower triangle of the last two axes, zeros elsewhere.
 * @param diagonal the last that is kept: 0 the main one, positive ones above it
 */
export const tril = (x: Tensor, diagonal = 0): Tensor => where(upTo("tril", x, diagonal, 0), x, 0);

/**
 * Keeps the upper triangle of the last two axes, zeros elsewhere.
 * @param diagonal the first that is kept: 0 the main one, positive ones above it
 */
export const triu = (x: Tensor, diagonal = 0): Tensor => where(upTo("triu", x, diagonal, 1), 0, x);

/**
 * The whole of x, several times along each axis (NumPy's tile, PyTorch's `repeat`).
 * @param times how often, for each axis; where there are more than axes, x gets axes of size 1 in front, where fewer, ones are added
 */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  expectTensors("tile", { x });
  checkShape("tile", times);
  const rank = Math.max(x.rank, times.length);
  const sizes = [...Array<number>(rank - x.rank).fill(1), ...x.shape];
  const counts = [...Array<number>(rank - times.length).fill(1), ...times];
  const apart = reshape(
    x,
    sizes.flatMap((n) => [1, n]),
  );
  const repeated = expand(
    apart,
    sizes.flatMap((n, k) => [counts[k] as number, n]),
  );
  return reshape(
    repeated,
    sizes.map((n, k) => n * (counts[k] as number)),
  );
}

/**
 * x with the elements of `source` at the places that `index` names along `axis`: with axis 1, y[a, index[a, j, b], b] =
 * source[a, j, b]. Where several have one place it is their mean (PyTorch leaves open which of them it is).
 * @param index i32 or u32, of x's rank; its other axes are at most as long as x's
 * @param source of the index's shape, or one number for all places
 * @throws ShapeError when shapes do not fit
 */
export function scatter(x: Tensor, index: Tensor, axis: number, source: Tensor | number): Tensor {
  expectTensors("scatter", { x, index });
  const at = normalizeAxis("scatter", axis, x.rank);
  const values = typeof source === "number" ? constant(source, index.shape, x.dtype) : source;
  expectTensors("scatter", { source: values });
  if (showShape(values.shape) !== showShape(index.shape))
    throw new ShapeError(
      `scatter: source ${showShape(values.shape)} must have the shape of index ${showShape(index.shape)}`,
    );
  if (index.rank !== x.rank || index.shape.some((n, k) => k !== at && n > (x.shape[k] as number)))
    throw new ShapeError(
      `scatter: index ${showShape(index.shape)} must have the rank of x ${showShape(x.shape)}, and no axis but ${at} longer than x's`,
    );
  const size = x.shape[at] as number;
  const none = x.shape.map(() => 0);
  const missing = x.shape.map((n, k) => (k === at ? 0 : n - (index.shape[k] as number)));
  const spread = (t: Tensor) => padZeros(scatterAdd(t, index, at, size), none, missing);
  const written = spread(constant(1, index.shape, x.dtype));
  return where(gt(written, 0), div(spread(values), maximum(written, 1)), x);
}
