// Gradient of a convolution for its weights on register tiles, one tile per subgroup. Needs the feature "subgroups" and a
// subgroup size of exactly LANES.
//
//   dw[kh, kw, i, o] = sum over n, oh, ow of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * dy[n, oh, ow, o]
//
// x [n, h, w, i], dy [n, oh, ow, o], dw [kh, kw, i, o]: a matrix product with few rows (kh, kw, i) and columns (o) and a very long
// inner dimension, the pixels. SLICES > 1 splits that dimension (split-K): slice s writes the partial result s of [SLICES, kh, kw, i, o],
// and sum-slices adds them in a fixed order. SLICES = 1 writes dw itself.
//
//   one subgroup, CHANNEL_LANES = 8        lane 0     lane 1    ...   lane 7
//   4*LOADS rows of (kh, kw, i)          [ w w w w ][ w w w w ]  ...  [ w w w w ]     4 channels o a lane
//
// 2 * N*OH*OW*O * KH*KW*I flop; per CHANNEL_LANES output pixels a lane makes LOADS + CHANNEL_LANES loads for
// 16 * LOADS * CHANNEL_LANES multiply-adds: each lane loads x for one pixel, then the pixels are handed round by shuffles.
// For why loads are spared and the loop is kept rolled, see conv2d.subgroup.
// Workgroups: fold(ceil(O/OUT_WIDTH / CHANNEL_LANES) * ceil(KH*KW*I/IN_WIDTH / (LOADS*LANES/CHANNEL_LANES))), z = SLICES,
// where fold(t) is x = min(t, 65535), y = ceil(t / x).
enable subgroups;

const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const CHANNEL_LANES = 8u; // lanes along output channels; the other LANES / CHANNEL_LANES groups take other rows
const LOADS = 4u; // rows (kh, kw, i) of a lane, in vectors of IN_WIDTH
const SLICES = 1u; // parts of the sum over the pixels n, oh, ow; each writes its own [kh, kw, i, o]

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
alias Out = vec4f; // f32 where O is not a multiple of 4
const IN_WIDTH = 4u;
const OUT_WIDTH = 4u;

alias StoredX = In; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredDy = Out;
alias StoredDw = Out;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(2) var<storage, read_write> dw: array<StoredDw>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

const M = N * OH * OW;
const COLUMNS = O / OUT_WIDTH;
const ROWS = KH * KW * (I / IN_WIDTH);
const TILE_ROWS = LOADS * (LANES / CHANNEL_LANES);
const COLUMN_TILES = (COLUMNS + CHANNEL_LANES - 1u) / CHANNEL_LANES;
const TILES = COLUMN_TILES * ((ROWS + TILE_ROWS - 1u) / TILE_ROWS);
const SLICE = (M + SLICES - 1u) / SLICES;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = group.x + group.y * groups.x;
  if (TILES > 65535u && tile >= TILES) { return; }
  let channelLane = lane % CHANNEL_LANES;
  let lane0 = lane - channelLane;
  let column = (tile % COLUMN_TILES) * CHANNEL_LANES + channelLane;
  let readColumn = min(column, COLUMNS - 1u);
  let row0 = (tile / COLUMN_TILES) * TILE_ROWS + lane / CHANNEL_LANES * LOADS;

  var channel: array<u32, LOADS>;
  var top: array<u32, LOADS>;
  var left: array<u32, LOADS>;
  for (var t = 0u; t < LOADS; t++) {
    let r = min(row0 + t, ROWS - 1u);
    channel[t] = r % (I / IN_WIDTH);
    left[t] = r / (I / IN_WIDTH) % KW * DILATION_W - PAD_W;
    top[t] = r / (I / IN_WIDTH * KW) * DILATION_H - PAD_H;
  }

  let begin = group.z * SLICE;
  let end = min(begin + SLICE, M);
  var acc: array<Out, LOADS * IN_WIDTH>;
  var a: array<vec4f, LOADS>;
  for (var m = begin; m < end; m++) {
    let turn = (m - begin) % CHANNEL_LANES;
    if (turn == 0u) {
      // Each lane loads one of the next pixels; then they are handed round, one an iteration.
      let own = m + channelLane;
      for (var t = 0u; t < LOADS; t++) {
        let ih = own / OW % OH * STRIDE_H + top[t];
        let iw = own % OW * STRIDE_W + left[t];
        let inside = own < end && ih < H && iw < W;
        let at = ((own / (OH * OW) * H + ih) * W + iw) * (I / IN_WIDTH) + channel[t];
        a[t] = vec4f(select(In(), In(x[select(0u, at, inside)]), inside));
      }
    }
    let b = Out(dy[m * COLUMNS + readColumn]);
    for (var t = 0u; t < LOADS; t++) {
      let v = subgroupShuffle(a[t], lane0 + turn);
      for (var j = 0u; j < IN_WIDTH; j++) {
        acc[t * IN_WIDTH + j] = fma(Out(v[j]), b, acc[t * IN_WIDTH + j]);
      }
    }
  }

  if (COLUMNS % CHANNEL_LANES != 0u && column >= COLUMNS) { return; }
  // Rolled, over a count that no compiler can know: the code of the store, with the hook, is made once.
  var results = acc;
  let stores = select(0u, LOADS * IN_WIDTH, groups.x > 0u);
  for (var s = 0u; s < stores; s++) {
    if (ROWS % TILE_ROWS == 0u || row0 + s / IN_WIDTH < ROWS) {
      let at = ((group.z * ROWS + row0) * IN_WIDTH + s) * COLUMNS + column;
      dw[at] = StoredDw(epilogue(results[s], at * OUT_WIDTH));
    }
  }
}
