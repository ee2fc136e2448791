// Random numbers that are a function of a key: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011), the same bits as engine/random.ts.
//
//   key = [seed's low word, its high word, counter 1, counter 2, counter 3]
//   words 4 b … 4 b + 3 come from the counter (b, counter 1, counter 2, counter 3)
//   NORMAL false:  y[i] = word >> 8, times 2^-24: uniform in [0, 1), the same number on every adapter
//   NORMAL true:   two words make two normal numbers (Box and Muller 1958); the first is moved to (0, 1], so that its
//                  logarithm is finite
//
// A thread makes the four numbers of one block: ten rounds of four 32-bit products in 16-bit halves, about 200 operations
// for 16 bytes. Workgroups: fold(ceil(SIZE/4 / 64)), where fold(t) is x = min(t, 65535), y = ceil(t / x).

const SIZE = 4u;
const NORMAL = false;

@group(0) @binding(0) var<storage, read> key: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

const MULTIPLIER_0 = 0xd2511f53u;
const MULTIPLIER_1 = 0xcd9e8d57u;
const WEYL = vec2u(0x9e3779b9u, 0xbb67ae85u);
const ROUNDS = 10u;
const TAU = 6.2831853;

// The high 32 bits of the 64-bit product.
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let low = aHigh * bLow + ((aLow * bLow) >> 16u);
  let middle = aLow * bHigh + (low & 0xffffu);
  return aHigh * bHigh + (low >> 16u) + (middle >> 16u);
}

fn philox(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter;
  var k = seed;
  for (var round = 0u; round < ROUNDS; round++) {
    c = vec4u(
      multiplyHigh(MULTIPLIER_1, c.z) ^ c.y ^ k.x,
      MULTIPLIER_1 * c.z,
      multiplyHigh(MULTIPLIER_0, c.x) ^ c.w ^ k.y,
      MULTIPLIER_0 * c.x,
    );
    k += WEYL;
  }
  return c;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= (SIZE + 3u) / 4u) { return; }
  let words = philox(vec4u(index, key[2], key[3], key[4]), vec2u(key[0], key[1]));
  var v = vec4f(words >> vec4u(8u)) * 0x1p-24;
  if (NORMAL) {
    // The whole first word, not its upper 24 bits, so that the tails are fine.
    let radius = sqrt(-2.0 * log((vec2f(words.xz) + 1.0) * 0x1p-32));
    // Half a turn back, since WGSL promises cosines within [-π, π] only; the minus turns it forth again.
    let angle = TAU * (v.yw - 0.5);
    v = -vec4f(radius * cos(angle), radius * sin(angle)).xzyw;
  }
  for (var lane = 0u; lane < 4u; lane++) {
    if (index * 4u + lane < SIZE) { y[index * 4u + lane] = v[lane]; }
  }
}
