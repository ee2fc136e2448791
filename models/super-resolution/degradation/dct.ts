/**
 * The cosine transform of JPEG (ISO/IEC 10918-1, A.3.3) on blocks of 8×8 integers, with the roundings of libjpeg's: a product with
 * integers of 13 bits, twice, each rounded once. A product that is exact would round other coefficients up and down, which
 * shows where quantisation steps are large.
 */
export const BLOCK = 8;

/**
 * Left half of the matrix: row u holds √2 cos((2x + 1) u π / 16) · 2^13, in the first row 2^13. Some are one off: what the
 * constants of Loeffler, Ligtenberg and Moschytz 1989 ("Practical Fast 1-D DCT Algorithms with 11 Multiplications"), rounded one
 * by one, add up to. Even rows are symmetric, odd ones antisymmetric.
 */
const HALF = [
  [8192, 8192, 8192, 8192],
  [11363, 9633, 6437, 2260],
  [10703, 4433, -4433, -10703],
  [9633, -2259, -11362, -6436],
  [8192, -8192, -8192, 8192],
  [6437, -11362, 2261, 9633],
  [4433, -10704, 10704, -4433],
  [2260, -6436, 9633, -11363],
] as const;

const FORWARD = Int32Array.from(
  HALF.flatMap((row, u) => [...row, ...row.toReversed().map((value) => (u % 2 === 0 ? value : -value))]),
);
const INVERSE = Int32Array.from(
  FORWARD,
  (_, k) => FORWARD[(k % BLOCK) * BLOCK + Math.floor(k / BLOCK)] as number,
);

const between = new Int32Array(BLOCK * BLOCK);

/** to[u, line] = the sum over x of matrix[u, x] from[line, x], divided by 2^bits and rounded: a pass along rows, and a transposition. */
function pass(from: Int32Array, to: Int32Array, matrix: Int32Array, bits: number): void {
  const half = 1 << (bits - 1);
  for (let line = 0; line < BLOCK; line++)
    for (let u = 0; u < BLOCK; u++) {
      let sum = half;
      for (let x = 0; x < BLOCK; x++)
        sum += (matrix[u * BLOCK + x] as number) * (from[line * BLOCK + x] as number);
      to[u * BLOCK + line] = sum >> bits;
    }
}

/** Samples [y, x] to eight times their coefficients [v, u], in place. */
export function forwardDct(block: Int32Array): void {
  pass(block, between, FORWARD, 11);
  pass(between, block, FORWARD, 15);
}

/** Coefficients [v, u] to samples [y, x], in place. */
export function inverseDct(block: Int32Array): void {
  // libjpeg goes along columns first here.
  transpose(block);
  pass(block, between, INVERSE, 11);
  pass(between, block, INVERSE, 18);
  transpose(block);
}

function transpose(block: Int32Array): void {
  for (let y = 1; y < BLOCK; y++)
    for (let x = 0; x < y; x++) {
      const value = block[y * BLOCK + x] as number;
      block[y * BLOCK + x] = block[x * BLOCK + y] as number;
      block[x * BLOCK + y] = value;
    }
}
