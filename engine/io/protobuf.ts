/**
 * Writes messages of protocol buffers, the wire format of ONNX files: each field is its number and wire type as one varint,
 * then the value (https://protobuf.dev/programming-guides/encoding).
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Negative numbers are 64 bits of two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** A message, built field by field. Bytes given to it are copied only once, when the outermost message is finished. */
export class Message {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** A field of type int32, int64 or enum. */
  integer(field: number, value: number): this {
    return this.tag(field, VARINT).push(varint(value));
  }

  /** A field of type float. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.tag(field, FIXED_32).push(bytes);
  }

  /** A field of type string. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A field of type bytes. */
  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, LENGTH_DELIMITED).push(varint(value.length)).push(value);
  }

  /** A message within this one. It must be complete. */
  message(field: number, inner: Message): this {
    this.tag(field, LENGTH_DELIMITED).push(varint(inner.length));
    for (const part of inner.parts) this.push(part);
    return this;
  }

  /** The message's bytes. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  private tag(field: number, wireType: number): this {
    return this.push(varint(field * 8 + wireType));
  }

  private push(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }
}
