// Gradient of a convolution for its weights on register tiles; the portable form.
//
//   dw[kh, kw, i, o] = sum over n, oh, ow of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * dy[n, oh, ow, o]
//
// x [n, h, w, i], dy [n, oh, ow, o], dw [kh, kw, i/groups, o]: a matrix product with few rows (kh, kw, i) and columns (o) and a very long
// inner dimension, the pixels. SLICES > 1 splits that dimension (split-K): slice s writes the partial result s of [SLICES, kh, kw, i, o],
// and sum-slices adds them in a fixed order. SLICES = 1 writes dw itself.
//
//   a thread's tile      4 channels o          COLUMN_THREADS threads side by side (neighbouring o: coalesced loads of dy,
//             4 rows i [ w w w w ]             broadcast loads of x), ROW_THREADS below one another
//
// 2 * N*OH*OW*O * KH*KW*I flop; per output pixel a thread loads 2 vectors for 16 multiply-adds.
// The range of columns whose tap lies inside the image is worked out once, so the inner loop has no bounds test.
// Workgroups: fold(ceil(O/OUT_WIDTH / COLUMN_THREADS) * ceil(KH*KW*I/IN_WIDTH / ROW_THREADS)), z = SLICES,
// where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along output channels
const ROW_THREADS = 4u; // threads of a workgroup along (kh, kw, i)
const SLICES = 1u; // parts of the sum over the rows n, oh; each writes its own [kh, kw, i, o]

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

alias In = vec4f; // f32 where I / GROUPS is not a multiple of 4
alias Out = vec4f; // f32 where O / GROUPS is not a multiple of 4
const IN_WIDTH = 4u;
const OUT_WIDTH = 4u;

alias StoredX = In; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredDy = Out;
alias StoredDw = Out;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(2) var<storage, read_write> dw: array<StoredDw>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

const COLUMNS = O / OUT_WIDTH;
const DEPTH = I / GROUPS / IN_WIDTH; // of a group
const ROWS = KH * KW * DEPTH;
const COLUMN_TILES = (COLUMNS + COLUMN_THREADS - 1u) / COLUMN_THREADS;
const TILES = COLUMN_TILES * ((ROWS + ROW_THREADS - 1u) / ROW_THREADS);
const SLICE = (N * OH + SLICES - 1u) / SLICES;

@compute @workgroup_size(COLUMN_THREADS, ROW_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
) {
  let tile = group.x + group.y * groups.x;
  let slice = group.z;
  let column = (tile % COLUMN_TILES) * COLUMN_THREADS + thread.x;
  let r = (tile / COLUMN_TILES) * ROW_THREADS + thread.y;
  if (tile >= TILES || column >= COLUMNS || r >= ROWS) { return; }
  let i = r % DEPTH + select(column / (COLUMNS / GROUPS) * DEPTH, 0u, GROUPS == 1u);
  let left = r / DEPTH % KW * DILATION_W; // column of the tap, from the window's left edge
  let top = r / (DEPTH * KW) * DILATION_H;

  // The output columns whose tap falls inside the image need no test in the loop.
  let owBegin = (max(left, PAD_W) - left + STRIDE_W - 1u) / STRIDE_W;
  let owEnd = min(OW, (max(W + PAD_W, left) - left + STRIDE_W - 1u) / STRIDE_W);

  var acc: array<Out, IN_WIDTH>;
  for (var q = slice * SLICE; q < min((slice + 1u) * SLICE, N * OH); q++) {
    let ih = q % OH * STRIDE_H + top - PAD_H;
    if (ih >= H) { continue; }
    let rowX = (q / OH * H + ih) * W + left - PAD_W;
    for (var ow = owBegin; ow < owEnd; ow++) {
      let a = vec4f(In(x[(rowX + ow * STRIDE_W) * (I / IN_WIDTH) + i]));
      let b = Out(dy[(q * OW + ow) * COLUMNS + column]);
      for (var j = 0u; j < IN_WIDTH; j++) {
        acc[j] = fma(Out(a[j]), b, acc[j]);
      }
    }
  }

  for (var j = 0u; j < IN_WIDTH; j++) {
    let at = ((slice * ROWS + r) * IN_WIDTH + j) * COLUMNS + column;
    dw[at] = StoredDw(epilogue(acc[j], at * OUT_WIDTH));
  }
}
