// Where each row is picked: for every lane (o, i) of the index a chain through its places, in their order.
//
//   index  [INDEX_OUTER, PLACES, INDEX_INNER]
//   links  [INDEX_OUTER, ROWS + PLACES, INDEX_INNER]: entry r < ROWS is the first place whose index is r,
//          entry ROWS + p is the next place after p with the index of p; PLACES ends a chain
//
//   index  2 0 2 2        links  row 0 → 1, row 1 → end, row 2 → 0;  place 0 → 2, 2 → 3, 3 → end
//
// A thread looks for one link. It stops at the first hit, so that about min(PLACES, ROWS) entries are read for a link when
// the indices are spread evenly. No thread writes what another one does: no atomics, and every run finds the same chain.
// Workgroups: fold(ceil(INDEX_OUTER*(ROWS+PLACES)*INDEX_INNER / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

alias Whole = i32;
const ROWS = 1u;
const PLACES = 1u;
const INDEX_OUTER = 1u;
const INDEX_INNER = 1u;

@group(0) @binding(0) var<storage, read> index: array<Whole>;
@group(0) @binding(1) var<storage, read_write> links: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  if (at >= INDEX_OUTER * (ROWS + PLACES) * INDEX_INNER) { return; }
  let i = at % INDEX_INNER;
  let slot = at / INDEX_INNER % (ROWS + PLACES);
  let lane = at / (INDEX_INNER * (ROWS + PLACES)) * PLACES * INDEX_INNER + i;
  var row = slot;
  var p = 0u;
  if (slot >= ROWS) {
    p = slot - ROWS;
    row = u32(index[lane + p * INDEX_INNER]);
    p++;
  }
  while (p < PLACES && u32(index[lane + p * INDEX_INNER]) != row) {
    p++;
  }
  links[at] = p;
}
