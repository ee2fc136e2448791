/** The cosine transform of JPEG (ISO/IEC 10918-1, A.3.3) on blocks of 8×8 numbers, in float64. */

export const BLOCK = 8;

/** BASIS[8 u + x] = c(u) / 2 · cos((2x + 1) u π / 16), an orthonormal matrix. */
const BASIS = Float64Array.from({ length: BLOCK * BLOCK }, (_, k) => {
  const u = Math.floor(k / BLOCK);
  const x = k % BLOCK;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * BLOCK));
});
const TRANSPOSED = Float64Array.from(
  BASIS,
  (_, k) => BASIS[(k % BLOCK) * BLOCK + Math.floor(k / BLOCK)] as number,
);

const half = new Float64Array(BLOCK * BLOCK);

/** block <- matrix · block · matrixᵀ */
function transform(block: Float64Array, matrix: Float64Array): void {
  // Each pass multiplies from the left and stores the transpose, so two of them do both sides.
  for (const [from, to] of [
    [block, half],
    [half, block],
  ] as const)
    for (let column = 0; column < BLOCK; column++)
      for (let row = 0; row < BLOCK; row++) {
        let sum = 0;
        for (let k = 0; k < BLOCK; k++)
          sum += (matrix[row * BLOCK + k] as number) * (from[k * BLOCK + column] as number);
        to[column * BLOCK + row] = sum;
      }
}

/** Samples to coefficients, in place: [y, x] -> [v, u]. */
export const forwardDct = (block: Float64Array): void => transform(block, BASIS);

/** Coefficients to samples, in place: [v, u] -> [y, x]. */
export const inverseDct = (block: Float64Array): void => transform(block, TRANSPOSED);
