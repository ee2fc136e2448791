// Looks for numbers that are not finite, by their bits: NaN and the infinities have all bits of the exponent set. Comparisons
// (x != x) will not do, since compilers may assume that there is no NaN.
//
//   f32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm      e all ones: infinite where m is 0, else NaN
//   f16   s eeeee mmmmmmmmmm                      two of them in a word, the first in its lower half
//
// found = [first element to look at, number of elements, NaNs, infinities, ~(index of the first of them), bits of the largest
// finite magnitude]; the caller sets the first two and zeros. 4 bytes an element; a thread looks at many, so that few
// atomic operations are needed.

const HALF = false; // true: x holds f16
const EXPONENT = select(0x7f800000u, 0x7c00u, HALF);

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> found: array<atomic<u32>, 6>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let start = atomicLoad(&found[0]);
  let count = atomicLoad(&found[1]);
  var largest = 0u;
  for (var i = id.x; i < count; i += groups.x * 64u) {
    let at = start + i;
    let magnitude = select(x[at] & 0x7fffffffu, (x[at / 2u] >> (at % 2u * 16u)) & 0x7fffu, HALF);
    if (magnitude < EXPONENT) {
      largest = max(largest, magnitude);
    } else {
      atomicAdd(&found[select(3u, 2u, magnitude > EXPONENT)], 1u);
      atomicMax(&found[4], ~i);
    }
  }
  atomicMax(&found[5], largest);
}
