// Picking along the middle axis: y[o, p, i] = x[o, index[o, p, i], i].
//
//   x      [OUTER, ROWS, INNER]
//   index  [INDEX_OUTER, PLACES, INDEX_INNER]   an axis of size 1 is repeated, so that whole rows share one entry
//   y      [OUTER, PLACES, INNER]
//
// An index outside 0 .. ROWS-1 picks 0. Negative ones are large as unsigned numbers, so one comparison finds both.
// Bytes: the index, and every element of y read and written once; neighbouring threads read neighbouring elements
// where INNER is long. Workgroups: fold(ceil(OUTER*PLACES*INNER / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

alias T = f32;       // vec4f takes four neighbours of INNER at a time; INNER then counts these
alias Whole = i32;
const OUTER = 1u;
const ROWS = 1u;
const PLACES = 1u;
const INNER = 1u;
const WIDTH = 1u;    // numbers in a T
const INDEX_OUTER = 1u;
const INDEX_INNER = 1u;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> index: array<Whole>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

fn epilogue(v: T, i: u32) -> T { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  if (at >= OUTER * PLACES * INNER) { return; }
  let i = at % INNER;
  let p = at / INNER % PLACES;
  let o = at / (INNER * PLACES);
  let row = u32(index[(select(0u, o, INDEX_OUTER > 1u) * PLACES + p) * INDEX_INNER + select(0u, i, INDEX_INNER > 1u)]);
  var v = T(0);
  if (row < ROWS) { v = x[(o * ROWS + row) * INNER + i]; }
  y[at] = epilogue(v, at * WIDTH);
}
