// Convolution as implicit matrix product on register tiles without arrays and inner loops, for software adapters that keep arrays
// in memory and look every element up lane by lane (SwiftShader).
//
//   y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * w[kh, kw, i, o]
//
// x [n, h, w, i], w [kh, kw, i, o], y [n, oh, ow, o]; O is a multiple of 4.
//
//   a thread's tile        4 channels          COLUMN_THREADS threads side by side, ROW_THREADS below one another
//            8 pixels    [ y y y y ]
//
// 2 * N*OH*OW*O * KH*KW*I flop. Per step of 4 input channels a thread loads 12 vectors for 128 multiply-adds; where I is no
// multiple of 4, 1 vector and 8 numbers per channel for 32. The same sums in the same order as conv2d.tile.
// Workgroups: fold(ceil(O/4 / COLUMN_THREADS) * ceil(N*OH*OW / (8*ROW_THREADS))), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along output channels
const ROW_THREADS = 4u; // threads of a workgroup along output pixels

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

alias In = vec4f; // f32 where I is not a multiple of 4
const IN_WIDTH = 4u;

alias StoredX = In; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredW = vec4f;
alias StoredY = vec4f;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> w: array<StoredW>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: vec4f, i: u32) -> vec4f { return v; }

const M = N * OH * OW;
const COLUMNS = O / 4u;
const STEPS = I / IN_WIDTH;
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILE_PIXELS = 8u * ROW_THREADS;
const TILES = COLUMN_TILES * ((M + TILE_PIXELS - 1u) / TILE_PIXELS);

// Four terms of a pixel of y.
fn multiply(quad: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f, sum: vec4f) -> vec4f {
  return fma(vec4f(quad.w), b3, fma(vec4f(quad.z), b2, fma(vec4f(quad.y), b1, fma(vec4f(quad.x), b0, sum))));
}

// Channels of x at an index; a single one comes four times.
fn load(at: vec2u, k: u32) -> vec4f {
  return select(vec4f(), vec4f(In(x[at.x + k])), at.y == 1u);
}

// Where the tap of output pixel m lies in x, and whether that is inside the image (1) or not (0).
fn source(m: u32, tap: u32) -> vec2u {
  let p = min(m, M - 1u);
  // Above the image the subtraction wraps to a huge number: one comparison tests both sides.
  let ih = p / OW % OH * STRIDE_H - PAD_H + tap / KW * DILATION_H;
  let iw = p % OW * STRIDE_W - PAD_W + tap % KW * DILATION_W;
  let inside = ih < H && iw < W;
  return vec2u(select(0u, ((p / (OH * OW) * H + ih) * W + iw) * STEPS, inside), u32(inside));
}

@compute @workgroup_size(COLUMN_THREADS, ROW_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = group.x + group.y * groups.x;
  let column = (tile % COLUMN_TILES) * COLUMN_THREADS + thread.x;
  let pixel = (tile / COLUMN_TILES) * TILE_PIXELS + thread.y * 8u;
  if (tile >= TILES || column >= COLUMNS || pixel >= M) { return; }

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var sum4 = vec4f();
  var sum5 = vec4f();
  var sum6 = vec4f();
  var sum7 = vec4f();
  var at = column;
  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let steps = select(0u, STEPS, groups.x > 0u);
  for (var tap = 0u; tap < taps; tap++) {
    let s0 = source(pixel, tap);
    let s1 = source(pixel + 1u, tap);
    let s2 = source(pixel + 2u, tap);
    let s3 = source(pixel + 3u, tap);
    let s4 = source(pixel + 4u, tap);
    let s5 = source(pixel + 5u, tap);
    let s6 = source(pixel + 6u, tap);
    let s7 = source(pixel + 7u, tap);
    for (var k = 0u; k < steps; k++) {
      let a0 = load(s0, k);
      let a1 = load(s1, k);
      let a2 = load(s2, k);
      let a3 = load(s3, k);
      let a4 = load(s4, k);
      let a5 = load(s5, k);
      let a6 = load(s6, k);
      let a7 = load(s7, k);
      let b0 = vec4f(w[at]);
      if (IN_WIDTH == 1u) {
        sum0 = fma(a0, b0, sum0);
        sum1 = fma(a1, b0, sum1);
        sum2 = fma(a2, b0, sum2);
        sum3 = fma(a3, b0, sum3);
        sum4 = fma(a4, b0, sum4);
        sum5 = fma(a5, b0, sum5);
        sum6 = fma(a6, b0, sum6);
        sum7 = fma(a7, b0, sum7);
      } else {
        let b1 = vec4f(w[at + COLUMNS]);
        let b2 = vec4f(w[at + 2u * COLUMNS]);
        let b3 = vec4f(w[at + 3u * COLUMNS]);
        sum0 = multiply(a0, b0, b1, b2, b3, sum0);
        sum1 = multiply(a1, b0, b1, b2, b3, sum1);
        sum2 = multiply(a2, b0, b1, b2, b3, sum2);
        sum3 = multiply(a3, b0, b1, b2, b3, sum3);
        sum4 = multiply(a4, b0, b1, b2, b3, sum4);
        sum5 = multiply(a5, b0, b1, b2, b3, sum5);
        sum6 = multiply(a6, b0, b1, b2, b3, sum6);
        sum7 = multiply(a7, b0, b1, b2, b3, sum7);
      }
      at += IN_WIDTH * COLUMNS;
    }
  }

  let i = pixel * COLUMNS + column;
  for (var p = 0u; p < min(8u, M - pixel); p++) {
    let low = select(select(sum0, sum1, p == 1u), select(sum2, sum3, p == 3u), p >= 2u);
    let high = select(select(sum4, sum5, p == 5u), select(sum6, sum7, p == 7u), p >= 6u);
    y[i + p * COLUMNS] = StoredY(epilogue(select(low, high, p >= 4u), (i + p * COLUMNS) * 4u));
  }
}
