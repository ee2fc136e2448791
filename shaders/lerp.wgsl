// y += RATE (x - y): moving averages such as batch norm's running statistics. One element a thread; 12 bytes an element.

const SIZE = 1u;
const RATE = 0.1;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < SIZE) {
    y[i] = (1.0 - RATE) * y[i] + RATE * x[i];
  }
}
