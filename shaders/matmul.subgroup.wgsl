enable subgroups;
// c[b, m, n] = sum over k of  a[b, m, k] * b[b, k, n]
const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const COLUMN_LANES = 8u; // lanes along n; the other LANES / COLUMN_LANES groups take other rows
const ROWS = 8u; // rows of c of one lane; a multiple of COLUMN_LANES

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

@group(0) @binding(0) var<storage, read> a: array<In>;
@group(0) @binding(1) var<storage, read> b: array<Out>;
@group(0) @binding(2) var<storage, read_write> c: array<Out>;

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
  if (tile >= TILES) { return; }
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
  var at = group.z * BATCH_STRIDE_B / OUT_WIDTH + min(column, COLUMNS - 1u);
  var acc: array<Out, ROWS>;
  for (var k = 0u; k < K / IN_WIDTH; k++) {
    var v: array<vec4f, LOADS>;
    for (var t = 0u; t < LOADS; t++) {
      v[t] = vec4f(a[address[t] + k * select(1u, M, TRANS_A)]);
    }
    for (var j = 0u; j < IN_WIDTH; j++) {
      let panel = b[at];
      at += COLUMNS;
      for (var r = 0u; r < ROWS; r++) {
        let source = select(r, r / 4u * 4u + j, TURNED);
        let value = subgroupShuffle(v[source / COLUMN_LANES][select(j, r % 4u, TURNED)], lane0 + source % COLUMN_LANES);
        acc[r] = fma(Out(value), panel, acc[r]);
      }
    }
  }

  if (column >= COLUMNS) { return; }
  for (var r = 0u; r < ROWS; r++) {
    let m = row0 + r;
    if (m < M) {
      let i = (group.z * M + m) * COLUMNS + column;
      c[i] = epilogue(acc[r], i * OUT_WIDTH);
    }
  }
}
