// Convolution as implicit matrix product on register tiles, one tile per subgroup. Needs the feature "subgroups" and a
// subgroup size of exactly LANES.
//
//   y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride + kh*dilation - pad, ow*stride + kw*dilation - pad, i] * w[kh, kw, i, o]
//
// x [n, h, w, i], w [kh, kw, i, o], y [n, oh, ow, o]
//
//   one subgroup, CHANNEL_LANES = 8        lane 0     lane 1    ...   lane 7
//   PIXELS rows of                       [ y y y y ][ y y y y ]  ...  [ y y y y ]     4 channels a lane
//
// 2 * N*OH*OW*O * KH*KW*I flop.
// Built for adapters where a load costs far more than a multiply-add, above all software adapters, which serve the lanes of a
// load one after the other: the pixels' vectors are loaded once per subgroup, a different one by each lane, and handed round
// by shuffles. Per step of 4 input channels: PIXELS/CHANNEL_LANES + 4 loads for 16 * PIXELS multiply-adds.
// One loop, with the loads of the pixels inside it under a uniform test, keeps the program short: unrolled, it falls out of
// the instruction cache of a CPU.
// With few output channels CHANNEL_LANES < LANES, and the groups of CHANNEL_LANES lanes take different pixels.
// Workgroups: fold(ceil(O/OUT_WIDTH / CHANNEL_LANES) * ceil(N*OH*OW / (PIXELS*LANES/CHANNEL_LANES))),
// where fold(t) is x = min(t, 65535), y = ceil(t / x).
enable subgroups;

const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const CHANNEL_LANES = 8u; // lanes along output channels; the other LANES / CHANNEL_LANES groups take other pixels
const PIXELS = 16u; // output pixels a lane accumulates; a multiple of CHANNEL_LANES

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
alias StoredW = Out;
alias StoredY = Out;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> w: array<StoredW>;
@group(0) @binding(2) var<storage, read_write> y: array<StoredY>;

// Weights of one row r = (kh, kw, i). Replaced where they are stored with their channels the other way round.
fn weightAt(r: u32, column: u32) -> Out { return Out(w[r * COLUMNS + column]); }
fn epilogue(v: Out, i: u32) -> Out { return v; }

const M = N * OH * OW;
const COLUMNS = O / OUT_WIDTH;
const COLUMN_TILES = (COLUMNS + CHANNEL_LANES - 1u) / CHANNEL_LANES;
const TILE_PIXELS = PIXELS * (LANES / CHANNEL_LANES);
const TILES = COLUMN_TILES * ((M + TILE_PIXELS - 1u) / TILE_PIXELS);
const LOADS = PIXELS / CHANNEL_LANES;

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
  let pixel0 = (tile / COLUMN_TILES) * TILE_PIXELS + (lane / CHANNEL_LANES) * PIXELS;

  var image: array<u32, LOADS>;
  var row: array<u32, LOADS>;
  var col: array<u32, LOADS>;
  for (var t = 0u; t < LOADS; t++) {
    let m = pixel0 + t * CHANNEL_LANES + channelLane;
    image[t] = m / (OH * OW) * H;
    // Rows above the image wrap to huge numbers, so that one comparison tests both sides.
    row[t] = select(0x7fffffffu, m / OW % OH * STRIDE_H - PAD_H, m < M);
    col[t] = m % OW * STRIDE_W - PAD_W;
  }

  var acc: array<Out, PIXELS>;
  var a: array<vec4f, LOADS>;
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let rows = select(0u, KH * KW * I, groups.x > 0u);
  for (var r = 0u; r < rows; r++) {
    if (r % IN_WIDTH == 0u) {
      let ih = r / (I * KW) * DILATION_H;
      let iw = r / I % KW * DILATION_W;
      for (var t = 0u; t < LOADS; t++) {
        let inside = row[t] + ih < H && col[t] + iw < W;
        let at = ((image[t] + row[t] + ih) * W + col[t] + iw) * (I / IN_WIDTH) + r % I / IN_WIDTH;
        a[t] = vec4f(select(In(), In(x[select(0u, at, inside)]), inside));
      }
    }
    let weight = weightAt(r, readColumn);
    for (var p = 0u; p < PIXELS; p++) {
      let value = subgroupShuffle(a[p / CHANNEL_LANES].x, lane0 + p % CHANNEL_LANES);
      acc[p] = fma(Out(value), weight, acc[p]);
    }
    for (var t = 0u; t < LOADS; t++) {
      a[t] = a[t].yzwx;
    }
  }

  if (COLUMNS % CHANNEL_LANES != 0u && column >= COLUMNS) { return; }
  // Rolled for the same reason: the hook may be a long text with many loads, and its code is made once.
  var results = acc;
  let pixels = select(0u, PIXELS, groups.x > 0u);
  for (var p = 0u; p < pixels; p++) {
    let m = pixel0 + p;
    if (M % TILE_PIXELS == 0u || m < M) {
      y[m * COLUMNS + column] = StoredY(epilogue(results[p], (m * COLUMNS + column) * OUT_WIDTH));
    }
  }
}
