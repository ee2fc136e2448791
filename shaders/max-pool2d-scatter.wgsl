// Gradient of max pooling: every value goes back to the element of its window that it was taken from.
//
//   dx[n, h, w, c] = sum over the windows (oh, ow) that cover (h, w) of  dy[n, oh, ow, c]  where taps[n, oh, ow, c] names (h, w)
//
// dy and taps [n, oh, ow, c], dx [n, h, w, c]; taps as `max-pool2d.wgsl` with TAPS gives them. The constants are those of the pooling.
// One thread gathers for four channels of one pixel, so no two write to one place; dy and taps are read once a covering window.
// Workgroups: fold(ceil(N*H*W*C/WIDTH / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

alias T = vec4f; // f32 where C is not a multiple of 4
const WIDTH = 4u;
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

alias StoredDy = T; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredDx = T;

@group(0) @binding(0) var<storage, read> dy: array<StoredDy>;
@group(0) @binding(1) var<storage, read> taps: array<T>;
@group(0) @binding(2) var<storage, read_write> dx: array<StoredDx>;

fn epilogue(v: T, i: u32) -> T { return v; }

// The first window that reaches as far as `at`, counted from the padded border.
fn firstWindow(at: u32, kernel: u32, stride: u32) -> u32 {
  return select(0u, (at - kernel) / stride + 1u, at >= kernel);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= N * H * W * C / WIDTH) { return; }
  let c = index % (C / WIDTH);
  let w = index / (C / WIDTH) % W + PAD_W;
  let h = index / (C / WIDTH * W) % H + PAD_H;
  let n = index / (C / WIDTH * W * H);
  let endH = min(h / STRIDE_H + 1u, OH);
  let endW = min(w / STRIDE_W + 1u, OW);
  var sum = T(0);
  for (var oh = firstWindow(h, KH, STRIDE_H); oh < endH; oh++) {
    for (var ow = firstWindow(w, KW, STRIDE_W); ow < endW; ow++) {
      let here = T(f32((h - oh * STRIDE_H) * KW + w - ow * STRIDE_W));
      let at = ((n * OH + oh) * OW + ow) * (C / WIDTH) + c;
      sum += select(T(0), T(dy[at]), taps[at] == here);
    }
  }
  dx[index] = StoredDx(epilogue(sum, index * WIDTH));
}
