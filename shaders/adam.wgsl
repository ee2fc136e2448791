// Adam (Kingma and Ba 2015), all parameters of an optimiser at once:
//   m = β₁ m + (1 - β₁) g        v = β₂ v + (1 - β₂) g²        p -= lr / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)
// Parameters, moments and gradients are flat buffers of the same layout. 28 bytes and about 12 flops an element: memory
// bandwidth is the bound, so four elements a thread, neighbours on neighbouring memory.

const SIZE = 4u; // vectors of four

struct Step {
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
@group(0) @binding(1) var<storage, read> step: Step;
@group(0) @binding(2) var<storage, read_write> value: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> second: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= SIZE) {
    return;
  }
  let p = value[i];
  let g = gradient[i] + step.decay * p;
  let m = step.beta1 * first[i] + step.rest1 * g;
  let v = step.beta2 * second[i] + step.rest2 * g * g;
  first[i] = m;
  second[i] = v;
  value[i] = step.shrink * p - step.rate * m / (sqrt(v) * step.root + step.eps);
}
