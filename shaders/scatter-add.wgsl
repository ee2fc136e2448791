// The transpose of gather.wgsl: y[o, r, i] is the sum of x[o, p, i] over the places p with index[o, p, i] = r.
//
//   x      [OUTER, PLACES, INNER]
//   links  from scatter-links.wgsl
//   y      [OUTER, ROWS, INNER]
//
// A thread follows the chain of one row and adds in the order of the places, so that equal inputs give equal bits. Sums of 64
// are added up in turn: the rounding error of a row that is picked ten thousand times stays that of a few hundred additions.
// Bytes: x once, y once, the links. Workgroups: fold(ceil(OUTER*ROWS*INNER / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

alias T = f32;       // vec4f adds four neighbours of INNER at a time; INNER then counts these
const OUTER = 1u;
const ROWS = 1u;
const PLACES = 1u;
const INNER = 1u;
const WIDTH = 1u;    // numbers in a T
const INDEX_OUTER = 1u;
const INDEX_INNER = 1u;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> links: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

fn epilogue(v: T, i: u32) -> T { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  if (at >= OUTER * ROWS * INNER) { return; }
  let i = at % INNER;
  let r = at / INNER % ROWS;
  let o = at / (INNER * ROWS);
  let chain = select(0u, o, INDEX_OUTER > 1u) * (ROWS + PLACES) * INDEX_INNER + select(0u, i, INDEX_INNER > 1u);
  var total = T(0);
  var part = T(0);
  var terms = 0u;
  var p = links[chain + r * INDEX_INNER];
  while (p < PLACES) {
    part += x[(o * PLACES + p) * INNER + i];
    terms++;
    if (terms % 64u == 0u) {
      total += part;
      part = T(0);
    }
    p = links[chain + (ROWS + p) * INDEX_INNER];
  }
  y[at] = epilogue(total + part, at * WIDTH);
}
