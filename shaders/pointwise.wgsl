// Element by element: y[i] = value(i), four elements a thread where the count allows it.
//
// The graph compiler replaces `value` by a fused chain of operations and declares the buffers it reads, from binding 1
// on. Bytes: every input once, the output once; a few flops an element, so memory bandwidth is the bound.
// Neighbouring threads touch neighbouring elements.

alias T = vec4f;
const COUNT = 1u;        // elements of type T
const ROW = 4194240u;    // threads in one row of the grid: workgroups in x times 64

alias StoredY = T; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read_write> y: array<StoredY>;

fn value(i: u32) -> T {
  return T(0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * ROW;
  if (i < COUNT) {
    y[i] = StoredY(value(i));
  }
}
