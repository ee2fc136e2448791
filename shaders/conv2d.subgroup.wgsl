enable subgroups;
// y[n, oh, ow, o] = sum over kh, kw, i of  x[n, oh*stride - pad + kh*dilation, ...ow, i] * w[kh, kw, i, o]
const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const CHANNEL_LANES = 8u; // lanes along output channels; the other LANES / CHANNEL_LANES groups take other pixels
const PIXELS = 8u; // output pixels a lane accumulates; a multiple of CHANNEL_LANES

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
@group(0) @binding(1) var<storage, read> w: array<Out>;
@group(0) @binding(2) var<storage, read_write> y: array<Out>;

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
  if (tile >= TILES) { return; }
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
  for (var kh = 0u; kh < KH; kh++) {
    for (var kw = 0u; kw < KW; kw++) {
      var address: array<u32, LOADS>;
      var inside: array<bool, LOADS>;
      for (var t = 0u; t < LOADS; t++) {
        let ih = row[t] + kh * DILATION_H;
        let iw = col[t] + kw * DILATION_W;
        inside[t] = ih < H && iw < W;
        address[t] = select(0u, ((image[t] + ih) * W + iw) * (I / IN_WIDTH), inside[t]);
      }
      var b = (kh * KW + kw) * I * COLUMNS + readColumn;
      for (var k = 0u; k < I / IN_WIDTH; k++) {
        var a: array<vec4f, LOADS>;
        for (var t = 0u; t < LOADS; t++) {
          a[t] = vec4f(select(In(), x[address[t] + k], inside[t]));
        }
        for (var j = 0u; j < IN_WIDTH; j++) {
          let weight = w[b];
          b += COLUMNS;
          for (var p = 0u; p < PIXELS; p++) {
            let value = subgroupShuffle(a[p / CHANNEL_LANES][j], lane0 + p % CHANNEL_LANES);
            acc[p] = fma(Out(value), weight, acc[p]);
          }
        }
      }
    }
  }

  if (column >= COLUMNS) { return; }
  for (var p = 0u; p < PIXELS; p++) {
    let m = pixel0 + p;
    if (m < M) {
      y[m * COLUMNS + column] = epilogue(acc[p], (m * COLUMNS + column) * OUT_WIDTH);
    }
  }
}
