// Convolution as implicit matrix product on register tiles; the portable form.
//
//   y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * w[kh, kw, i, o]
//
// x [n, h, w, i], w [kh, kw, i/groups, o], y [n, oh, ow, o], i in the group of o: rows are the output pixels n, oh, ow, columns the output channels.
//
//   a thread's tile        4 channels          a workgroup's tile:  COLUMN_THREADS threads side by side (neighbouring
//              PIXELS   [ y y y y ]            channels, so weight loads are coalesced and pixel loads are broadcasts),
//              rows     [ y y y y ]            ROW_THREADS below one another
//
// 2 * N*OH*OW*O * KH*KW*I / GROUPS flop. Per step of 4 input channels a thread loads PIXELS + 4 vectors for 16 * PIXELS multiply-adds:
// with PIXELS = 4, 4 flop a byte, the rest of the reuse is the caches'.
// No workgroup memory, no barrier: the tile of a thread is small enough for the caches to serve, and software adapters run
// it without splitting the program. Address and bounds test are worked out once per (pixel, tap), not per channel.
// Workgroups: fold(ceil(O/OUT_WIDTH / COLUMN_THREADS) * ceil(N*OH*OW / (PIXELS*ROW_THREADS))),
// where fold(t) is x = min(t, 65535), y = ceil(t / x).

const COLUMN_THREADS = 16u; // threads of a workgroup along output channels
const ROW_THREADS = 4u; // threads of a workgroup along output pixels
const PIXELS = 4u; // output pixels of one thread

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
alias StoredW = Out;
alias StoredY = Out;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> w: array<StoredW>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

const M = N * OH * OW;
const COLUMNS = O / OUT_WIDTH;
const STEPS = I / GROUPS / IN_WIDTH; // through the input channels of a group
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

  var image: array<u32, PIXELS>;
  var row: array<u32, PIXELS>;
  var col: array<u32, PIXELS>;
  for (var p = 0u; p < PIXELS; p++) {
    let m = min(pixel0 + p, M - 1u);
    image[p] = m / (OH * OW) * H;
    // Above the image the subtraction wraps to a huge number: one comparison tests both sides.
    row[p] = m / OW % OH * STRIDE_H - PAD_H;
    col[p] = m % OW * STRIDE_W - PAD_W;
  }

  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let steps = select(0u, STEPS, groups.x > 0u);
  var acc: array<Out, PIXELS>;
  for (var tap = 0u; tap < taps; tap++) {
    var address: array<u32, PIXELS>;
    var inside: array<bool, PIXELS>;
    for (var p = 0u; p < PIXELS; p++) {
      let ih = row[p] + tap / KW * DILATION_H;
      let iw = col[p] + tap % KW * DILATION_W;
      inside[p] = ih < H && iw < W;
      address[p] = select(0u, ((image[p] + ih) * W + iw) * (I / IN_WIDTH) + first, inside[p]);
    }
    for (var k = 0u; k < steps; k++) {
      var b: array<Out, IN_WIDTH>;
      for (var j = 0u; j < IN_WIDTH; j++) {
        b[j] = Out(w[((tap * STEPS + k) * IN_WIDTH + j) * COLUMNS + column]);
      }
      for (var p = 0u; p < PIXELS; p++) {
        let a = vec4f(select(In(), In(x[address[p] + k]), inside[p]));
        for (var j = 0u; j < IN_WIDTH; j++) {
          acc[p] = fma(Out(a[j]), b[j], acc[p]);
        }
      }
    }
  }

  for (var p = 0u; p < PIXELS; p++) {
    let m = pixel0 + p;
    if (m < M) {
      y[m * COLUMNS + column] = StoredY(epilogue(acc[p], (m * COLUMNS + column) * OUT_WIDTH));
    }
  }
}
