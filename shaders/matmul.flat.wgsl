// Matrix product on register tiles without arrays and inner loops, for software adapters that keep arrays in memory and look
// every element up lane by lane (SwiftShader).
//
//   c[q, m, n] = sum over k of  a[q, m, k] * b[q, k, n]      q: batch; K and N are multiples of 4
//
//   a thread's tile        4 columns           COLUMN_THREADS threads side by side, ROW_THREADS below one another
//                8 rows  [ c c c c ]
//
// 2 * BATCH*M*N*K flop. Per step of 4 k a thread loads 12 vectors for 128 multiply-adds. The same sums in the same order as matmul.tile.
// Workgroups: fold(ceil(N/4 / COLUMN_THREADS) * ceil(M / (8*ROW_THREADS))), z = BATCH, where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along n
const ROW_THREADS = 4u; // threads of a workgroup along m

const BATCH = 1u;
const M = 8u;
const N = 8u;
const K = 8u;
const BATCH_STRIDE_A = 64u; // elements from one matrix of the batch to the next; 0 repeats one matrix
const BATCH_STRIDE_B = 64u;

alias StoredA = vec4f; // as stored: vec4<f16> where the tensor has that type
alias StoredB = vec4f;
alias StoredC = vec4f;

@group(0) @binding(0) var<storage, read> a: array<StoredA>;
@group(0) @binding(1) var<storage, read> b: array<StoredB>;
@group(0) @binding(2) var<storage, read_write> c: array<StoredC>;

fn epilogue(v: vec4f, i: u32) -> vec4f { return v; }

const COLUMNS = N / 4u;
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILE_ROWS = 8u * ROW_THREADS;
const TILES = COLUMN_TILES * ((M + TILE_ROWS - 1u) / TILE_ROWS);

// Four terms of a row of c.
fn multiply(quad: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f, sum: vec4f) -> vec4f {
  return fma(vec4f(quad.w), b3, fma(vec4f(quad.z), b2, fma(vec4f(quad.y), b1, fma(vec4f(quad.x), b0, sum))));
}

@compute @workgroup_size(COLUMN_THREADS, ROW_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = group.x + group.y * groups.x;
  let batch = group.z;
  let column = (tile % COLUMN_TILES) * COLUMN_THREADS + thread.x;
  let row = (tile / COLUMN_TILES) * TILE_ROWS + thread.y * 8u;
  if (tile >= TILES || column >= COLUMNS || row >= M) { return; }

  let first = batch * (BATCH_STRIDE_A / 4u);
  let at0 = first + row * (K / 4u);
  let at1 = first + min(row + 1u, M - 1u) * (K / 4u);
  let at2 = first + min(row + 2u, M - 1u) * (K / 4u);
  let at3 = first + min(row + 3u, M - 1u) * (K / 4u);
  let at4 = first + min(row + 4u, M - 1u) * (K / 4u);
  let at5 = first + min(row + 5u, M - 1u) * (K / 4u);
  let at6 = first + min(row + 6u, M - 1u) * (K / 4u);
  let at7 = first + min(row + 7u, M - 1u) * (K / 4u);
  var at = batch * (BATCH_STRIDE_B / 4u) + column;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var sum4 = vec4f();
  var sum5 = vec4f();
  var sum6 = vec4f();
  var sum7 = vec4f();
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let steps = select(0u, K / 4u, groups.x > 0u);
  for (var k = 0u; k < steps; k++) {
    let b0 = vec4f(b[at]);
    let b1 = vec4f(b[at + COLUMNS]);
    let b2 = vec4f(b[at + 2u * COLUMNS]);
    let b3 = vec4f(b[at + 3u * COLUMNS]);
    sum0 = multiply(vec4f(a[at0 + k]), b0, b1, b2, b3, sum0);
    sum1 = multiply(vec4f(a[at1 + k]), b0, b1, b2, b3, sum1);
    sum2 = multiply(vec4f(a[at2 + k]), b0, b1, b2, b3, sum2);
    sum3 = multiply(vec4f(a[at3 + k]), b0, b1, b2, b3, sum3);
    sum4 = multiply(vec4f(a[at4 + k]), b0, b1, b2, b3, sum4);
    sum5 = multiply(vec4f(a[at5 + k]), b0, b1, b2, b3, sum5);
    sum6 = multiply(vec4f(a[at6 + k]), b0, b1, b2, b3, sum6);
    sum7 = multiply(vec4f(a[at7 + k]), b0, b1, b2, b3, sum7);
    at += 4u * COLUMNS;
  }

  let i = (batch * M + row) * COLUMNS + column;
  for (var r = 0u; r < min(8u, M - row); r++) {
    let low = select(select(sum0, sum1, r == 1u), select(sum2, sum3, r == 3u), r >= 2u);
    let high = select(select(sum4, sum5, r == 5u), select(sum6, sum7, r == 7u), r >= 6u);
    c[i + r * COLUMNS] = StoredC(epilogue(select(low, high, r >= 4u), (i + r * COLUMNS) * 4u));
  }
}
