/** Reads messages of protocol buffers without knowing their schema, to look at what was written. */

/** A field's values in their order: integers as numbers, floats, and the bytes of what has a length. */
export type Field = readonly (number | Uint8Array)[];

/** Fields by number. */
export type Message = ReadonlyMap<number, Field>;

/** Reads one message. @throws Error when the bytes are no message */
export function readMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, (number | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length)
      throw new Error(`a field ends at ${at + length} of ${bytes.length} bytes`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    let value: number | Uint8Array;
    if (wireType === 0) value = varint();
    else if (wireType === 2) value = take(varint());
    else if (wireType === 5) {
      value = view.getFloat32(at, true);
      at += 4;
    } else throw new Error(`wire type ${wireType} at byte ${at}`);
    const list = fields.get(tag >> 3) ?? [];
    list.push(value);
    fields.set(tag >> 3, list);
  }
  return fields;
}

/** All messages of a repeated field. */
export const messages = (message: Message, field: number): readonly Message[] =>
  (message.get(field) ?? []).map((value) => readMessage(value as Uint8Array));

/** The text of a field; all of them where it is repeated. */
export const texts = (message: Message, field: number): readonly string[] =>
  (message.get(field) ?? []).map((value) =>
    new TextDecoder("utf-8", { fatal: true }).decode(value as Uint8Array),
  );
