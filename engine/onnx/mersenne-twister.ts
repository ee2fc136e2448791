/**
 * Matsumoto and Nishimura's MT19937 (1998), seeded as NumPy's `random.seed` does: ONNX's reference implementation draws from it what a
 * file gives a seed for.
 */
const SIZE = 624;

/** Numbers uniform in [0, 1) of 53 bits each. */
export function* uniformNumbers(seed: number): Generator<number, never> {
  const state = new Uint32Array(SIZE);
  state[0] = seed >>> 0;
  for (let k = 1; k < SIZE; k++) {
    const last = state[k - 1] as number;
    state[k] = Math.imul(1812433253, last ^ (last >>> 30)) + k;
  }
  let at = SIZE;
  const word = (): number => {
    if (at === SIZE) {
      for (let k = 0; k < SIZE; k++) {
        const y = ((state[k] as number) & 0x80000000) | ((state[(k + 1) % SIZE] as number) & 0x7fffffff);
        state[k] = (state[(k + 397) % SIZE] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      at = 0;
    }
    let y = state[at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  for (;;) {
    const [high, low] = [word() >>> 5, word() >>> 6];
    yield (high * 67108864 + low) / 9007199254740992;
  }
}
