// Gradient of a convolution for its input, the plain form; the same sum is the transposed convolution of dy.
// Gathers: each thread looks up the outputs that its input pixel contributed to, so that no two threads write one address.
//
//   dx[n, ih, iw, i] = sum over kh, kw, o of  dy[n, oh, ow, o] * w[kh, kw, i, o]   where oh*stride + kh*dilation - pad = ih, and ow likewise
//
// dy [n, oh, ow, o], w [kh, kw, i/groups, o], dx [n, h, w, i]. The constants are those of the forward convolution.
// 2 * N*OH*OW*O * KH*KW*I/GROUPS flop; at stride s only 1 of s*s taps passes the test, the others cost the test.
// Workgroups: fold(ceil(N*H*W*I / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

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

alias StoredDy = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredW = f32;
alias StoredDx = f32;

@group(0) @binding(0) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(1) var<storage, read> w: array<StoredW>;
@group(0) @binding(2) var<storage, read_write> dx: array<StoredDx>;

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
  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let channels = select(0u, O / GROUPS, groups.x > 0u);
  var sum = 0.0;
  for (var tap = 0u; tap < taps; tap++) {
    // oh * stride and ow * stride of the output that this tap connects with the pixel, if there is one
    let down = ih + PAD_H - tap / KW * DILATION_H;
    let right = iw + PAD_W - tap % KW * DILATION_W;
    if (ih + PAD_H < tap / KW * DILATION_H || down % STRIDE_H != 0u || down / STRIDE_H >= OH) { continue; }
    if (iw + PAD_W < tap % KW * DILATION_W || right % STRIDE_W != 0u || right / STRIDE_W >= OW) { continue; }
    let pixel = ((n * OH + down / STRIDE_H) * OW + right / STRIDE_W) * O + group * (O / GROUPS);
    let weight = (tap * (I / GROUPS) + row) * O + group * (O / GROUPS);
    for (var o = 0u; o < channels; o++) {
      sum += f32(dy[pixel + o]) * f32(w[weight + o]);
    }
  }
  dx[index] = StoredDx(epilogue1(sum, index));
}
