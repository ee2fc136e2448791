enable subgroups;
// dw[kh, kw, i, o] = sum over n, oh, ow of  x[n, oh*stride - pad + kh*dilation, .., i] * dy[n, oh, ow, o]
const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const CHANNEL_LANES = 8u; // lanes along output channels; the other LANES / CHANNEL_LANES groups take other rows
const LOADS = 2u; // rows (kh, kw, i) of a lane, in vectors of IN_WIDTH
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

@group(0) @binding(0) var<storage, read> x: array<In>;
@group(0) @binding(1) var<storage, read> dy: array<Out>;
@group(0) @binding(2) var<storage, read_write> dw: array<Out>;

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
  if (tile >= TILES) { return; }
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

  let end = min((group.z + 1u) * SLICE, M);
  var acc: array<Out, LOADS * IN_WIDTH>;
  for (var m0 = group.z * SLICE; m0 < end; m0 += CHANNEL_LANES) {
    // Each lane loads the rows of one pixel, then the pixels are handed round one after the other.
    let m = m0 + channelLane;
    var a: array<vec4f, LOADS>;
    for (var t = 0u; t < LOADS; t++) {
      let ih = m / OW % OH * STRIDE_H + top[t];
      let iw = m % OW * STRIDE_W + left[t];
      let inside = m < end && ih < H && iw < W;
      let at = ((m / (OH * OW) * H + ih) * W + iw) * (I / IN_WIDTH) + channel[t];
      a[t] = vec4f(select(In(), x[select(0u, at, inside)], inside));
    }
    for (var s = 0u; s < CHANNEL_LANES; s++) {
      let b = dy[min(m0 + s, M - 1u) * COLUMNS + readColumn];
      for (var t = 0u; t < LOADS; t++) {
        let v = subgroupShuffle(a[t], lane0 + s);
        for (var j = 0u; j < IN_WIDTH; j++) {
          acc[t * IN_WIDTH + j] = fma(Out(v[j]), b, acc[t * IN_WIDTH + j]);
        }
      }
    }
  }

  if (column >= COLUMNS) { return; }
  for (var t = 0u; t < LOADS; t++) {
    if (row0 + t < ROWS) {
      for (var j = 0u; j < IN_WIDTH; j++) {
        let at = ((group.z * ROWS + row0 + t) * IN_WIDTH + j) * COLUMNS + column;
        dw[at] = epilogue(acc[t * IN_WIDTH + j], at * OUT_WIDTH);
      }
    }
  }
}
