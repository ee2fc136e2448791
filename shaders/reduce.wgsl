// Reduction over rows: y[s, o] = combine over r = s, s + SLICES, s + 2 SLICES, … of element(r, o).
//
//            outputs o →                        a thread owns one T (four neighbouring outputs where it can) of one
//   rows r   ┌───────────────┐                  slice of rows; with more than one slice a second dispatch of this
//      ↓     │ s=0  s=0  s=0 │                  file reduces the SLICES partial results, always in the same order,
//            │ s=1  s=1  s=1 │                  so that equal inputs give equal bits.
//            │ s=0  s=0  s=0 │
//            └───────────────┘                  Interleaved rows keep neighbouring threads on neighbouring memory.
//
// The graph compiler replaces `element` by the fused expression that is reduced and `combine` by sum, maximum or
// minimum. Bytes: every input once. One flop an element.

alias T = vec4f;
const OUTPUTS = 1u;      // elements of type T in one row
const ROWS = 1u;
const SLICES = 1u;
const ROW = 4194240u;    // threads in one row of the grid: workgroups in x times 64
const FIRST = T(0);      // the neutral element

alias StoredY = T; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read_write> y: array<StoredY>;

fn element(r: u32, o: u32) -> T {
  return T(0);
}

fn combine(a: T, b: T) -> T {
  return a + b;
}

fn epilogue(v: T, i: u32) -> T {
  return v;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * ROW;
  if (i >= OUTPUTS * SLICES) {
    return;
  }
  let o = i % OUTPUTS;
  var total = FIRST;
  for (var r = i / OUTPUTS; r < ROWS; r += SLICES) {
    total = combine(total, element(r, o));
  }
  y[i] = StoredY(epilogue(total, i));
}
