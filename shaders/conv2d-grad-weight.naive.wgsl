// dw[kh, kw, i, o] = sum over n, oh, ow of  x[n, oh*stride - pad + kh*dilation, .., i] * dy[n, oh, ow, o]
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

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= KH * KW * (I / GROUPS) * O) { return; }
  let o = index % O;
  let i = index / O % (I / GROUPS) + o / (O / GROUPS) * (I / GROUPS);
  let kw = index / (O * (I / GROUPS)) % KW;
  let kh = index / (O * (I / GROUPS) * KW);
  var sum = 0.0;
  for (var n = 0u; n < N; n++) {
    for (var oh = 0u; oh < OH; oh++) {
      // Above the image the subtraction wraps to a huge number: one comparison tests both sides.
      let ih = oh * STRIDE_H + kh * DILATION_H - PAD_H;
      if (ih >= H) { continue; }
      for (var ow = 0u; ow < OW; ow++) {
        let iw = ow * STRIDE_W + kw * DILATION_W - PAD_W;
        if (iw >= W) { continue; }
        sum += x[((n * H + ih) * W + iw) * I + i] * dy[((n * OH + oh) * OW + ow) * O + o];
      }
    }
  }
  dw[index] = epilogue1(sum, index);
}
