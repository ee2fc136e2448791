// y += rate (x - y): moving averages such as batch norm's running statistics. One element or a vector of
// four a thread; 12 bytes an element.

alias T = f32;
const SIZE = 1u; // of T

alias StoredX = T; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read> x: array<StoredX>;
@group(0) @binding(1) var<storage, read> rate: array<f32>; // one number
@group(0) @binding(2) var<storage, read_write> y: array<T>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < SIZE) {
    y[i] = (1.0 - rate[0]) * y[i] + rate[0] * T(x[i]);
  }
}
