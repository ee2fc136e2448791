// Second step of a 3×3 convolution by Winograd's method (see conv2d-winograd.weights): what every tile of 4×4 outputs sees of the
// image, 6×6 pixels, in terms of the points.
//
//   v[q, tile, i] = sum over r, c of  B[q / 6, r] * B[q % 6, c] * x[n, 4*th + r - pad, 4*tw + c - pad, i],   tile = (n*TH + th)*TW + tw
//
// x [n, h, w, i], v [36, tile, i]. Row k of B holds the coefficients of the product of (x - p) over all points p but the k-th.
//
// A thread: one tile, one channel; 36 numbers in, 36 out, 12 sums of 6. Bandwidth-bound: 4 * (36/16) bytes read and
// written an element of x. Loops are rolled, see conv2d-winograd.weights.
// Workgroups: fold(ceil(N*TH*TW * I / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const H = 8u;
const W = 8u;
const I = 4u;
const OH = 8u;
const OW = 8u;
const PAD_H = 1u;
const PAD_W = 1u;

alias StoredX = f32; // as stored: f16 where the tensor has that type

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read_write> v: array<f32>;

const TH = (OH + 3u) / 4u;
const TW = (OW + 3u) / 4u;
const SIZE = N * TH * TW * I;
const NEAR = 2.0 / 3.0;
const FAR = 3.0 / 2.0;
const SQUARES = NEAR * NEAR + FAR * FAR;

// B times six pixels of a row or column; NEAR * FAR = 1.
fn values(d: array<f32, 6>) -> array<f32, 6> {
  let near = d[4] - FAR * FAR * d[2];
  let nearOdd = NEAR * d[3] - FAR * d[1];
  let far = d[4] - NEAR * NEAR * d[2];
  let farOdd = FAR * d[3] - NEAR * d[1];
  let zero = d[0] - SQUARES * d[2] + d[4];
  let infinity = d[1] - SQUARES * d[3] + d[5];
  return array(zero, near + nearOdd, near - nearOdd, far + farOdd, far - farOdd, infinity);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= SIZE) { return; }
  let tile = index / I;
  let image = tile / (TH * TW) * H;
  // Rows above the image wrap to huge numbers, so that one comparison tests both sides.
  let row = tile / TW % TH * 4u - PAD_H;
  let col = tile % TW * 4u - PAD_W;
  let six = select(0u, 6u, groups.x > 0u);
  var rows: array<array<f32, 6>, 6>;
  var d: array<f32, 6>;
  for (var r = 0u; r < six; r++) {
    for (var c = 0u; c < 6u; c++) {
      let inside = row + r < H && col + c < W;
      let at = ((image + row + r) * W + col + c) * I + index % I;
      d[c] = select(0.0, f32(x[select(0u, at, inside)]), inside);
    }
    rows[r] = values(d);
  }
  for (var c = 0u; c < six; c++) {
    let column = values(array(rows[0][c], rows[1][c], rows[2][c], rows[3][c], rows[4][c], rows[5][c]));
    for (var r = 0u; r < 6u; r++) {
      v[(r * 6u + c) * SIZE + index] = column[r];
    }
  }
}
