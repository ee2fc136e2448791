// RMSprop (Tieleman and Hinton 2012), all parameters of an optimiser at once:
//   v = α v + (1 - α) g²        b = μ b + g / (√v + ε)        p -= lr b
// Parameters, averages and gradients are flat buffers of the same layout. 28 bytes and about 10 flops an element: memory
// bandwidth is the bound, so four elements a thread. A parameter group is a stretch of the buffers; its settings are data,
// so that nothing is compiled anew when one changes.

const SIZE = 4u; // vectors of four
const GROUPS = 1u;

struct Group {
  end: f32, // first block of 64 elements behind the group; the last group has all that is left
  limit: f32, // entries of the gradient are held within ± this; 0 for no limit
  rate: f32,
  alpha: f32,
  rest: f32, // 1 - α, rounded once
  eps: f32,
  momentum: f32,
  decay: f32, // L2 penalty: added to the gradient
}

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> settings: array<Group>;
@group(0) @binding(2) var<storage, read> scale: array<f32>; // one number: factor of the gradient; 0 skips the step
@group(0) @binding(3) var<storage, read_write> value: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> square: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> velocity: array<vec4f>;

// Hook: what the root is taken of. Centred (Graves 2013) it is the variance, by a running mean of the gradient itself.
fn spread(i: u32, v: vec4f, g: vec4f, s: Group) -> vec4f {
  return v;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= SIZE || scale[0] == 0.0) {
    return;
  }
  var at = 0u;
  while (at + 1u < GROUPS && f32(i / 16u) >= settings[at].end) {
    at++;
  }
  let s = settings[at];
  let p = value[i];
  var g = scale[0] * gradient[i];
  if (s.limit > 0.0) {
    // NaN stays; clamp may drop it.
    let isNaN = (bitcast<vec4u>(g) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    g = select(clamp(g, vec4f(-s.limit), vec4f(s.limit)), g, isNaN);
  }
  g += s.decay * p;
  let v = s.alpha * square[i] + s.rest * g * g;
  let b = s.momentum * velocity[i] + g / (sqrt(spread(i, v, g, s)) + s.eps);
  square[i] = v;
  velocity[i] = b;
  value[i] = p - s.rate * b;
}
