// Running sums: y[o, t, i] = sum over s <= t of x[o, s, i].
//
// One thread per (o, i) walks along the axis, so that neighbouring threads read neighbouring addresses where INNER > 1.
// OUTER * LENGTH * INNER flop, 8 bytes an element. Workgroups: fold(ceil(OUTER * INNER / 64)).

const OUTER = 1u;
const LENGTH = 8u;
const INNER = 1u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let line = id.x + id.y * groups.x * 64u;
  if (line >= OUTER * INNER) { return; }
  let first = line / INNER * (LENGTH * INNER) + line % INNER;
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let terms = select(0u, LENGTH, groups.x > 0u);
  var sum = 0.0;
  for (var t = 0u; t < terms; t++) {
    sum += x[first + t * INNER];
    y[first + t * INNER] = sum;
  }
}
