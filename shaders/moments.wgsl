// Mean and centred sum of squares over rows, reading every element once:
//   mean = Σ x / n        squares = Σ (x - mean)²
//
// Rows are taken in blocks. Within a block the sums Σ d and Σ d² of the distances d from the mean so far (at first from the
// first element) are formed, then the block is merged by Chan, Golub and LeVeque (1979):
//   δ = mean_b - mean_a,   mean = mean_a + δ n_b / n,   squares = squares_a + squares_b + δ² n_a n_b / n
// Never Σ x² - (Σ x)² / n: it cancels where the mean is large. Here what cancels is at most BLOCK times what remains.
//
// Threads, slices and the second dispatch are those of reduce.wgsl; the second dispatch merges slices the same way.
// The graph compiler replaces `element` by the fused expression and `finish` by what is made of the results.

alias T = vec4f;
struct Moments {
  mean: T,
  squares: T,
}
alias Y = Moments;       // what y holds: partial results, or the first value made of the results
const OUTPUTS = 1u;      // elements of type T in one row
const ROWS = 1u;
const SLICES = 1u;
const WORKGROUP = 64u;
const ROW = 4194240u;    // threads in one row of the grid: workgroups in x times WORKGROUP
const BLOCK = 32u;

alias StoredY = Y; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read_write> y: array<StoredY>;

fn element(r: u32, o: u32) -> T {
  return T(0);
}

fn finish(v: Moments, i: u32) -> Y {
  return v;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * ROW;
  if (i >= OUTPUTS * SLICES) {
    return;
  }
  let o = i % OUTPUTS;
  var count = 0.0;
  var mean = element(i / OUTPUTS, o);
  var squares = T(0);
  for (var begin = i / OUTPUTS; begin < ROWS; begin += BLOCK * SLICES) {
    var d1 = T(0);
    var d2 = T(0);
    let end = min(begin + BLOCK * SLICES, ROWS);
    for (var r = begin; r < end; r += SLICES) {
      let d = element(r, o) - mean;
      d1 += d;
      d2 += d * d;
    }
    let n = f32((end - begin + SLICES - 1u) / SLICES);
    let delta = d1 / n; // from the mean so far to the block's
    squares += max(d2 - d1 * delta, T(0)) + delta * delta * (count * n / (count + n));
    mean += delta * (n / (count + n));
    count += n;
  }
  y[i] = finish(Moments(mean, squares), i);
}
