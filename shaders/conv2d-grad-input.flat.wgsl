// Gradient of a convolution for its input, by phases, on register tiles without arrays and inner loops, for software adapters that
// keep arrays in memory and look every element up lane by lane (SwiftShader). The same sum is the transposed convolution of dy.
//
//   dx[n, ih, iw, i] = sum over kh, kw, o of  dy[n, oh, ow, o] * v[kh, kw, o, i]   where oh*stride + kh*dilation - pad = ih, and ow likewise
//
// dy [n, oh, ow, o], v [kh, kw, o, i] (the weights with their channels exchanged, conv2d-flip-weights without FLIP), dx [n, h, w, i];
// I and O are multiples of 4. The constants are those of the forward convolution. Phases as in conv2d-grad-input.phases.
//
//   a thread's tile            4 channels          COLUMN_THREADS threads side by side, ROW_THREADS below one another
//     8 pixels of a phase    [ x x x x ]
//
// 2 * N*OH*OW*O * KH*KW*I flop. Per step of 4 output channels a thread loads 12 vectors for 128 multiply-adds. The same sums in the
// same order as conv2d-grad-input.phases.
// Workgroups: fold(ceil(I/4 / COLUMN_THREADS) * ceil(N*ceil(H/STRIDE_H)*ceil(W/STRIDE_W) / (8*ROW_THREADS))),
// z = STRIDE_H*STRIDE_W, where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along input channels
const ROW_THREADS = 4u; // threads of a workgroup along input pixels

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

alias StoredDy = vec4f; // as stored: vec4<f16> where the tensor has that type
alias StoredV = vec4f;
alias StoredDx = vec4f;

@group(0) @binding(0) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(1) var<storage, read> v: array<StoredV>;
@group(0) @binding(2) var<storage, read_write> dx: array<StoredDx>;

fn epilogue(v: vec4f, i: u32) -> vec4f { return v; }

// The pixels of one phase form an image of H/stride x W/stride.
const PHASE_H = (H + STRIDE_H - 1u) / STRIDE_H;
const PHASE_W = (W + STRIDE_W - 1u) / STRIDE_W;
const M = N * PHASE_H * PHASE_W;
const COLUMNS = I / 4u;
const STEPS = O / 4u;
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILE_PIXELS = 8u * ROW_THREADS;
const TILES = COLUMN_TILES * ((M + TILE_PIXELS - 1u) / TILE_PIXELS);

// Four terms of a pixel of dx.
fn multiply(quad: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f, sum: vec4f) -> vec4f {
  return fma(vec4f(quad.w), b3, fma(vec4f(quad.z), b2, fma(vec4f(quad.y), b1, fma(vec4f(quad.x), b0, sum))));
}

// Where pixel m of the phase, moved by `down` and `right`, lies in dy, and whether that is inside the image (1) or not (0).
fn load(at: vec2u, k: u32) -> vec4f {
  return select(vec4f(), vec4f(dy[at.x + k]), at.y == 1u);
}

fn source(m: u32, down: u32, right: u32) -> vec2u {
  let p = min(m, M - 1u);
  // Above the image the sum has wrapped to a huge number: one comparison tests both sides.
  let oh = p / PHASE_W % PHASE_H + down;
  let ow = p % PHASE_W + right;
  let inside = oh < OH && ow < OW;
  return vec2u(select(0u, ((p / (PHASE_H * PHASE_W) * OH + oh) * OW + ow) * STEPS, inside), u32(inside));
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
  let phaseH = group.z / STRIDE_W; // ih = row in the phase * stride + phaseH
  let phaseW = group.z % STRIDE_W;

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var sum4 = vec4f();
  var sum5 = vec4f();
  var sum6 = vec4f();
  var sum7 = vec4f();
  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let steps = select(0u, STEPS, groups.x > 0u);
  for (var tap = 0u; tap < taps; tap++) {
    // Distance from the tap to the pixel; KH * STRIDE_H * DILATION_H keeps it positive and the phase unchanged.
    let down = phaseH + PAD_H + (KH * STRIDE_H - tap / KW) * DILATION_H;
    let right = phaseW + PAD_W + (KW * STRIDE_W - tap % KW) * DILATION_W;
    if (down % STRIDE_H != 0u || right % STRIDE_W != 0u) { continue; }
    let rows = down / STRIDE_H - KH * DILATION_H;
    let columns = right / STRIDE_W - KW * DILATION_W;
    let s0 = source(pixel, rows, columns);
    let s1 = source(pixel + 1u, rows, columns);
    let s2 = source(pixel + 2u, rows, columns);
    let s3 = source(pixel + 3u, rows, columns);
    let s4 = source(pixel + 4u, rows, columns);
    let s5 = source(pixel + 5u, rows, columns);
    let s6 = source(pixel + 6u, rows, columns);
    let s7 = source(pixel + 7u, rows, columns);
    var at = tap * O * COLUMNS + column;
    for (var k = 0u; k < steps; k++) {
      let a0 = load(s0, k);
      let a1 = load(s1, k);
      let a2 = load(s2, k);
      let a3 = load(s3, k);
      let a4 = load(s4, k);
      let a5 = load(s5, k);
      let a6 = load(s6, k);
      let a7 = load(s7, k);
      let b0 = vec4f(v[at]);
      let b1 = vec4f(v[at + COLUMNS]);
      let b2 = vec4f(v[at + 2u * COLUMNS]);
      let b3 = vec4f(v[at + 3u * COLUMNS]);
      sum0 = multiply(a0, b0, b1, b2, b3, sum0);
      sum1 = multiply(a1, b0, b1, b2, b3, sum1);
      sum2 = multiply(a2, b0, b1, b2, b3, sum2);
      sum3 = multiply(a3, b0, b1, b2, b3, sum3);
      sum4 = multiply(a4, b0, b1, b2, b3, sum4);
      sum5 = multiply(a5, b0, b1, b2, b3, sum5);
      sum6 = multiply(a6, b0, b1, b2, b3, sum6);
      sum7 = multiply(a7, b0, b1, b2, b3, sum7);
      at += 4u * COLUMNS;
    }
  }

  for (var p = 0u; p < min(8u, M - pixel); p++) {
    let m = pixel + p;
    let ih = m / PHASE_W % PHASE_H * STRIDE_H + phaseH;
    let iw = m % PHASE_W * STRIDE_W + phaseW;
    if (ih < H && iw < W) {
      let at = ((m / (PHASE_H * PHASE_W) * H + ih) * W + iw) * COLUMNS + column;
      let low = select(select(sum0, sum1, p == 1u), select(sum2, sum3, p == 3u), p >= 2u);
      let high = select(select(sum4, sum5, p == 5u), select(sum6, sum7, p == 7u), p >= 6u);
      dx[at] = StoredDx(epilogue(select(low, high, p >= 4u), at * 4u));
    }
  }
}
