// Weights for the gradient of the input: input and output channels change places, and with FLIP the window is turned by 180 degrees.
//
//   v[kh, kw, o, i] = w[KH-1-kh, KW-1-kw, i, o]   with FLIP;    w[kh, kw, i, o]   without
//
// With FLIP the input gradient of a stride-1 convolution is a convolution of dy with v, padded by (K-1)*dilation - pad.
// conv2d-grad-input.phases and .subgroup take v without FLIP. No flop; 8 bytes per weight.
// With GROUPS they change places inside of each group: w [kh, kw, i/groups, o], v [kh, kw, o/groups, i].
// Workgroups: fold(ceil(KH*KW*I*O/GROUPS / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const KH = 3u;
const KW = 3u;
const I = 4u;
const O = 4u;
const GROUPS = 1u;
const FLIP = true;

alias StoredW = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredV = f32;

@group(0) @binding(0) var<storage, read> w: array<StoredW>;
@group(0) @binding(1) var<storage, read_write> v: array<StoredV>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= KH * KW * I * (O / GROUPS)) { return; }
  let i = index % I;
  let o = index / I % (O / GROUPS) + i / (I / GROUPS) * (O / GROUPS);
  let tap = index / (I * (O / GROUPS));
  let source = select(tap, KH * KW - 1u - tap, FLIP);
  v[index] = StoredV(epilogue1(f32(w[(source * (I / GROUPS) + i % (I / GROUPS)) * O + o]), index));
}
