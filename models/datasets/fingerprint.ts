/** A short name for a list of texts or numbers: FNV-1a of 64 bits (Fowler, Noll, Vo). Not against forgery. */

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** 16 hexadecimal digits, other ones for another list with near certainty. */
export function fingerprint(...parts: readonly (string | number)[]): string {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(JSON.stringify(parts)))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, "0");
}
