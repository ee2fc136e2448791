// Reductions over rows, one or several side by side: y[s, o] = combine over r = s, s + SLICES, s + 2 SLICES, … of element(r, o).
//
//            outputs o →                        a thread owns one T (four neighbouring outputs where it can) of one
//   rows r   ┌───────────────┐                  slice of rows; with more than one slice a second dispatch of this
//      ↓     │ s=0  s=0  s=0 │                  file reduces the SLICES partial results, always in the same order,
//            │ s=1  s=1  s=1 │                  so that equal inputs give equal bits.
//            │ s=0  s=0  s=0 │
//            └───────────────┘                  Interleaved rows keep neighbouring threads on neighbouring memory.
//
// The graph compiler replaces `element` by the fused expressions that are reduced, `combine` by sums, maxima or minima with
// their `neutral` elements, and `finish` by what is made of the results. Bytes: every input once. One flop an element and reduction.
// Rows are gathered in blocks, so that the error of a long sum grows with the number of blocks and not of rows.

alias T = vec4f;
const REDUCTIONS = 1u;
alias Results = array<T, REDUCTIONS>;
alias Y = Results;       // what y holds: partial results, or the first value made of the results
const OUTPUTS = 1u;      // elements of type T in one row
const ROWS = 1u;
const SLICES = 1u;
const WORKGROUP = 64u;
const ROW = 4194240u;    // threads in one row of the grid: workgroups in x times WORKGROUP
const BLOCK = 32u;

alias StoredY = Y; // as stored: f16 or vec4<f16> where the tensor has that type

@group(0) @binding(0) var<storage, read_write> y: array<StoredY>;

fn neutral() -> Results {
  return Results();
}

fn element(r: u32, o: u32) -> Results {
  return Results();
}

fn combine(a: Results, b: Results) -> Results {
  return Results(a[0] + b[0]);
}

fn finish(v: Results, i: u32) -> Y {
  return v;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * ROW;
  if (i >= OUTPUTS * SLICES) {
    return;
  }
  let o = i % OUTPUTS;
  var total = neutral();
  for (var begin = i / OUTPUTS; begin < ROWS; begin += BLOCK * SLICES) {
    var part = neutral();
    let end = min(begin + BLOCK * SLICES, ROWS);
    for (var r = begin; r < end; r += SLICES) {
      part = combine(part, element(r, o));
    }
    total = combine(total, part);
  }
  y[i] = finish(total, i);
}
