// y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride - pad + kh*dilation, .., i] * w[kh, kw, i, o]
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
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

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
  var sum = 0.0;
  for (var kh = 0u; kh < KH; kh++) {
    // Above the image the subtraction wraps to a huge number: one comparison tests both sides.
    let ih = oh * STRIDE_H + kh * DILATION_H - PAD_H;
    if (ih >= H) { continue; }
    for (var kw = 0u; kw < KW; kw++) {
      let iw = ow * STRIDE_W + kw * DILATION_W - PAD_W;
      if (iw >= W) { continue; }
      let pixel = ((n * H + ih) * W + iw) * I + group * (I / GROUPS);
      let tap = (kh * KW + kw) * (I / GROUPS) * O + o;
      for (var i = 0u; i < I / GROUPS; i++) {
        sum += x[pixel + i] * w[tap + i * O];
      }
    }
  }
  y[index] = epilogue1(sum, index);
}
