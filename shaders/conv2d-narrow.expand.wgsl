// The transpose of conv2d-narrow.sum: dy, shifted by each of the KW taps of a row, side by side as channels.
//
//   dz[n, oh, iw, kw*O + o] = dy[n, oh, iw + pad - kw*dilation, o],   zero outside dy and in the columns from KW*O up to COLUMNS
//
// dy [n, oh, ow, o], dz [n, oh, w, COLUMNS]. With it the gradients of a narrow convolution (see conv2d-narrow.weights) are those of the
// convolution with window KH x 1 and COLUMNS output channels.
// No flop; 8 bytes per element of dz.
// Workgroups: fold(ceil(N*OH*W*COLUMNS / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const N = 1u;
const W = 8u;
const OH = 8u;
const OW = 8u;
const O = 3u;
const KW = 9u;
const PAD_W = 4u;
const DILATION_W = 1u;
const COLUMNS = 28u;

alias StoredDy = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredDz = f32;

@group(0) @binding(0) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(1) var<storage, read_write> dz: array<StoredDz>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * OH * W * COLUMNS) { return; }
  let column = index % COLUMNS;
  let iw = index / COLUMNS % W;
  let line = index / (COLUMNS * W);
  let ow = iw + PAD_W - column / O * DILATION_W;
  let inside = column < KW * O && ow < OW;
  let value = f32(dy[select(0u, (line * OW + ow) * O + column % O, inside)]);
  dz[index] = StoredDz(epilogue1(select(0.0, value, inside), index));
}
