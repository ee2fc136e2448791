// Adam (Kingma and Ba 2015), all parameters of an optimiser at once:
//   m = β₁ m + (1 - β₁) g        v = β₂ v + (1 - β₂) g²        p -= lr / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
// Parameters, moments and gradients are flat buffers of the same layout. 28 bytes and about 12 flops an element: memory
// bandwidth is the bound, so four elements a thread, neighbours on neighbouring memory. A parameter group is a stretch of
// the buffers; its settings are data, so that nothing is compiled anew when one changes.

const SIZE = 4u; // vectors of four
const GROUPS = 1u;

struct Group {
  end: f32, // first block of 64 elements behind the group; the last group has all that is left
  limit: f32, // entries of the gradient are held within ± this; 0 for no limit
  rate: f32, // lr / (1 - β₁ᵗ)
  beta1: f32,
  rest1: f32, // 1 - β₁, rounded once: formed here in f32 it would be 1e-5 off for β₂
  beta2: f32,
  rest2: f32, // 1 - β₂
  eps: f32,
  root: f32, // 1 / √(1 - β₂ᵗ)
  decay: f32, // L2 penalty: added to the gradient
  shrink: f32, // decoupled weight decay: factor of the parameter (1 without)
}

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> settings: array<Group>;
@group(0) @binding(2) var<storage, read> scale: array<f32>; // one number: factor of the gradient; 0 skips the step
@group(0) @binding(3) var<storage, read_write> value: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> second: array<vec4f>;

// Hook: what the root is taken of. AMSGrad (Reddi et al. 2018) keeps the largest v that there was.
fn bounded(i: u32, v: vec4f) -> vec4f {
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
  let m = s.beta1 * first[i] + s.rest1 * g;
  let v = s.beta2 * second[i] + s.rest2 * g * g;
  first[i] = m;
  second[i] = v;
  value[i] = s.shrink * p - s.rate * m / (sqrt(bounded(i, v)) * s.root + s.eps);
}
