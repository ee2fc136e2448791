// Multiply-adds as fast as this adapter can do them: twelve independent chains in registers, nothing loaded on the way.
//
//   24 * ITERATIONS flop a thread. Twelve chains hide the latency of a multiply-add (4 to 6 cycles, two a cycle) and, with
//   the factor and the addend, fit into the 16 vector registers of a CPU.
// Workgroups: THREADS / 64.

const ITERATIONS = 1024u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let factor = vec4f(x[id.x & 3u]);
  let addend = vec4f(x[(id.x & 3u) + 4u]);
  var a = vec4f(0.0, 1.0, 2.0, 3.0);
  var b = a + 4.0;
  var c = a + 8.0;
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let iterations = select(0u, ITERATIONS, groups.x > 0u);
  for (var k = 0u; k < iterations; k++) {
    a = fma(a, factor, addend);
    b = fma(b, factor, addend);
    c = fma(c, factor, addend);
  }
  y[id.x] = a + b + c;
}
