/** Half precision (IEEE 754 binary16) as 16-bit patterns: JavaScript has no typed array of it everywhere. */

/** The numbers with these bits. */
export function fromFloat16Bits(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bits.length);
  const words = new Uint32Array(values.buffer);
  for (let k = 0; k < bits.length; k++) {
    const half = bits[k] as number;
    const sign = (half & 0x8000) << 16;
    const magnitude = half & 0x7fff;
    // Rebias the exponent from 15 to 127; infinities and NaN keep theirs full.
    if (magnitude >= 0x7c00) words[k] = sign | 0x7f800000 | ((magnitude & 0x3ff) << 13);
    else if (magnitude >= 0x400) words[k] = sign | ((magnitude << 13) + 0x38000000);
    else values[k] = (sign ? -magnitude : magnitude) * 2 ** -24;
  }
  return values;
}

/** The bits of the nearest half-precision numbers, ties to even; from 65520 on infinity. */
export function toFloat16Bits(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let k = 0; k < values.length; k++) {
    const word = words[k] as number;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000)
      bits[k] = sign | 0x7e00; // NaN
    else if (magnitude >= 0x477ff000)
      bits[k] = sign | 0x7c00; // 65520 and more
    else if (magnitude < 0x38800000)
      bits[k] = sign | roundToEven(Math.abs(values[k] as number) * 2 ** 24); // below 2^-14: subnormal
    // Rebias the exponent from 127 to 15 and round off 13 bits; a carry runs into the exponent as it should.
    else bits[k] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  return bits;
}

/** The nearest half-precision numbers, as float32. */
export const roundToF16 = (values: Float32Array): Float32Array<ArrayBuffer> =>
  fromFloat16Bits(toFloat16Bits(values));

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
