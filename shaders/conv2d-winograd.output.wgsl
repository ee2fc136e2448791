// Last step of a 3×3 convolution by Winograd's method (see conv2d-winograd.weights): pixels from the products at the points.
//
//   y[n, 4*th + r, 4*tw + c, o] = sum over q of  (point q / 6)^r * (point q % 6)^c * p[q, tile, o],   tile = (n*TH + th)*TW + tw
//
// p [36, tile, o], y [n, oh, ow, o]; infinity counts for the highest power only.
//
// A thread: one tile, one channel; 36 numbers in, 16 out, 10 sums of 6. Bandwidth-bound: 4 * (36/16 + 1) bytes an output.
// Loops are rolled, see conv2d-winograd.weights.
// Workgroups: fold(ceil(N*TH*TW * O / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const OH = 8u;
const OW = 8u;
const O = 8u;

alias StoredY = f32; // as stored: f16 where the tensor has that type

@group(0) @binding(0) var<storage, read> p: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<StoredY>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

const TH = (OH + 3u) / 4u;
const TW = (OW + 3u) / 4u;
const SIZE = N * TH * TW * O;
const NEAR = 2.0 / 3.0;
const FAR = 3.0 / 2.0;

// The sums of products at the points times powers of the points.
fn pixels(m: array<f32, 6>) -> array<f32, 4> {
  let near = m[1] + m[2];
  let nearOdd = NEAR * (m[1] - m[2]);
  let far = m[3] + m[4];
  let farOdd = FAR * (m[3] - m[4]);
  let third = NEAR * NEAR * near + FAR * FAR * far;
  let fourth = NEAR * NEAR * nearOdd + FAR * FAR * farOdd + m[5];
  return array(m[0] + near + far, nearOdd + farOdd, third, fourth);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= SIZE) { return; }
  let tile = index / O;
  let image = tile / (TH * TW) * OH;
  let six = select(0u, 6u, groups.x > 0u);
  var rows: array<array<f32, 4>, 6>;
  var m: array<f32, 6>;
  for (var r = 0u; r < six; r++) {
    for (var c = 0u; c < 6u; c++) {
      m[c] = p[(r * 6u + c) * SIZE + index];
    }
    rows[r] = pixels(m);
  }
  var results: array<array<f32, 4>, 4>;
  for (var c = 0u; c < 4u; c++) {
    results[c] = pixels(array(rows[0][c], rows[1][c], rows[2][c], rows[3][c], rows[4][c], rows[5][c]));
  }
  // Rolled, since the hook may be a long text with many loads, and its code is made once.
  let count = select(0u, 16u, groups.x > 0u);
  for (var k = 0u; k < count; k++) {
    let row = tile / TW % TH * 4u + k / 4u;
    let col = tile % TW * 4u + k % 4u;
    if ((OH % 4u == 0u || row < OH) && (OW % 4u == 0u || col < OW)) {
      let at = ((image + row) * OW + col) * O + index % O;
      y[at] = StoredY(epilogue1(results[k % 4u][k / 4u], at));
    }
  }
}
