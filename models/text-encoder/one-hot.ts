/** Convolution of symbols, one hot: rows of the kernel are looked up instead of being multiplied by zeros and ones. */
import {
  add,
  type Conv1d,
  embedding,
  eq,
  mul,
  reshape,
  slice,
  sub,
  type Tensor,
  where,
} from "../../engine/index.ts";

/**
 * The same as `conv.forward` of [n, length, symbols] with a 1 at each symbol.
 * @param conv a convolution with stride 1, without padding
 * @param ids [n, length], i32, numbers of symbols from 1 on; 0 is no symbol
 * @returns [n, length - kernel + 1, out]
 */
export function convolveSymbols(conv: Conv1d, ids: Tensor): Tensor {
  const [n = 0, length = 0] = ids.shape;
  const [kernel = 0, symbols = 0, out = 0] = conv.weight.shape;
  const steps = length - kernel + 1;
  const isNone = eq(ids, 0);
  const rows = where(isNone, 0, sub(ids, 1)); // what is no symbol picks a row, too, which is not counted
  const counts = reshape(where(isNone, 0, 1), [n, length, 1]).cast("f32");
  const taps = Array.from({ length: kernel }, (_, tap) => {
    const weight = reshape(slice(conv.weight, [tap], [tap + 1]), [symbols, out]);
    const picked = embedding(weight, slice(rows, [0, tap], [n, tap + steps])); // [n, steps, out]
    return mul(picked, slice(counts, [0, tap], [n, tap + steps]));
  });
  const sum = taps.reduce((a, b) => add(a, b));
  return conv.bias ? add(sum, conv.bias) : sum;
}
