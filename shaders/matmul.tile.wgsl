// Matrix product on register tiles; the portable form.
//
//   c[q, m, n] = sum over k of  a[q, m, k] * b[q, k, n]      q: batch
//
//   a thread's tile        4 columns           COLUMN_THREADS threads side by side (loads of b coalesced, loads of a
//                ROWS    [ c c c c ]           broadcast), ROW_THREADS below one another
//
// 2 * BATCH*M*N*K flop. Per step of 4 k a thread loads ROWS + 4 vectors for 16 * ROWS multiply-adds; with ROWS = 4, 4 flop a byte,
// the rest of the reuse is the caches'. No workgroup memory, no barrier: see conv2d.tile.
// Workgroups: fold(ceil(N/OUT_WIDTH / COLUMN_THREADS) * ceil(M / (ROWS*ROW_THREADS))), z = BATCH,
// where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along n
const ROW_THREADS = 4u; // threads of a workgroup along m
const ROWS = 4u; // rows of c of one thread; a multiple of 4 where TRANS_A

const BATCH = 1u;
const M = 8u;
const N = 8u;
const K = 8u;
const BATCH_STRIDE_A = 64u; // elements from one matrix of the batch to the next; 0 repeats one matrix
const BATCH_STRIDE_B = 64u;
const TRANS_A = false; // true: a is stored [k, m]

alias In = vec4f; // f32 where K (or M where TRANS_A, or BATCH_STRIDE_A) is not a multiple of 4
alias Out = vec4f; // f32 where N (or BATCH_STRIDE_B) is not a multiple of 4
const IN_WIDTH = 4u;
const OUT_WIDTH = 4u;

alias StoredA = In; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredB = Out;
alias StoredC = Out;

@group(0) @binding(0) var<storage, read> a: array<StoredA>;
@group(0) @binding(1) var<storage, read> b: array<StoredB>;
@group(0) @binding(2) var<storage, read_write> c: array<StoredC>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

const COLUMNS = N / OUT_WIDTH;
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILE_ROWS = ROWS * ROW_THREADS;
const TILES = COLUMN_TILES * ((M + TILE_ROWS - 1u) / TILE_ROWS);

@compute @workgroup_size(COLUMN_THREADS, ROW_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = group.x + group.y * groups.x;
  let batch = group.z;
  let column = (tile % COLUMN_TILES) * COLUMN_THREADS + thread.x;
  let row0 = (tile / COLUMN_TILES) * TILE_ROWS + thread.y * ROWS;
  if (tile >= TILES || column >= COLUMNS || row0 >= M) { return; }

  var address: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    let m = min(row0 + r, M - 1u);
    address[r] = (batch * BATCH_STRIDE_A + m * select(K, 1u, TRANS_A)) / IN_WIDTH;
  }
  var at = batch * BATCH_STRIDE_B / OUT_WIDTH + column;
  var acc: array<Out, ROWS>;
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let terms = select(0u, K, groups.x > 0u);
  for (var k = 0u; k < terms; k += IN_WIDTH) {
    var panel: array<Out, IN_WIDTH>;
    for (var j = 0u; j < IN_WIDTH; j++) {
      panel[j] = Out(b[at]);
      at += COLUMNS;
    }
    for (var r = 0u; r < ROWS; r++) {
      if (TRANS_A && IN_WIDTH == 4u) {
        // A vector holds four rows of one k: row r of this thread's block takes k + r % 4.
        let v = vec4f(In(a[address[r & ~3u] + (k + r % 4u) * (M / IN_WIDTH)]));
        for (var s = 0u; s < IN_WIDTH; s++) {
          acc[(r & ~3u) + s] = fma(Out(v[s]), panel[r % IN_WIDTH], acc[(r & ~3u) + s]);
        }
      } else {
        let v = vec4f(In(a[address[r] + k / IN_WIDTH * select(1u, M, TRANS_A)]));
        for (var j = 0u; j < IN_WIDTH; j++) {
          acc[r] = fma(Out(v[j]), panel[j], acc[r]);
        }
      }
    }
  }

  for (var r = 0u; r < ROWS; r++) {
    let m = row0 + r;
    if (m < M) {
      let at = (batch * M + m) * COLUMNS + column;
      c[at] = StoredC(epilogue(acc[r], at * OUT_WIDTH));
    }
  }
}
