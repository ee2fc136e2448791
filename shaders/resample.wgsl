// Weighted gathering along one axis: resizing, average pooling and the borders of padding are rows of weights, few of them not 0.
//
//   y[a, o, b] = sum over the taps (position, weight) of row o of  weight * x[a, position, b]
//
//   x [OUTER, FROM, INNER]   table: TO pairs (first tap, end), then the taps   y [OUTER, TO, INNER]
//
// One thread computes four neighbours along INNER where it can; a row's taps are added in ascending order of position. The weights
// are the bits of floats, so that a position may be any whole number. 2 flop a tap; bandwidth-bound: y once, x once a tap.
// Workgroups: fold(ceil(COUNT / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

alias T = vec4f; // f32 where INNER is not a multiple of 4
const WIDTH = 4u;
const FROM = 2u;
const TO = 3u;
const INNER = 1u; // in T
const COUNT = 3u; // of y, in T

alias StoredX = T; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredY = T;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> table: array<vec2i>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: T, i: u32) -> T { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= COUNT) { return; }
  let b = index % INNER;
  let o = index / INNER % TO;
  let a = index / (INNER * TO);
  let row = table[o];
  var sum = T(0);
  for (var k = row.x; k < row.y; k++) {
    let tap = table[k];
    sum += bitcast<f32>(tap.y) * T(x[(a * FROM + u32(tap.x)) * INNER + b]);
  }
  y[index] = StoredY(epilogue(sum, index * WIDTH));
}
