// y[from, to) = 0 for pairs (from, to): what lies between the tensors packed into one buffer. One workgroup a gap, which
// has at most 64 elements.

const GAPS = 1u;

@group(0) @binding(0) var<storage, read> gaps: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) at: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(num_workgroups) groups: vec3u,
) {
  let gap = at.x + at.y * groups.x;
  if (gap < GAPS) {
    let i = gaps[gap].x + lane;
    if (i < gaps[gap].y) {
      y[i] = 0.0;
    }
  }
}
