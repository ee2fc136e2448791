// y[OFFSET + i] = x[i]: puts a tensor into its place in a larger buffer. One element a thread; 8 bytes an element.

const SIZE = 1u;
const OFFSET = 0u;

alias StoredX = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredY = f32;

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read_write> y: array<StoredY>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < SIZE) {
    y[OFFSET + i] = StoredY(x[i]);
  }
}
