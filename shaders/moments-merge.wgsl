// Second dispatch of moments.wgsl: merges the means and centred squares of SLICES slices of rows, in a fixed order.
// Slice s holds the rows s, s + SLICES, s + 2 SLICES, … of ROWS.

alias T = vec4f;
struct Moments {
  mean: T,
  squares: T,
}
alias Y = Moments;       // what y holds: the first value made of the results
const OUTPUTS = 1u;      // elements of type T in one row
const ROWS = 1u;
const SLICES = 1u;
const WORKGROUP = 64u;
const ROW = 4194240u;    // threads in one row of the grid: workgroups in x times WORKGROUP

alias StoredY = Y; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read_write> y: array<StoredY>;
@group(0) @binding(1) var<storage, read> part: array<Moments>;

fn finish(v: Moments, i: u32) -> Y {
  return v;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * ROW;
  if (i >= OUTPUTS) {
    return;
  }
  var count = 0.0;
  var mean = T(0);
  var squares = T(0);
  for (var s = 0u; s < SLICES; s++) {
    let other = part[s * OUTPUTS + i];
    let n = f32((ROWS - s + SLICES - 1u) / SLICES);
    let delta = other.mean - mean;
    squares += other.squares + delta * delta * (count * n / (count + n));
    mean += delta * (n / (count + n));
    count += n;
  }
  y[i] = finish(Moments(mean, squares), i);
}
