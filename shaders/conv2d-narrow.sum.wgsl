// Last step of a narrow convolution (see conv2d-narrow.weights): adds the products of the KW taps of a row, each from its own column.
//
//   y[n, oh, ow, o] = sum over kw of  z[n, oh, ow + kw*dilation - pad, kw*O + o]      z [n, oh, w, COLUMNS], y [n, oh, ow, o]
//
// KW flop and 4*(KW + 1) bytes per output; bandwidth-bound, small beside the convolution that made z.
// Workgroups: fold(ceil(N*OH*OW*O / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const W = 8u;
const OH = 8u;
const OW = 8u;
const O = 3u;
const KW = 9u;
const PAD_W = 4u;
const DILATION_W = 1u;
const COLUMNS = 28u;

alias StoredZ = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredY = f32;

@group(0) @binding(0) var<storage, read> z: array<StoredZ>;
@group(0) @binding(1) var<storage, read_write> y: array<StoredY>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * OH * OW * O) { return; }
  let o = index % O;
  let ow = index / O % OW;
  let line = index / (O * OW);
  var sum = 0.0;
  for (var kw = 0u; kw < KW; kw++) {
    // Left of the image the subtraction wraps to a huge number: one comparison tests both sides.
    let iw = ow + kw * DILATION_W - PAD_W;
    if (iw < W) {
      sum += f32(z[(line * W + iw) * COLUMNS + kw * O + o]);
    }
  }
  y[index] = StoredY(epilogue1(sum, index));
}
