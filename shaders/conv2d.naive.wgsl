// Convolution, the plain form: one thread per output, three loops. The truth that the fast forms are checked against, and
// the form for small work.
//
//   y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * w[kh, kw, i, o]
//
// x [n, h, w, i], w [kh, kw, i/groups, o], y [n, oh, ow, o].
// 2 * N*OH*OW*O * KH*KW*I/GROUPS flop; every product loads both of its factors, 8 bytes for 2 flop, and relies on the caches.
// Workgroups: fold(ceil(N*OH*OW*O / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const H = 8u;
const W = 8u;
const I = 4u;
const OH = 8u;
const OW = 8u;
const O = 32u;
const KH = 3u;
const KW = 3u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 1u;
const PAD_W = 1u;
const DILATION_H = 1u;
const DILATION_W = 1u;
const GROUPS = 1u;

alias StoredX = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredW = f32;
alias StoredY = f32;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> w: array<StoredW>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * OH * OW * O) { return; }
  let o = index % O;
  let ow = index / O % OW;
  let oh = index / (O * OW) % OH;
  let n = index / (O * OW * OH);
  let group = o / (O / GROUPS);
  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let channels = select(0u, I / GROUPS, groups.x > 0u);
  var sum = 0.0;
  for (var tap = 0u; tap < taps; tap++) {
    // Above or left of the image the subtraction wraps to a huge number: one comparison tests both sides.
    let ih = oh * STRIDE_H + tap / KW * DILATION_H - PAD_H;
    let iw = ow * STRIDE_W + tap % KW * DILATION_W - PAD_W;
    if (ih >= H || iw >= W) { continue; }
    let pixel = ((n * H + ih) * W + iw) * I + group * (I / GROUPS);
    let weight = tap * (I / GROUPS) * O + o;
    for (var i = 0u; i < channels; i++) {
      sum += f32(x[pixel + i]) * f32(w[weight + i * O]);
    }
  }
  y[index] = StoredY(epilogue1(sum, index));
}
