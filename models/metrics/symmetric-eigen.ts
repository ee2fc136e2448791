/** Eigenvalues and eigenvectors of a symmetric matrix in float64, by Jacobi's rotations (Golub and Van Loan, 8.5). */

/** Sweeps over all pairs; convergence is quadratic, ten are rarely needed. */
const MAX_SWEEPS = 60;

export interface Eigen {
  readonly values: Float64Array;
  /** Row-major; column j belongs to value j. */
  readonly vectors: Float64Array;
}

/** @param matrix d × d, row-major and symmetric; not changed */
export function symmetricEigen(matrix: Float64Array, d: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(d * d);
  for (let k = 0; k < d; k++) vectors[k * d + k] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS && !isDiagonal(a, d); sweep++)
    for (let p = 0; p < d; p++)
      for (let q = p + 1; q < d; q++) {
        const rotation = rotationOf(a, d, p, q);
        if (!rotation) continue;
        rotateColumns(a, d, p, q, rotation);
        rotateRows(a, d, p, q, rotation);
        rotateColumns(vectors, d, p, q, rotation);
      }
  return { values: Float64Array.from({ length: d }, (_, k) => a[k * d + k] as number), vectors };
}

/** Whether what lies off the diagonal is nothing beside what lies on it. */
function isDiagonal(a: Float64Array, d: number): boolean {
  let off = 0;
  let on = 0;
  a.forEach((value, at) => {
    if (at % (d + 1) === 0) on += value * value;
    else off += value * value;
  });
  return off <= Number.EPSILON ** 2 * on;
}

/** Cosine and sine of the rotation that makes a[p][q] zero. */
type Rotation = readonly [cosine: number, sine: number];

function rotationOf(a: Float64Array, d: number, p: number, q: number): Rotation | undefined {
  const off = a[p * d + q] as number;
  if (off === 0) return undefined;
  const theta = ((a[q * d + q] as number) - (a[p * d + p] as number)) / (2 * off);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  return [cosine, tangent * cosine];
}

function rotateColumns(m: Float64Array, d: number, p: number, q: number, [c, s]: Rotation): void {
  for (let row = 0; row < d * d; row += d) {
    const x = m[row + p] as number;
    const y = m[row + q] as number;
    m[row + p] = c * x - s * y;
    m[row + q] = s * x + c * y;
  }
}

function rotateRows(m: Float64Array, d: number, p: number, q: number, [c, s]: Rotation): void {
  for (let column = 0; column < d; column++) {
    const x = m[p * d + column] as number;
    const y = m[q * d + column] as number;
    m[p * d + column] = c * x - s * y;
    m[q * d + column] = s * x + c * y;
  }
}
