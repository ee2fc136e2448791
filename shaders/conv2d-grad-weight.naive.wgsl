// Gradient of a convolution for its weights, the plain form: one thread per weight, a loop over all output pixels.
//
//   dw[kh, kw, i, o] = sum over n, oh, ow of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * dy[n, oh, ow, o]
//
// x [n, h, w, i], dy [n, oh, ow, o], dw [kh, kw, i/groups, o]. The constants are those of the forward convolution.
// 2 * N*OH*OW*O * KH*KW*I/GROUPS flop from few, long threads: the worst shape for a GPU, which the other forms mend.
// Workgroups: fold(ceil(KH*KW*(I/GROUPS)*O / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

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
alias StoredDy = f32;
alias StoredDw = f32;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(2) var<storage, read_write> dw: array<StoredDw>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= KH * KW * (I / GROUPS) * O) { return; }
  let o = index % O;
  let i = index / O % (I / GROUPS) + o / (O / GROUPS) * (I / GROUPS);
  let kw = index / (O * (I / GROUPS)) % KW;
  let kh = index / (O * (I / GROUPS) * KW);
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let pixels = select(0u, N * OH * OW, groups.x > 0u);
  var sum = 0.0;
  for (var m = 0u; m < pixels; m++) {
    // Above or left of the image the subtraction wraps to a huge number: one comparison tests both sides.
    let ih = m / OW % OH * STRIDE_H + kh * DILATION_H - PAD_H;
    let iw = m % OW * STRIDE_W + kw * DILATION_W - PAD_W;
    if (ih >= H || iw >= W) { continue; }
    sum += f32(x[((m / (OH * OW) * H + ih) * W + iw) * I + i]) * f32(dy[m * O + o]);
  }
  dw[index] = StoredDw(epilogue1(sum, index));
}
