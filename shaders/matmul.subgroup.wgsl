// Matrix product on register tiles, one tile per subgroup. Needs the feature "subgroups" and a subgroup size of exactly LANES.
//
//   c[q, m, n] = sum over k of  a[q, m, k] * b[q, k, n]      q: batch
//
//   one subgroup, COLUMN_LANES = 8         lane 0     lane 1    ...   lane 7
//   ROWS rows of                         [ c c c c ][ c c c c ]  ...  [ c c c c ]     4 columns a lane
//
// 2 * BATCH*M*N*K flop; per step of 4 k a lane makes ROWS/COLUMN_LANES + 4 loads for 16 * ROWS multiply-adds: a is loaded once per
// subgroup, a different vector by each lane, and handed round by shuffles.
// For why loads are spared and the loop is kept rolled, see conv2d.subgroup.
// Workgroups: fold(ceil(N/OUT_WIDTH / COLUMN_LANES) * ceil(M / (ROWS*LANES/COLUMN_LANES))), z = BATCH,
// where fold(t) is x = min(t, 65535), y = ceil(t / x).
enable subgroups;

const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const COLUMN_LANES = 8u; // lanes along n, at least 4 where TRANS_A; the other groups of lanes take other rows
const ROWS = 16u; // rows of c of one lane; a multiple of COLUMN_LANES

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
const COLUMN_TILES = (COLUMNS + COLUMN_LANES - 1u) / COLUMN_LANES;
const TILE_ROWS = ROWS * (LANES / COLUMN_LANES);
const TILES = COLUMN_TILES * ((M + TILE_ROWS - 1u) / TILE_ROWS);
const LOADS = ROWS / COLUMN_LANES;
// Stored [k, m], a vector of a holds four rows at one k instead of four k of one row.
const TURNED = TRANS_A && IN_WIDTH == 4u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = group.x + group.y * groups.x;
  if (TILES > 65535u && tile >= TILES) { return; }
  let columnLane = lane % COLUMN_LANES;
  let lane0 = lane - columnLane;
  let column = (tile % COLUMN_TILES) * COLUMN_LANES + columnLane;
  let row0 = (tile / COLUMN_TILES) * TILE_ROWS + lane / COLUMN_LANES * ROWS;

  var address: array<u32, LOADS>;
  for (var t = 0u; t < LOADS; t++) {
    let v = t * COLUMN_LANES + columnLane;
    let m = min(row0 + select(v, v / 4u * 4u, TURNED), M - 1u);
    let k = select(0u, v % 4u, TURNED);
    address[t] = (group.z * BATCH_STRIDE_A + m * select(K, 1u, TRANS_A) + k * select(1u, M, TRANS_A)) / IN_WIDTH;
  }
  let base = group.z * BATCH_STRIDE_B / OUT_WIDTH + min(column, COLUMNS - 1u);
  var acc: array<Out, ROWS>;
  var v: array<vec4f, LOADS>;
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let terms = select(0u, K, groups.x > 0u);
  for (var k = 0u; k < terms; k++) {
    if (k % IN_WIDTH == 0u) {
      for (var t = 0u; t < LOADS; t++) {
        v[t] = vec4f(In(a[address[t] + k / IN_WIDTH * select(1u, M, TRANS_A)]));
      }
    }
    let panel = Out(b[base + k * COLUMNS]);
    for (var r = 0u; r < ROWS; r++) {
      let source = select(r, r / 4u * 4u + k % IN_WIDTH, TURNED);
      let value = subgroupShuffle(v[r / COLUMN_LANES][select(0u, r % 4u, TURNED)], lane0 + source % COLUMN_LANES);
      acc[r] = fma(Out(value), panel, acc[r]);
    }
    if (!TURNED) {
      for (var t = 0u; t < LOADS; t++) {
        v[t] = v[t].yzwx;
      }
    }
  }

  if (COLUMNS % COLUMN_LANES != 0u && column >= COLUMNS) { return; }
  // Rolled for the same reason: the hook may be a long text with many loads, and its code is made once.
  var results = acc;
  let rows = select(0u, ROWS, groups.x > 0u);
  for (var r = 0u; r < rows; r++) {
    let m = row0 + r;
    if (M % TILE_ROWS == 0u || m < M) {
      let i = (group.z * M + m) * COLUMNS + column;
      c[i] = StoredC(epilogue(results[r], i * OUT_WIDTH));
    }
  }
}
