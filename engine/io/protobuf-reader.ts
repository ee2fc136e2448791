/**
 * Reads messages of protocol buffers, field by field (https://protobuf.dev/programming-guides/encoding). Nothing is copied: what
 * a field holds is a view of the file. Each step goes forward in the bytes, so that damaged files end in an error, never in a loop.
 */
import { FormatError } from "../errors.ts";

/** One field: whole numbers as bigint (of 64 bits, without a sign), fixed ones and what has a length as bytes. */
export interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** A varint from byte `at` on, and where it ends. */
function varintAt(bytes: Uint8Array, at: number, file: string): readonly [value: bigint, end: number] {
  let low = 0;
  let value = 0n;
  for (let k = 0; k < 10; k++) {
    const byte = bytes[at + k];
    if (byte === undefined) break;
    // Nearly all have at most four bytes, which need no bigint on the way.
    if (k < 4) low += (byte & 127) * 2 ** (7 * k);
    else value |= BigInt(byte & 127) << BigInt(7 * k);
    if (byte < 128) return [BigInt.asUintN(64, value | BigInt(low)), at + k + 1];
  }
  throw new FormatError(`${file}: damaged: a number is cut off or has more than 64 bits`);
}

/** All fields of a message, in order. @throws FormatError where the bytes are none */
export function* fieldsOf(bytes: Uint8Array, file: string): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    const [tag, start] = varintAt(bytes, at, file);
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (number === 0) throw new FormatError(`${file}: damaged: a field has the number 0`);
    if (wireType === VARINT) {
      const [value, end] = varintAt(bytes, start, file);
      at = end;
      yield { number, value };
      continue;
    }
    let [length, from] = [0n, start];
    if (wireType === FIXED_64) length = 8n;
    else if (wireType === FIXED_32) length = 4n;
    else if (wireType === LENGTH_DELIMITED) [length, from] = varintAt(bytes, start, file);
    else throw new FormatError(`${file}: damaged: field ${number} is of the unknown wire type ${wireType}`);
    if (length > BigInt(bytes.length - from))
      throw new FormatError(
        `${file}: damaged or cut off: field ${number} should have ${length} bytes, ${bytes.length - from} are left`,
      );
    at = from + Number(length);
    yield { number, value: bytes.subarray(from, at) };
  }
}

/** Whole numbers that follow each other without tags. */
function* varints(bytes: Uint8Array, file: string): Generator<bigint> {
  for (let at = 0; at < bytes.length; ) {
    const [value, end] = varintAt(bytes, at, file);
    at = end;
    yield value;
  }
}

/** A message's fields by their numbers. */
export class FieldReader {
  private readonly fields = new Map<number, (bigint | Uint8Array)[]>();
  private readonly file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.file = file;
    for (const { number, value } of fieldsOf(bytes, file)) {
      const list = this.fields.get(number);
      if (list) list.push(value);
      else this.fields.set(number, [value]);
    }
  }

  has(number: number): boolean {
    return this.fields.has(number);
  }

  /** All that have a length: bytes, strings, messages. */
  bytes(number: number): readonly Uint8Array[] {
    return this.all(number).map((value) => {
      if (typeof value !== "bigint") return value;
      throw new FormatError(`${this.file}: damaged: field ${number} is a number where bytes should be`);
    });
  }

  /** The last of these strings, or "". @throws FormatError for what is no UTF-8 */
  text(number: number): string {
    return this.texts(number).at(-1) ?? "";
  }

  texts(number: number): readonly string[] {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return this.bytes(number).map((bytes) => {
      try {
        return decoder.decode(bytes);
      } catch {
        throw new FormatError(`${this.file}: damaged: field ${number} is no text`);
      }
    });
  }

  messages(number: number): readonly FieldReader[] {
    return this.bytes(number).map((bytes) => new FieldReader(bytes, this.file));
  }

  /** Integers, packed or not, as 64 bits with a sign. */
  integers(number: number): bigint[] {
    return this.all(number).flatMap((value) =>
      (typeof value === "bigint" ? [value] : [...varints(value, this.file)]).map((v) => BigInt.asIntN(64, v)),
    );
  }

  /** The last of these integers; ones beyond 2^53 are the nearest number. */
  integer(number: number, otherwise = 0): number {
    return Number(this.integers(number).at(-1) ?? otherwise);
  }

  /** Floats of 32 or doubles of 64 bits, packed or not. */
  floats(number: number, bits: 32 | 64 = 32): number[] {
    return this.bytes(number).flatMap((bytes) => {
      const size = bits / 8;
      if (bytes.length % size !== 0)
        throw new FormatError(`${this.file}: damaged: field ${number} holds parts of numbers`);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return Array.from({ length: bytes.length / size }, (_, k) =>
        bits === 32 ? view.getFloat32(4 * k, true) : view.getFloat64(8 * k, true),
      );
    });
  }

  private all(number: number): readonly (bigint | Uint8Array)[] {
    return this.fields.get(number) ?? [];
  }
}
