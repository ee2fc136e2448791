// Weights of a convolution with few output channels, with the window's columns moved among the channels; or back again.
//
//   v[kh, i, kw*O + o] = w[kh, kw, i, o],   zero in the columns from KW*O up to COLUMNS          (w [kh, kw, i, o], v [kh, 1, i, COLUMNS])
//   w[kh, kw, i, o] = v[kh, i, kw*O + o]                                                        with BACK
//
// First of three steps of a narrow convolution (stride 1 along w), for O of at most 4 and a wide window, such as the 9x9 64 -> 3
// output layer of SRGAN. A tile of a matrix product is 4 to 64 columns wide, so that 3 channels leave most of it idle. With the
// KW taps of a row as channels of their own the same products fill 27 columns:
//
//   1. v = this kernel (COLUMNS = KW*O rounded up to a multiple of 4)
//   2. z = convolution of x with v: window KH x 1, COLUMNS output channels, output n, OH, W, COLUMNS   (conv2d.tile or conv2d.subgroup)
//   3. y[n, oh, ow, o] = sum over kw of z[n, oh, ow + kw*dilation - pad, kw*O + o]                     (conv2d-narrow.sum)
//
// and its weight gradient in reverse: conv2d-narrow.expand of dy, conv2d-grad-weight with window KH x 1, this kernel with BACK.
// No flop; 8 bytes per element.
// Workgroups: fold(ceil(T / 64)), T = KH*I*COLUMNS, or KH*KW*I*O with BACK, where fold(t) is x = min(t, 65535), y = ceil(t / x).

const KH = 9u;
const KW = 9u;
const I = 4u;
const O = 3u;
const COLUMNS = 28u;
const BACK = false;

alias StoredW = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredV = f32;

@group(0) @binding(0) var<storage, read> w: array<StoredW>;
@group(0) @binding(1) var<storage, read_write> v: array<StoredV>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (BACK) {
    if (index >= KH * KW * I * O) { return; }
    let o = index % O;
    let i = index / O % I;
    let kw = index / (O * I) % KW;
    let kh = index / (O * I * KW);
    v[index] = StoredV(epilogue1(f32(w[(kh * I + i) * COLUMNS + kw * O + o]), index));
  } else {
    if (index >= KH * I * COLUMNS) { return; }
    let column = index % COLUMNS;
    let i = index / COLUMNS % I;
    let kh = index / (COLUMNS * I);
    let kw = min(column / O, KW - 1u);
    let value = f32(w[((kh * KW + kw) * I + i) * O + column % O]);
    v[index] = StoredV(epilogue1(select(0.0, value, column < KW * O), index));
  }
}
