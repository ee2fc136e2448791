// Takes from every window the element that max pooling took from another image: the gradient of `max-pool2d-scatter.wgsl`.
//
//   y[n, oh, ow, c] = x[n, oh*stride + kh - pad, ow*stride + kw - pad, c]  with kh * KW + kw = taps[n, oh, ow, c]
//
// x [n, h, w, c], taps and y [n, oh, ow, c]. One thread a value: neighbouring channels may come from different elements.
// Workgroups: fold(ceil(N*OH*OW*C / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const H = 8u;
const W = 8u;
const C = 4u;
const OH = 4u;
const OW = 4u;
const KW = 2u;
const STRIDE_H = 2u;
const STRIDE_W = 2u;
const PAD_H = 0u;
const PAD_W = 0u;

alias StoredX = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredY = f32;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * OH * OW * C) { return; }
  let c = index % C;
  let ow = index / C % OW;
  let oh = index / (C * OW) % OH;
  let n = index / (C * OW * OH);
  let tap = u32(taps[index]);
  let h = oh * STRIDE_H + tap / KW - PAD_H;
  let w = ow * STRIDE_W + tap % KW - PAD_W;
  y[index] = StoredY(epilogue(f32(x[((n * H + h) * W + w) * C + c]), index));
}
