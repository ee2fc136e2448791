// Gradient of a convolution for its input, by phases, one register tile per subgroup. Needs the feature "subgroups" and a
// subgroup size of exactly LANES. The same sum is the transposed convolution of dy.
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
// 2 * N*OH*OW*O * KH*KW*I flop. The tile, its loads and the reason for them are those of conv2d.subgroup: PIXELS pixels of one
// phase by 4 channels a lane, dy loaded once per subgroup and handed round by shuffles.
// Workgroups: fold(ceil(I/OUT_WIDTH / CHANNEL_LANES) * ceil(N*ceil(H/STRIDE_H)*ceil(W/STRIDE_W) / (PIXELS*LANES/CHANNEL_LANES))),
// z = STRIDE_H*STRIDE_W, where fold(t) is x = min(t, 65535), y = ceil(t / x).
enable subgroups;

const LANES = 8u; // invocations in a subgroup; the adapter's subgroup size must be exactly this
const CHANNEL_LANES = 8u; // lanes along input channels; the other LANES / CHANNEL_LANES groups take other pixels
const PIXELS = 16u; // input pixels of one phase a lane accumulates; a multiple of CHANNEL_LANES

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

alias In = vec4f; // f32 where O is not a multiple of 4
alias Out = vec4f; // f32 where I is not a multiple of 4
const IN_WIDTH = 4u;
const OUT_WIDTH = 4u;

alias StoredDy = In; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredV = Out;
alias StoredDx = Out;

@group(0) @binding(0) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(1) var<storage, read> v: array<StoredV>;
@group(0) @binding(2) var<storage, read_write> dx: array<StoredDx>;

// Weights of one row r = (kh, kw, o). Replaced where they are stored with their channels the other way round.
fn weightAt(r: u32, column: u32) -> Out { return Out(v[r * COLUMNS + column]); }
fn epilogue(v: Out, i: u32) -> Out { return v; }

// The pixels of one phase form an image of H/stride x W/stride.
const PHASE_H = (H + STRIDE_H - 1u) / STRIDE_H;
const PHASE_W = (W + STRIDE_W - 1u) / STRIDE_W;
const M = N * PHASE_H * PHASE_W;
const COLUMNS = I / OUT_WIDTH;
const COLUMN_TILES = (COLUMNS + CHANNEL_LANES - 1u) / CHANNEL_LANES;
const TILE_PIXELS = PIXELS * (LANES / CHANNEL_LANES);
const TILES = COLUMN_TILES * ((M + TILE_PIXELS - 1u) / TILE_PIXELS);
const LOADS = PIXELS / CHANNEL_LANES;
const WHOLE = M % TILE_PIXELS == 0u && H % STRIDE_H == 0u && W % STRIDE_W == 0u; // no tile overhangs

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

  let phaseH = group.z / STRIDE_W; // ih = row in the phase * stride + phaseH
  let phaseW = group.z % STRIDE_W;

  var image: array<u32, LOADS>;
  var row: array<u32, LOADS>;
  var col: array<u32, LOADS>;
  for (var t = 0u; t < LOADS; t++) {
    let m = pixel0 + t * CHANNEL_LANES + channelLane;
    image[t] = m / (PHASE_H * PHASE_W) * OH;
    row[t] = select(0x7fffffffu, m / PHASE_W % PHASE_H, m < M);
    col[t] = m % PHASE_W;
  }

  // Counts that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  let channels = select(0u, O, groups.x > 0u);
  var acc: array<Out, PIXELS>;
  var a: array<vec4f, LOADS>;
  for (var tap = 0u; tap < taps; tap++) {
    // Distance from the tap to the pixel; KH * STRIDE_H * DILATION_H keeps it positive and the phase unchanged.
    let down = phaseH + PAD_H + (KH * STRIDE_H - tap / KW) * DILATION_H;
    let right = phaseW + PAD_W + (KW * STRIDE_W - tap % KW) * DILATION_W;
    if (down % STRIDE_H != 0u || right % STRIDE_W != 0u) { continue; }
    for (var o = 0u; o < channels; o++) {
      if (o % IN_WIDTH == 0u) {
        for (var t = 0u; t < LOADS; t++) {
          let oh = row[t] + down / STRIDE_H - KH * DILATION_H;
          let ow = col[t] + right / STRIDE_W - KW * DILATION_W;
          let inside = oh < OH && ow < OW;
          let at = ((image[t] + oh) * OW + ow) * (O / IN_WIDTH) + o / IN_WIDTH;
          a[t] = vec4f(select(In(), In(dy[select(0u, at, inside)]), inside));
        }
      }
      let weight = weightAt(tap * O + o, readColumn);
      for (var p = 0u; p < PIXELS; p++) {
        let value = subgroupShuffle(a[p / CHANNEL_LANES].x, lane0 + p % CHANNEL_LANES);
        acc[p] = fma(Out(value), weight, acc[p]);
      }
      for (var t = 0u; t < LOADS; t++) {
        a[t] = a[t].yzwx;
      }
    }
  }

  if (COLUMNS % CHANNEL_LANES != 0u && column >= COLUMNS) { return; }
  // Rolled for the same reason: the hook may be a long text with many loads, and its code is made once.
  var results = acc;
  let pixels = select(0u, PIXELS, groups.x > 0u);
  for (var p = 0u; p < pixels; p++) {
    let m = pixel0 + p;
    let ih = m / PHASE_W % PHASE_H * STRIDE_H + phaseH;
    let iw = m % PHASE_W * STRIDE_W + phaseW;
    if (WHOLE || (m < M && ih < H && iw < W)) {
      let at = ((m / (PHASE_H * PHASE_W) * H + ih) * W + iw) * COLUMNS + column;
      dx[at] = StoredDx(epilogue(results[p], at * OUT_WIDTH));
    }
  }
}
