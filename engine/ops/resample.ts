/** Changing the size of images: sub-pixel shuffles and interpolation. */
import { ShapeError } from "../errors.ts";
import { expectShape, showShape } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { reshape } from "./broadcast.ts";
import { matmul } from "./matmul.ts";
import { permute } from "./movement.ts";

/**
 * Sub-pixel convolution's rearrangement (Shi et al. 2016): blocks of r² channels become r × r pixels.
 * @param x [n, h, w, c r²], channel c r² + i r + j goes to row i and column j of the block (PyTorch's order)
 * @returns [n, h r, w r, c]
 */
export function pixelShuffle(x: Tensor, r: number): Tensor {
  const { n, h, w, c } = expectShape("pixelShuffle", "x", x.shape, "n h w c");
  if (!Number.isInteger(r) || r < 1 || c % (r * r) !== 0)
    throw new ShapeError(
      `pixelShuffle: ${c} channels cannot be spread over blocks of ${r}×${r}, in ${showShape(x.shape)}`,
    );
  const depth = c / (r * r);
  const blocks = permute(reshape(x, [n, h, w, depth, r, r]), [0, 1, 4, 2, 5, 3]); // [n, h, i, w, j, c]
  return reshape(blocks, [n, h * r, w * r, depth]);
}

/** The reverse of `pixelShuffle`: [n, h r, w r, c] becomes [n, h, w, c r²]. */
export function pixelUnshuffle(x: Tensor, r: number): Tensor {
  const { n, h, w, c } = expectShape("pixelUnshuffle", "x", x.shape, "n h w c");
  if (!Number.isInteger(r) || r < 1 || h % r !== 0 || w % r !== 0)
    throw new ShapeError(`pixelUnshuffle: ${h}×${w} pixels cannot be cut into blocks of ${r}×${r}`);
  const blocks = permute(reshape(x, [n, h / r, r, w / r, r, c]), [0, 1, 3, 5, 2, 4]); // [n, h, w, c, i, j]
  return reshape(blocks, [n, h / r, w / r, c * r * r]);
}

export type ResizeMethod = "nearest" | "bilinear" | "bicubic" | "area";

export interface ResizeOptions {
  readonly method?: ResizeMethod;
  /** Corner pixels keep their centres (bilinear and bicubic only). */
  readonly alignCorners?: boolean;
}

/**
 * Interpolation to another size, with PyTorch's conventions (bicubic: Keys' kernel with a = -0.75, border replicated;
 * not antialiased). For the resampling of the super-resolution benchmarks see `imresize` in `engine/data`.
 * Each axis is a product with a small matrix, so it is differentiable to any order.
 *
 * @param x [n, h, w, c]
 * @returns [n, size[0], size[1], c]
 */
export function resize(x: Tensor, size: readonly [number, number], options: ResizeOptions = {}): Tensor {
  const { n, h, w, c } = expectShape("resize", "x", x.shape, "n h w c");
  const [oh, ow] = size;
  const method = options.method ?? "bilinear";
  if (![oh, ow].every((s) => Number.isInteger(s) && s > 0))
    throw new ShapeError(`resize: sizes must be whole numbers from 1 on, got ${showShape(size)}`);
  const align = options.alignCorners ?? false;
  let y = x;
  if (oh !== h) {
    const rows = matmul(weights(h, oh, method, align), reshape(y, [n, h, w * c])); // [n, oh, w c]
    y = reshape(rows, [n, oh, w, c]);
  }
  if (ow !== w) {
    const columns = matmul(weights(w, ow, method, align), reshape(y, [n * oh, w, c])); // [n oh, ow, c]
    y = reshape(columns, [n, oh, ow, c]);
  }
  return y;
}

/** [to, from]: each row holds the weights of one output position. */
function weights(from: number, to: number, method: ResizeMethod, alignCorners: boolean): Tensor {
  const matrix = new Float32Array(to * from);
  const put = (row: number, column: number, weight: number) => {
    const at = row * from + Math.min(Math.max(column, 0), from - 1);
    matrix[at] = (matrix[at] as number) + weight;
  };
  for (let row = 0; row < to; row++) {
    const position = alignCorners
      ? to > 1
        ? (row * (from - 1)) / (to - 1)
        : 0
      : ((row + 0.5) * from) / to - 0.5;
    switch (method) {
      case "nearest":
        put(row, Math.floor((row * from) / to), 1);
        break;
      case "area": {
        const start = Math.floor((row * from) / to);
        const end = Math.ceil(((row + 1) * from) / to);
        for (let column = start; column < end; column++) put(row, column, 1 / (end - start));
        break;
      }
      case "bilinear": {
        const at = Math.max(position, 0);
        const left = Math.floor(at);
        put(row, left, 1 - (at - left));
        put(row, left + 1, at - left);
        break;
      }
      case "bicubic": {
        const left = Math.floor(position);
        const t = position - left;
        [t + 1, t, 1 - t, 2 - t].forEach((distance, k) => {
          put(row, left - 1 + k, cubic(distance));
        });
      }
    }
  }
  return tensor(matrix, [to, from]);
}

/** Keys' kernel with a = -0.75. */
function cubic(x: number): number {
  const a = -0.75;
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}
