// Maximum over windows, or which element of its window it is: the first of equals, in the order of rows.
//
//   y[n, oh, ow, c] = max over kh, kw of  x[n, oh*stride + kh - pad, ow*stride + kw - pad, c]        (TAPS false)
//   y[n, oh, ow, c] = kh * KW + kw of that element, as a float                                       (TAPS true)
//
// x [n, h, w, c], y [n, oh, ow, c]. What lies outside of the image does not count; every window covers some of it. A NaN
// wins (the last of several, as in PyTorch); it is told by its bits, since compilers may take comparisons to be free of it.
// One thread takes four channels where it can. KH*KW comparisons a value; bandwidth-bound where windows do not overlap.
// Workgroups: fold(ceil(N*OH*OW*C/WIDTH / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

alias T = vec4f; // f32 where C is not a multiple of 4
alias Bits = vec4u; // u32 there
const WIDTH = 4u;
const TAPS = false;
const N = 1u;
const H = 8u;
const W = 8u;
const C = 4u;
const OH = 4u;
const OW = 4u;
const KH = 2u;
const KW = 2u;
const STRIDE_H = 2u;
const STRIDE_W = 2u;
const PAD_H = 0u;
const PAD_W = 0u;

alias StoredX = T; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredY = T;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: T, i: u32) -> T { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * OH * OW * C / WIDTH) { return; }
  let c = index % (C / WIDTH);
  let ow = index / (C / WIDTH) % OW;
  let oh = index / (C / WIDTH * OW) % OH;
  let n = index / (C / WIDTH * OW * OH);
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let taps = select(0u, KH * KW, groups.x > 0u);
  var best = T(0);
  var first = T(-1);
  for (var tap = 0u; tap < taps; tap++) {
    // Above or left of the image the subtraction wraps to a huge number: one comparison tests both sides.
    let h = oh * STRIDE_H + tap / KW - PAD_H;
    let w = ow * STRIDE_W + tap % KW - PAD_W;
    if (h >= H || w >= W) { continue; }
    let v = T(x[((n * H + h) * W + w) * (C / WIDTH) + c]);
    let isNaN = (bitcast<Bits>(v) & Bits(0x7fffffffu)) > Bits(0x7f800000u);
    let wins = (v > best) | isNaN | (first < T(0));
    best = select(best, v, wins);
    first = select(first, T(f32(tap)), wins);
  }
  y[index] = StoredY(epilogue(select(best, first, TAPS), index * WIDTH));
}
