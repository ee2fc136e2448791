// Gradient of a depthwise convolution for its weights: four neighbouring channels a thread, the sum over pixels in slices.
//
//   dw[s, kh, kw, c] = sum over the output pixels (n, oh, ow) of slice s of  x[n, oh*stride + kh*dilation - pad, …, c] * dy[n, oh, ow, c]
//
// x [n, h, w, c], dy [n, oh, ow, c], dw [SLICES, kh, kw, c] with c a multiple of 4. A slice is a run of neighbouring pixels.
// 2 * N*OH*OW*C * KH*KW flop, two loads for four products. With SLICES > 1 `sum-slices.wgsl` adds up what this leaves.
// Workgroups: fold(ceil(KH*KW*C/4 / 64)), z = SLICES, where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const H = 8u;
const W = 8u;
const OH = 8u;
const OW = 8u;
const C = 8u;
const KH = 3u;
const KW = 3u;
const STRIDE_H = 1u;
const STRIDE_W = 1u;
const PAD_H = 1u;
const PAD_W = 1u;
const DILATION_H = 1u;
const DILATION_W = 1u;
const SLICES = 1u;

alias StoredX = vec4f; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredDy = vec4f;
alias StoredDw = vec4f;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(2) var<storage, read_write> dw: array<StoredDw>;

fn epilogue(v: vec4f, i: u32) -> vec4f { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  let size = KH * KW * (C / 4u);
  if (index >= size) { return; }
  let c = index % (C / 4u);
  let tap = index / (C / 4u);
  let kh = tap / KW * DILATION_H;
  let kw = tap % KW * DILATION_W;
  let run = (N * OH * OW + SLICES - 1u) / SLICES;
  let end = min((id.z + 1u) * run, N * OH * OW);
  var sum = vec4f(0);
  for (var m = id.z * run; m < end; m++) {
    // Above or left of the image the subtraction wraps to a huge number: one comparison tests both sides.
    let ih = m / OW % OH * STRIDE_H + kh - PAD_H;
    let iw = m % OW * STRIDE_W + kw - PAD_W;
    if (ih >= H || iw >= W) { continue; }
    sum += vec4f(x[((m / (OH * OW) * H + ih) * W + iw) * (C / 4u) + c]) * vec4f(dy[m * (C / 4u) + c]);
  }
  dw[id.z * size + index] = StoredDw(epilogue(sum, index * 4u));
}
