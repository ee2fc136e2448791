// Depthwise convolution and, with TRANSPOSED, its gradient for the input: four neighbouring channels of a pixel a thread.
//
//   y[n, oh, ow, c] = sum over kh, kw of  x[n, ih, iw, c] * w[kh, kw, c]
//
//   ih = oh*stride + kh*dilation - pad, or with TRANSPOSED the ih of which that is true with ih and oh exchanged; iw likewise
//
// x [n, h, w, c], w [kh, kw, 1, c], y [n, oh, ow, c] with c a multiple of 4. With TRANSPOSED x is dy and y is dx.
// 2 * N*OH*OW*C * KH*KW flop; two loads for four products, where the naive form needs eight.
// Workgroups: fold(ceil(N*OH*OW*C/4 / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

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
const TRANSPOSED = false;

alias StoredX = vec4f; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredW = vec4f;
alias StoredY = vec4f;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> w: array<StoredW>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: vec4f, i: u32) -> vec4f { return v; }

// Where tap k of the window of output `o` lies along an axis of `size`; `size` itself or more if it does not.
fn place(o: u32, k: u32, stride: u32, pad: u32, size: u32) -> u32 {
  // Before the axis the subtraction wraps to a huge number.
  if (!TRANSPOSED) { return o * stride + k - pad; }
  let apart = o + pad - k;
  return select(size, apart / stride, o + pad >= k && apart % stride == 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * OH * OW * (C / 4u)) { return; }
  let c = index % (C / 4u);
  let ow = index / (C / 4u) % OW;
  let oh = index / (C / 4u * OW) % OH;
  let n = index / (C / 4u * OW * OH);
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  var sum = vec4f(0);
  for (var tap = 0u; tap < taps; tap++) {
    let ih = place(oh, tap / KW * DILATION_H, STRIDE_H, PAD_H, H);
    let iw = place(ow, tap % KW * DILATION_W, STRIDE_W, PAD_W, W);
    if (ih >= H || iw >= W) { continue; }
    sum += vec4f(x[((n * H + ih) * W + iw) * (C / 4u) + c]) * vec4f(w[tap * (C / 4u) + c]);
  }
  y[index] = StoredY(epilogue(sum, index * 4u));
}
