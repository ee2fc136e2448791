// @ts-check
// Writes ONNX models as far as the comparison needs them: one graph of float tensors, weights inside.
// The format is protobuf; field numbers are those of onnx.proto.

/** @param {number} n */
function varint(n) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(n));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** @param {number} field @param {number} value */
const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
/** @param {number} field @param {Buffer | string} content */
function block(field, content) {
  const bytes = Buffer.from(/** @type {Buffer} */ (content));
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}
/** @param {number} field @param {number} value */
function float(field, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}

/** @typedef {number | string | number[] | { float: number }} Attribute */

/** @param {string} name @param {Attribute} value */
function attribute(name, value) {
  const [content, type] = Array.isArray(value)
    ? [Buffer.concat(value.map((v) => integer(8, v))), 7]
    : typeof value === "string"
      ? [block(4, value), 3]
      : typeof value === "number"
        ? [integer(3, value), 2]
        : [float(2, value.float), 1];
  return block(5, Buffer.concat([block(1, name), content, integer(20, type)]));
}

export class OnnxModel {
  /** @type {Buffer[]} */
  #nodes = [];
  /** @type {Buffer[]} */
  #weights = [];
  #names = 0;

  /** Adds a node. @param {string} type @param {string[]} inputs @param {Record<string, Attribute>} [attributes] */
  op(type, inputs, attributes = {}) {
    const name = `t${this.#names++}`;
    const parts = [
      ...inputs.map((input) => block(1, input)),
      block(2, name),
      block(3, name),
      block(4, type),
      ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    ];
    this.#nodes.push(block(1, Buffer.concat(parts)));
    return name;
  }

  /** Adds a constant tensor. @param {number[]} shape @param {Float32Array} data */
  weight(shape, data) {
    const name = `w${this.#names++}`;
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const parts = [...shape.map((n) => integer(1, n)), integer(2, 1), block(8, name), block(9, raw)];
    this.#weights.push(block(5, Buffer.concat(parts)));
    return name;
  }

  /** @param {Record<string, number[]>} inputs shapes by name @param {string} output @param {number[]} outputShape */
  bytes(inputs, output, outputShape) {
    /** @param {string} name @param {number[]} shape */
    const value = (name, shape) => {
      const dims = block(2, Buffer.concat(shape.map((n) => block(1, integer(1, n)))));
      return Buffer.concat([block(1, name), block(2, block(1, Buffer.concat([integer(1, 1), dims])))]);
    };
    const graph = [
      ...this.#nodes,
      block(2, "graph"),
      ...this.#weights,
      ...Object.entries(inputs).map(([name, shape]) => block(11, value(name, shape))),
      block(12, value(output, outputShape)),
    ];
    const opset = Buffer.concat([block(1, ""), integer(2, 17)]);
    return Buffer.concat([integer(1, 8), block(2, "bench"), block(7, Buffer.concat(graph)), block(8, opset)]);
  }
}
