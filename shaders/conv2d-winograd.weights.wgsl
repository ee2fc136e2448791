// First step of a 3×3 convolution by Winograd's method F(4×4, 3×3): tiles of 4×4 outputs cost 36 products a pair of channels
// instead of 144, since a convolution is the product of two polynomials, and those are known by their values at few points.
//
//   u[q, i, o] = values of the polynomial with coefficients w[., ., i, o] at the pair of points q = 6 * vertical + horizontal
//
// w [3, 3, i, o], u [36, i, o]. Steps: this one; conv2d-winograd.input makes v [36, tile, i] of the image; 36 matrix products
// p[q] = v[q] · u[q]; conv2d-winograd.output makes pixels of p. The convolution is 2 * 36 * N*TH*TW * I*O flop for 2 * N*OH*OW * 9 * I*O.
//
// The points 0, ±2/3, ±3/2 and infinity round least of a dozen sets that were tried. Against float64 (64 channels,
// uniform numbers) the error is about twice that of the direct sum; with 0, ±1, ±2 it is four times as large.
// Method: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv 1509.09308). The weights are divided by
// the products of the points' differences, so that neither image nor result has to be.
//
// A thread: one pair of channels; 9 sums of 3 numbers, 36 + 144 bytes. Single numbers and rolled loops in all three files, since a
// software adapter compiles every place that reads or writes for each lane and component: vectors were a sixth faster
// and took four times as long to compile.
// Workgroups: fold(ceil(I*O / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const I = 4u;
const O = 8u;
const TURNED = false; // true: w is that of the convolution whose input gradient this is, [3, 3, o, i], turned by 180 degrees

alias StoredW = f32; // as stored: f16 where the tensor has that type

@group(0) @binding(0) var<storage, read> w: array<StoredW>;
@group(0) @binding(1) var<storage, read_write> u: array<f32>;

const NEAR = 2.0 / 3.0;
const FAR = 3.0 / 2.0;
const NEAR_SCALE = -81.0 / 130.0; // 1 / (2 NEAR² (NEAR² - FAR²))
const FAR_SCALE = 8.0 / 65.0; // 1 / (2 FAR² (FAR² - NEAR²))

// Of g0 + g1 x + g2 x² at the six points; at infinity it is the last coefficient.
fn values(g: array<f32, 3>) -> array<f32, 6> {
  let near = NEAR_SCALE * (g[0] + NEAR * NEAR * g[2]);
  let nearOdd = NEAR_SCALE * NEAR * g[1];
  let far = FAR_SCALE * (g[0] + FAR * FAR * g[2]);
  let farOdd = FAR_SCALE * FAR * g[1];
  return array(g[0], near + nearOdd, near - nearOdd, far + farOdd, far - farOdd, g[2]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= I * O) { return; }
  let i = index / O;
  let o = index % O;
  let three = select(0u, 3u, groups.x > 0u);
  var rows: array<array<f32, 6>, 3>;
  var g: array<f32, 3>;
  for (var r = 0u; r < three; r++) {
    for (var c = 0u; c < three; c++) {
      let tap = r * 3u + c;
      g[c] = f32(w[select((tap * I + i) * O + o, ((8u - tap) * O + o) * I + i, TURNED)]);
    }
    rows[r] = values(g);
  }
  for (var c = 0u; c < 2u * three; c++) {
    var column = values(array(rows[0][c], rows[1][c], rows[2][c]));
    for (var r = 0u; r < 2u * three; r++) {
      u[(r * 6u + c) * I * O + index] = column[r];
    }
  }
}
