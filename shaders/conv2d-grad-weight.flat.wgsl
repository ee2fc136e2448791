// Gradient of a convolution for its weights on register tiles without arrays and inner loops, for software adapters that keep arrays
// in memory and look every element up lane by lane (SwiftShader).
//
//   dw[kh, kw, i, o] = sum over n, oh, ow of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * dy[n, oh, ow, o]
//
// x [n, h, w, i], dy [n, oh, ow, o], dw [kh, kw, i, o]; I is a multiple of 8 and O of 4. SLICES as in conv2d-grad-weight.tile.
//
//   a thread's tile      4 channels o          COLUMN_THREADS threads side by side, ROW_THREADS below one another
//             8 rows i [ w w w w ]
//
// 2 * N*OH*OW*O * KH*KW*I flop; per output pixel a thread loads 3 vectors for 32 multiply-adds.
// The same sums in the same order as conv2d-grad-weight.tile, if cut into as many slices.
// Workgroups: fold(ceil(O/4 / COLUMN_THREADS) * ceil(KH*KW*I/8 / ROW_THREADS)), z = SLICES,
// where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along output channels
const ROW_THREADS = 4u; // threads of a workgroup along (kh, kw, i)
const SLICES = 1u; // parts of the sum over the rows n, oh; each writes its own [kh, kw, i, o]

const N = 1u;
const H = 8u;
const W = 8u;
const I = 8u;
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

alias StoredX = vec4f; // as stored: vec4<f16> where the tensor has that type
alias StoredDy = vec4f;
alias StoredDw = vec4f;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(2) var<storage, read_write> dw: array<StoredDw>;

fn epilogue(v: vec4f, i: u32) -> vec4f { return v; }

const COLUMNS = O / 4u;
const DEPTH = I / 8u;
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
  let i = r % DEPTH;
  let left = r / DEPTH % KW * DILATION_W; // column of the tap, from the window's left edge
  let top = r / (DEPTH * KW) * DILATION_H;

  // The output columns whose tap falls inside the image need no test in the loop.
  let owBegin = (max(left, PAD_W) - left + STRIDE_W - 1u) / STRIDE_W;
  let owEnd = min(OW, (max(W + PAD_W, left) - left + STRIDE_W - 1u) / STRIDE_W);

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var sum4 = vec4f();
  var sum5 = vec4f();
  var sum6 = vec4f();
  var sum7 = vec4f();
  for (var q = slice * SLICE; q < min((slice + 1u) * SLICE, N * OH); q++) {
    let ih = q % OH * STRIDE_H + top - PAD_H;
    if (ih >= H) { continue; }
    var atX = (((q / OH * H + ih) * W + left - PAD_W + owBegin * STRIDE_W) * DEPTH + i) * 2u;
    var at = (q * OW + owBegin) * COLUMNS + column;
    for (var ow = owBegin; ow < owEnd; ow++) {
      let a = vec4f(x[atX]);
      let c = vec4f(x[atX + 1u]);
      let b = vec4f(dy[at]);
      sum0 = fma(vec4f(a.x), b, sum0);
      sum1 = fma(vec4f(a.y), b, sum1);
      sum2 = fma(vec4f(a.z), b, sum2);
      sum3 = fma(vec4f(a.w), b, sum3);
      sum4 = fma(vec4f(c.x), b, sum4);
      sum5 = fma(vec4f(c.y), b, sum5);
      sum6 = fma(vec4f(c.z), b, sum6);
      sum7 = fma(vec4f(c.w), b, sum7);
      atX += STRIDE_W * DEPTH * 2u;
      at += COLUMNS;
    }
  }

  // Rolled, over a count that no compiler can know: the code of the store, with the hook, is made once.
  let stores = select(0u, 8u, groups.x > 0u);
  for (var s = 0u; s < stores; s++) {
    let j = s % 4u;
    let low = select(select(sum0, sum1, j == 1u), select(sum2, sum3, j == 3u), j >= 2u);
    let high = select(select(sum4, sum5, j == 1u), select(sum6, sum7, j == 3u), j >= 2u);
    let at = ((slice * ROWS + r) * 8u + s) * COLUMNS + column;
    dw[at] = StoredDw(epilogue(select(low, high, s >= 4u), at * 4u));
  }
}
