// dx[n, ih, iw, i] = sum over kh, kw, o, and oh, ow with oh*stride - pad + kh*dilation = ih, of  dy[n, oh, ow, o] * w[kh, kw, i, o]
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

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * H * W * I) { return; }
  let i = index % I;
  let iw = index / I % W;
  let ih = index / (I * W) % H;
  let n = index / (I * W * H);
  let group = i / (I / GROUPS);
  let row = i % (I / GROUPS);
  var sum = 0.0;
  for (var kh = 0u; kh < KH; kh++) {
    let y = ih + PAD_H - kh * DILATION_H;
    if (ih + PAD_H < kh * DILATION_H || y % STRIDE_H != 0u || y / STRIDE_H >= OH) { continue; }
    for (var kw = 0u; kw < KW; kw++) {
      let x = iw + PAD_W - kw * DILATION_W;
      if (iw + PAD_W < kw * DILATION_W || x % STRIDE_W != 0u || x / STRIDE_W >= OW) { continue; }
      let pixel = ((n * OH + y / STRIDE_H) * OW + x / STRIDE_W) * O + group * (O / GROUPS);
      let tap = ((kh * KW + kw) * (I / GROUPS) + row) * O + group * (O / GROUPS);
      for (var o = 0u; o < O / GROUPS; o++) {
        sum += dy[pixel + o] * w[tap + o];
      }
    }
  }
  dx[index] = epilogue1(sum, index);
}
