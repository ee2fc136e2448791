// Gradient of a convolution for its input, by phases, on register tiles; the portable form. The same sum is the transposed
// convolution of dy.
//
//   dx[n, ih, iw, i] = sum over kh, kw, o of  dy[n, oh, ow, o] * v[kh, kw, o, i]   where oh*stride + kh*dilation - pad = ih, and ow likewise
//
// dy [n, oh, ow, o], v [kh, kw, o, i] (the weights with their channels exchanged, conv2d-flip-weights without FLIP), dx [n, h, w, i].
// The constants are those of the forward convolution.
//
// The pixels (ih, iw) with the same remainders by the stride form a phase. All pixels of a phase use the same taps, those that
// fall on an output and not between two, and dx of a phase is an ordinary stride-1 convolution with these taps:
//
//   stride 2        0 1 0 1
//                   2 3 2 3      phase of each pixel of dx; workgroup z = phase
//                   0 1 0 1
//
// 2 * N*OH*OW*O * KH*KW*I flop and no product with inserted zeros, which would be stride*stride times as many.
// Per phase the tile of a thread is that of conv2d.tile: PIXELS pixels by 4 channels, no workgroup memory, no barrier.
// Workgroups: fold(ceil(I/OUT_WIDTH / COLUMN_THREADS) * ceil(N*ceil(H/STRIDE_H)*ceil(W/STRIDE_W) / (PIXELS*ROW_THREADS))),
// z = STRIDE_H*STRIDE_W, where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along input channels
const ROW_THREADS = 4u; // threads of a workgroup along input pixels
const PIXELS = 4u; // input pixels of one thread

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

alias In = vec4f; // f32 where O / GROUPS is not a multiple of 4
alias Out = vec4f; // f32 where I / GROUPS is not a multiple of 4
const IN_WIDTH = 4u;
const OUT_WIDTH = 4u;

alias StoredDy = In; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredV = Out;
alias StoredDx = Out;

@group(0) @binding(0) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(1) var<storage, read> v: array<StoredV>;
@group(0) @binding(2) var<storage, read_write> dx: array<StoredDx>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

// The pixels of one phase form an image of H/stride x W/stride.
const PHASE_H = (H + STRIDE_H - 1u) / STRIDE_H;
const PHASE_W = (W + STRIDE_W - 1u) / STRIDE_W;
const M = N * PHASE_H * PHASE_W;
const COLUMNS = I / OUT_WIDTH;
const STEPS = O / GROUPS / IN_WIDTH; // through the output channels of a group
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILE_PIXELS = PIXELS * ROW_THREADS;
const TILES = COLUMN_TILES * ((M + TILE_PIXELS - 1u) / TILE_PIXELS);

@compute @workgroup_size(COLUMN_THREADS, ROW_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = group.x + group.y * groups.x;
  let column = (tile % COLUMN_TILES) * COLUMN_THREADS + thread.x;
  let pixel0 = (tile / COLUMN_TILES) * TILE_PIXELS + thread.y * PIXELS;
  if (tile >= TILES || column >= COLUMNS || pixel0 >= M) { return; }
  let first = select(column / (COLUMNS / GROUPS) * STEPS, 0u, GROUPS == 1u); // of its group
  let phaseH = group.z / STRIDE_W; // ih = row in the phase * stride + phaseH
  let phaseW = group.z % STRIDE_W;

  var image: array<u32, PIXELS>;
  var row: array<u32, PIXELS>;
  var col: array<u32, PIXELS>;
  for (var p = 0u; p < PIXELS; p++) {
    let m = min(pixel0 + p, M - 1u);
    image[p] = m / (PHASE_H * PHASE_W);
    row[p] = m / PHASE_W % PHASE_H;
    col[p] = m % PHASE_W;
  }

  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let steps = select(0u, STEPS, groups.x > 0u);
  var acc: array<Out, PIXELS>;
  for (var tap = 0u; tap < taps; tap++) {
    // Distance from the tap to the pixel; KH * STRIDE_H * DILATION_H keeps it positive and the phase unchanged.
    let down = phaseH + PAD_H + (KH * STRIDE_H - tap / KW) * DILATION_H;
    let right = phaseW + PAD_W + (KW * STRIDE_W - tap % KW) * DILATION_W;
    if (down % STRIDE_H != 0u || right % STRIDE_W != 0u) { continue; }
    var address: array<u32, PIXELS>;
    var inside: array<bool, PIXELS>;
    for (var p = 0u; p < PIXELS; p++) {
      let oh = row[p] + down / STRIDE_H - KH * DILATION_H;
      let ow = col[p] + right / STRIDE_W - KW * DILATION_W;
      inside[p] = oh < OH && ow < OW;
      address[p] = select(0u, ((image[p] * OH + oh) * OW + ow) * (O / IN_WIDTH) + first, inside[p]);
    }
    for (var k = 0u; k < steps; k++) {
      var b: array<Out, IN_WIDTH>;
      for (var j = 0u; j < IN_WIDTH; j++) {
        b[j] = Out(v[((tap * STEPS + k) * IN_WIDTH + j) * COLUMNS + column]);
      }
      for (var p = 0u; p < PIXELS; p++) {
        let a = vec4f(select(In(), In(dy[address[p] + k]), inside[p]));
        for (var j = 0u; j < IN_WIDTH; j++) {
          acc[p] = fma(Out(a[j]), b[j], acc[p]);
        }
      }
    }
  }

  for (var p = 0u; p < PIXELS; p++) {
    let ih = row[p] * STRIDE_H + phaseH;
    let iw = col[p] * STRIDE_W + phaseW;
    if (pixel0 + p < M && ih < H && iw < W) {
      let at = ((image[p] * H + ih) * W + iw) * COLUMNS + column;
      dx[at] = StoredDx(epilogue(acc[p], at * OUT_WIDTH));
    }
  }
}
