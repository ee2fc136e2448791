// Matrix product, the plain form: one thread per element of c.
//
//   c[q, m, n] = sum over k of  a[q, m, k] * b[q, k, n]      q: batch
//
// 2 * BATCH*M*N*K flop; every product loads both of its factors, 8 bytes for 2 flop, and relies on the caches.
// Workgroups: fold(ceil(BATCH*M*N / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const BATCH = 1u;
const M = 8u;
const N = 8u;
const K = 8u;
const BATCH_STRIDE_A = 64u; // elements from one matrix of the batch to the next; 0 repeats one matrix
const BATCH_STRIDE_B = 64u;
const TRANS_A = false; // true: a is stored [k, m]
const TRANS_B = false; // true: b is stored [n, k]

alias StoredA = f32; // as stored: f16 or vec4<f16> where the tensor has that type
alias StoredB = f32;
alias StoredC = f32;

@group(0) @binding(0) var<storage, read> a: array<StoredA>;
@group(0) @binding(1) var<storage, read> b: array<StoredB>;
@group(0) @binding(2) var<storage, read_write> c: array<StoredC>;

fn epilogue1(v: f32, i: u32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= BATCH * M * N) { return; }
  let n = index % N;
  let m = index / N % M;
  let batch = index / (N * M);
  let baseA = batch * BATCH_STRIDE_A + m * select(K, 1u, TRANS_A);
  let baseB = batch * BATCH_STRIDE_B + n * select(1u, K, TRANS_B);
  // A count that no compiler can know: unrolled over constant counts, the program takes seconds to compile on software adapters.
  let terms = select(0u, K, groups.x > 0u);
  var sum = 0.0;
  for (var k = 0u; k < terms; k++) {
    sum += f32(a[baseA + k * select(1u, M, TRANS_A)]) * f32(b[baseB + k * select(N, 1u, TRANS_B)]);
  }
  c[index] = StoredC(epilogue1(sum, index));
}
