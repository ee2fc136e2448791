// Second pass of a sum split into slices: adds the partial results in a fixed order, so that the same input gives the same bits.
//
//   y[i] = partial[0, i] + partial[1, i] + ... + partial[SLICES-1, i]
//
// 4 * (SLICES + 1) bytes per element; bandwidth-bound.
// Workgroups: fold(ceil(SIZE/OUT_WIDTH / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const SLICES = 2u;
const SIZE = 64u; // elements of y
alias Out = vec4f; // f32 where SIZE is not a multiple of 4
const OUT_WIDTH = 4u;

alias StoredY = Out; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read> partial: array<Out>;
@group(0) @binding(1) var<storage, read_write> y: array<StoredY>;

fn epilogue(v: Out, i: u32) -> Out { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= SIZE / OUT_WIDTH) { return; }
  var sum = partial[index];
  for (var s = 1u; s < SLICES; s++) {
    sum += partial[s * (SIZE / OUT_WIDTH) + index];
  }
  y[index] = StoredY(epilogue(sum, index * OUT_WIDTH));
}
